import { NativeSelect, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState, type JSX } from 'react';
import { body, useAction } from '../../app/api';
import { Dialog } from './dialog';
import { useMapWords } from './map-words';
import { MAPS, RUNS, useRun, useVersions } from './queries';

export function CancelDialog({ runId, onClose }: { runId: string; onClose: () => void }): JSX.Element {
  const { t } = useMapWords();
  const queries = useQueryClient();
  const cancel = useAction([RUNS], async (api, asked: string) =>
    body(await api.POST('/v1/runs/{runId}/cancel', { params: { path: { runId: asked } } })),
  );
  return (
    <Dialog
      danger
      title={t('cancelBuildTitle')}
      button={t('cancelBuild')}
      back={t('keepBuilding')}
      busy={cancel.isPending}
      error={cancel.error}
      onSubmit={() =>
        cancel.mutate(runId, {
          onSuccess: () => {
            void queries.invalidateQueries({ queryKey: [MAPS] });
            onClose();
          },
        })
      }
      onClose={onClose}
    >
      <Text size="sm">{t('cancelBuildText')}</Text>
    </Dialog>
  );
}

type Step = (typeof STEPS)[number];
/** As the pipeline names them; which of them this run has is for the run to say. */
const STEPS = [
  ...(['ingest', 'frames', 'anonymize', 'reconstruct', 'densify'] as const),
  ...(['georeference', 'tile', 'plan', 'localisation', 'bundle'] as const),
];

/** A new version from the same files: finished steps are taken over, up to the one that is chosen. */
export function RetryDialog({
  spaceMapId,
  runId,
  onClose,
}: {
  spaceMapId: string;
  runId: string;
  onClose: () => void;
}): JSX.Element {
  const { t } = useMapWords();
  const navigate = useNavigate();
  const run = useRun(runId);
  const versions = useVersions(spaceMapId);
  const [from, setFrom] = useState('');
  const version = versions.data?.items.find((one) => one.runId === runId);
  const retry = useAction([MAPS], async (api, fromStep: Step | undefined) =>
    body(
      await api.POST('/v1/space-maps/{spaceMapId}/versions/{versionId}/retry', {
        params: { path: { spaceMapId, versionId: version?.id ?? '' } },
        body: fromStep === undefined ? {} : { fromStep },
      }),
    ),
  );
  return (
    <Dialog
      title={t('retryTitle')}
      button={t('retry')}
      ready={version !== undefined}
      busy={retry.isPending}
      error={retry.error ?? versions.error}
      onSubmit={() =>
        retry.mutate(
          STEPS.find((step) => step === from),
          { onSuccess: (next) => void navigate({ to: '/runs/$runId', params: { runId: next.runId } }) },
        )
      }
      onClose={onClose}
    >
      <NativeSelect
        label={t('retryFrom')}
        description={t('retryText')}
        value={from}
        onChange={({ currentTarget: { value } }) => setFrom(value)}
        data={[
          { value: '', label: t('retryRest') },
          ...(run.data?.steps ?? []).map(({ name }) => ({ value: name, label: name })),
        ]}
        data-autofocus
      />
    </Dialog>
  );
}
