import { Alert, Text, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState, type JSX } from 'react';
import { ApiProblem } from '@stead/web/api-client';
import { body, useAction } from '../../app/api';
import { BuildSettings, FRESH, buildBody, type BuildDraft } from './build-settings';
import { Dialog } from './dialog';
import { useMapWords } from './map-words';
import { problemAt } from './problems';
import { MAPS, type SpaceMap, type TaggedMap } from './queries';

export function RenameDialog({ found: { map, tag }, onClose }: { found: TaggedMap; onClose: () => void }): JSX.Element {
  const { t } = useMapWords();
  const [name, setName] = useState(map.name);
  const rename = useAction([MAPS], async (api, asked: string) => {
    const params = { path: { spaceMapId: map.id } };
    const sent = { params, headers: { 'if-match': tag }, body: { name: asked } };
    return body(await api.PATCH('/v1/space-maps/{spaceMapId}', sent));
  });
  // Saved again it is compared with what is shown now.
  const isStale = rename.error instanceof ApiProblem && rename.error.status === 412;
  const wrong = problemAt(rename.error)('/name');
  return (
    <Dialog
      title={t('renameTitle')}
      button={t('save')}
      busy={rename.isPending}
      error={isStale || wrong !== undefined ? null : rename.error}
      onSubmit={() => rename.mutate(name.trim(), { onSuccess: onClose })}
      onClose={onClose}
    >
      {isStale && <Alert color="yellow">{t('renamed', { name: map.name })}</Alert>}
      <TextInput
        label={t('name')}
        description={t('nameHint')}
        value={name}
        maxLength={200}
        error={wrong}
        onChange={({ currentTarget: { value } }) => setName(value)}
        data-autofocus
      />
    </Dialog>
  );
}

export function DeleteDialog({ found: { map }, onClose }: { found: TaggedMap; onClose: () => void }): JSX.Element {
  const { t } = useMapWords();
  const navigate = useNavigate();
  const remove = useAction([MAPS, 'list'], (api, spaceMapId: string) =>
    api.DELETE('/v1/space-maps/{spaceMapId}', { params: { path: { spaceMapId } } }),
  );
  return (
    <Dialog
      danger
      title={t('deleteTitle', { name: map.name })}
      button={t('delete')}
      busy={remove.isPending}
      error={remove.error}
      onSubmit={() => remove.mutate(map.id, { onSuccess: () => void navigate({ to: '/' }) })}
      onClose={onClose}
    >
      <Text size="sm">{t('deleteText')}</Text>
    </Dialog>
  );
}

export function BuildAgainDialog({ map, onClose }: { map: SpaceMap; onClose: () => void }): JSX.Element {
  const { t } = useMapWords();
  const navigate = useNavigate();
  const [draft, setDraft] = useState<BuildDraft>({ ...FRESH, preset: map.latestVersion.preset });
  const build = useAction([MAPS], async (api, asked: BuildDraft) =>
    body(
      await api.POST('/v1/space-maps/{spaceMapId}/versions', {
        params: { path: { spaceMapId: map.id } },
        body: buildBody(asked),
      }),
    ),
  );
  return (
    <Dialog
      title={t('buildAgainTitle', { name: map.name })}
      button={t('buildAgain')}
      busy={build.isPending}
      error={build.error}
      onSubmit={() => build.mutate(draft, { onSuccess: ({ runId }) => void navigate({ to: '/runs/$runId', params: { runId } }) })}
      onClose={onClose}
    >
      <Text size="sm">{t('buildAgainText')}</Text>
      <BuildSettings
        draft={draft}
        onChange={(change) => setDraft((known) => ({ ...known, ...change }))}
        problemAt={problemAt(build.error)}
      />
    </Dialog>
  );
}
