import { Alert, Anchor, Badge, Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState, type JSX } from 'react';
import { body, useAction } from '../../app/api';
import { ProblemAlert } from '../../app/feedback';
import { CancelDialog, RetryDialog } from './run-dialogs';
import { VersionBadge, isOver } from './map-states';
import { useMapWords } from './map-words';
import { QualityCard } from './quality-card';
import { MAPS, type MapVersion, type TaggedMap } from './queries';

/** One version: what became of it, how good it is, and what can be done about it. */
export function VersionCard({
  version,
  found: { map, tag },
  writes,
}: {
  version: MapVersion;
  found: TaggedMap;
  writes: boolean;
}): JSX.Element {
  const { t, moment } = useMapWords();
  const [asked, setAsked] = useState<'cancel' | 'retry' | null>(null);
  const { id, number, state, cluster, why, quality, bytes, failure, runId } = version;
  const isLive = map.liveVersionId === id;
  const setLive = useAction([MAPS], async (api, versionId: string) => {
    const params = { path: { spaceMapId: map.id } };
    return body(await api.PUT('/v1/space-maps/{spaceMapId}/live', { params, headers: { 'if-match': tag }, body: { versionId } }));
  });
  const named = t('version', { number });
  return (
    <Paper component="li" withBorder p="sm">
      <Stack gap="xs">
        <Group justify="space-between" gap="xs">
          <Title order={4} size="h5">
            {named}
          </Title>
          <Group gap="xs">
            {isLive && (
              <Badge variant="outline" tt="none" title={t('liveHint')} styles={{ root: { color: 'var(--mantine-color-text)' } }}>
                {t('live')}
              </Badge>
            )}
            <VersionBadge state={state} />
          </Group>
        </Group>
        <Text size="sm" c="dimmed">
          {[moment(version.createdAt), ...(cluster === null ? [] : [t('builtOn', { cluster })])].join(' · ')}
        </Text>
        {why !== null && !isOver(state) && <Text size="sm">{why}</Text>}
        {failure !== null && (
          <Alert color="red" title={failure.detail}>
            {failure.advice.join(' ')}
          </Alert>
        )}
        {quality !== null && <QualityCard quality={quality} bytes={bytes} />}
        <Group gap="md">
          <Anchor
            aria-label={`${t('followRun')}: ${named}`}
            renderRoot={(props) => <Link {...props} to="/runs/$runId" params={{ runId }} />}
          >
            {t('followRun')}
          </Anchor>
          {writes && state === 'succeeded' && !isLive && (
            <Button
              size="compact-sm"
              variant="default"
              aria-label={`${t('setLive')}: ${named}`}
              loading={setLive.isPending}
              onClick={() => setLive.mutate(id)}
            >
              {t('setLive')}
            </Button>
          )}
          {writes && !isOver(state) && (
            <Button
              size="compact-sm"
              variant="default"
              aria-label={`${t('cancelBuild')}: ${named}`}
              onClick={() => setAsked('cancel')}
            >
              {t('cancelBuild')}
            </Button>
          )}
          {writes && (state === 'failed' || state === 'cancelled') && (
            <Button size="compact-sm" variant="default" aria-label={`${t('retry')}: ${named}`} onClick={() => setAsked('retry')}>
              {t('retry')}
            </Button>
          )}
        </Group>
        <ProblemAlert error={setLive.error} />
      </Stack>
      {asked === 'cancel' && <CancelDialog runId={runId} onClose={() => setAsked(null)} />}
      {asked === 'retry' && <RetryDialog spaceMapId={map.id} runId={runId} onClose={() => setAsked(null)} />}
    </Paper>
  );
}
