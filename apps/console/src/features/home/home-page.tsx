import { Anchor, Group, Loader, Paper, Progress, Stack, Text, Title } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useCallback, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import type { RunSummaryView } from '@stead/contracts/dispatcher';
import type { SpaceMapView } from '@stead/contracts/space-maps';
import { duration } from '../../app/duration';
import type { StreamEvent } from '../../app/event-stream';
import { useLiveEvents } from '../../app/live';
import { useSession } from '../../app/session';

interface Listed<T> {
  items: T[];
}
interface HomeData {
  runs: RunSummaryView[];
  maps: SpaceMapView[];
  publications: Map<string, string>;
}
const OVER: ReadonlySet<string> = new Set(['succeeded', 'failed', 'cancelled', 'dead-letter']);
const HOME = ['home'];

/** The workspace's live runs and its maps, kept up to date by the event stream. */
export function HomePage(): JSX.Element {
  const { t } = useTranslation();
  const { client, scopes } = useSession();
  const queries = useQueryClient();
  const { data } = useQuery({
    queryKey: HOME,
    queryFn: async (): Promise<HomeData> => {
      const [maps, publications, runs] = await Promise.all([
        client.get<Listed<SpaceMapView>>('/v1/space-maps'),
        scopes.has('publications:read')
          ? client.get<Listed<{ id: string; spaceMapId: string }>>('/v1/publications')
          : { items: [] },
        client.get<Listed<RunSummaryView>>('/v1/runs'),
      ]);
      return {
        runs: runs.items.filter(({ state }) => !OVER.has(state)),
        maps: maps.items,
        publications: new Map(publications.items.map(({ id, spaceMapId }) => [spaceMapId, id])),
      };
    },
  });
  const onEvent = useCallback(
    ({ type, data: news }: StreamEvent) => {
      if (type !== 'run.progressed') return void queries.invalidateQueries({ queryKey: HOME });
      queries.setQueryData<HomeData>(HOME, (known) => known && { ...known, runs: progressed(known.runs, news) });
    },
    [queries],
  );
  useLiveEvents(onEvent);
  if (data === undefined) return <Loader aria-label={t('loading')} />;
  return (
    <Stack gap="xl">
      <section aria-labelledby="runs-title">
        <Title order={2} size="h3" id="runs-title" mb="sm">
          {t('liveRuns')}
        </Title>
        {data.runs.length === 0 ? <Text c="dimmed">{t('noRuns')}</Text> : <Runs runs={data.runs} />}
      </section>
      <section aria-labelledby="maps-title">
        <Title order={2} size="h3" id="maps-title" mb="sm">
          {t('maps')}
        </Title>
        {data.maps.length === 0 ? <Text c="dimmed">{t('noMaps')}</Text> : <Maps {...data} />}
      </section>
    </Stack>
  );
}

function Runs({ runs }: { runs: readonly RunSummaryView[] }): JSX.Element {
  const { t, i18n } = useTranslation();
  return (
    <ul className="plain-list">
      {runs.map(({ id, title, step, percent, etaS, cluster, why }) => (
        <Paper component="li" withBorder p="sm" key={id}>
          <Title order={3} size="h5">
            {title}
          </Title>
          <Progress value={percent} my="xs" aria-label={`${title}: ${Math.round(percent)} %`} />
          <Text size="sm">
            {[
              step ?? t('queued'),
              `${Math.round(percent)} %`,
              ...(etaS === null ? [] : [`${duration(etaS, i18n.language)} ${t('left')}`]),
              ...(cluster === null ? [] : [cluster]),
            ].join(' · ')}
          </Text>
          {why !== null && (
            <Text size="sm" c="dimmed">
              {why}
            </Text>
          )}
        </Paper>
      ))}
    </ul>
  );
}

function Maps({ maps, publications }: Pick<HomeData, 'maps' | 'publications'>): JSX.Element {
  const { t, i18n } = useTranslation();
  const { scopes } = useSession();
  return (
    <ul className="plain-list">
      {maps.map(({ id, name, liveVersionId, latestVersion: { state, redactionOf, quality, failure } }) => {
        const publication = publications.get(id);
        return (
          <Paper component="li" withBorder p="sm" key={id}>
            <Title order={3} size="h5">
              {name}
            </Title>
            <Text size="sm" c="dimmed">
              {[
                t(state),
                ...(redactionOf === null ? [] : [t('redaction')]),
                ...(quality === null
                  ? []
                  : [`${t('grade')} ${quality.grade}`, `${quality.points.toLocaleString(i18n.language)} ${t('points')}`]),
              ].join(' · ')}
            </Text>
            {failure !== null && (
              <Text size="sm" c="red">
                {[failure.detail, ...failure.advice].join(' ')}
              </Text>
            )}
            <Group gap="md">
              {publication !== undefined && (
                <Anchor href={`/v/${encodeURIComponent(publication)}`}>{`${t('open')} — ${name}`}</Anchor>
              )}
              {liveVersionId !== null && scopes.has('publications:write') && (
                <Anchor
                  aria-label={`${t('publish')}: ${name}`}
                  renderRoot={(props) => <Link {...props} to="/publications" search={{ publish: id }} />}
                >
                  {t('publish')}
                </Anchor>
              )}
            </Group>
          </Paper>
        );
      })}
    </ul>
  );
}

/** `run.progressed` names the run by `runId`; what it does not say stays as it was. */
function progressed(runs: RunSummaryView[], news: Record<string, unknown>): RunSummaryView[] {
  return runs.map((run) => (run.id === news['runId'] ? { ...run, ...news, id: run.id } : run));
}
