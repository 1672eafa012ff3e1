import { Anchor, Button, Group, Loader, NativeSelect, Paper, Progress, Stack, Text, TextInput, Title } from '@mantine/core';
import { useQuery, useQueryClient, type UseQueryResult } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useCallback, useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import type { RunSummaryView } from '@stead/contracts/dispatcher';
import type { MapVersionState, SpaceMapView } from '@stead/contracts/space-maps';
import { duration } from '../../app/duration';
import type { StreamEvent } from '../../app/event-stream';
import { ProblemAlert } from '../../app/feedback';
import { useFilters } from '../../app/filters';
import { useLiveEvents } from '../../app/live';
import { Pager } from '../../app/pager';
import { useSession } from '../../app/session';

interface Listed<T> {
  items: T[];
  next: string | null;
}
const RUNS = ['home', 'runs'];
const MAPS = ['home', 'maps'];
const FILTERS = ['name', 'state'] as const;
const STATES = [
  'requested',
  'queued',
  'running',
  'succeeded',
  'failed',
  'cancelled',
] as const satisfies readonly MapVersionState[];
const RUNS_MAX = 100;
const PAGE_SIZE = 20;

/** What is being built, and the workspace's maps, kept up to date by the event stream. */
export function HomePage(): JSX.Element {
  const { scopes } = useSession();
  const queries = useQueryClient();
  const onEvent = useCallback(
    ({ type, data: news }: StreamEvent) => {
      if (type !== 'run.progressed') return void queries.invalidateQueries({ queryKey: ['home'] });
      queries.setQueryData<Listed<RunSummaryView>>(RUNS, (known) => known && { ...known, items: progressed(known.items, news) });
    },
    [queries],
  );
  useLiveEvents(onEvent);
  return (
    <Stack gap="xl">
      {scopes.has('runs:read') && <BeingBuilt />}
      <Maps />
    </Stack>
  );
}

function BeingBuilt(): JSX.Element {
  const { t } = useTranslation();
  const { client } = useSession();
  const { data, error } = useQuery({
    queryKey: RUNS,
    queryFn: () => client.get<Listed<RunSummaryView>>(`/v1/runs?open=true&limit=${RUNS_MAX}`),
  });
  return (
    <section aria-labelledby="runs-title">
      <Title order={2} size="h3" id="runs-title" mb="sm">
        {t('liveRuns')}
      </Title>
      <ProblemAlert error={error} />
      {data === undefined && error === null && <Loader aria-label={t('loading')} />}
      {data?.items.length === 0 && <Text c="dimmed">{t('noRuns')}</Text>}
      <Runs runs={data?.items ?? []} />
    </section>
  );
}

function Runs({ runs }: { runs: readonly RunSummaryView[] }): JSX.Element {
  const { t, i18n } = useTranslation();
  return (
    <ul className="plain-list">
      {runs.map(({ id, title, step, percent, etaS, cluster, why, costSoFar }) => (
        <Paper component="li" withBorder p="sm" key={id}>
          <Title order={3} size="h5">
            <Anchor inherit renderRoot={(props) => <Link {...props} to="/runs/$runId" params={{ runId: id }} />}>
              {title}
            </Anchor>
          </Title>
          <Progress value={percent} my="xs" aria-label={`${title}: ${Math.round(percent)} %`} />
          <Text size="sm">
            {[
              step ?? t('queued'),
              `${Math.round(percent)} %`,
              ...(etaS === null ? [] : [`${duration(etaS, i18n.language)} ${t('left')}`]),
              ...(cluster === null ? [] : [cluster]),
              t('costSoFar', { cost: costSoFar.toFixed(2) }),
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

/** The publication of each map that visitors can open. */
function usePublished(): UseQueryResult<ReadonlyMap<string, string>> {
  const { client, scopes } = useSession();
  return useQuery({
    queryKey: ['home', 'publications'],
    queryFn: async () => {
      const { items } = await client.get<Listed<{ id: string; spaceMapId: string }>>('/v1/publications?limit=100');
      return new Map(items.map(({ id, spaceMapId }) => [spaceMapId, id]));
    },
    enabled: scopes.has('publications:read'),
  });
}

function Maps(): JSX.Element {
  const { t } = useTranslation();
  const { client, scopes } = useSession();
  const filters = useFilters(FILTERS);
  const query = new URLSearchParams([...filters.query, ['limit', String(PAGE_SIZE)]]).toString();
  const { data, error } = useQuery({
    queryKey: [...MAPS, query],
    queryFn: () => client.get<Listed<SpaceMapView>>(`/v1/space-maps?${query}`),
    placeholderData: (before) => before,
  });
  const published = usePublished();
  const isFiltered = filters.values.name !== undefined || filters.values.state !== undefined;
  return (
    <section aria-labelledby="maps-title">
      <Group justify="space-between" mb="sm">
        <Title order={2} size="h3" id="maps-title">
          {t('maps')}
        </Title>
        {scopes.has('space-maps:write') && scopes.has('captures:write') && (
          <Button renderRoot={(props) => <Link {...props} to="/maps/new" />}>{t('newMap')}</Button>
        )}
      </Group>
      <Filters name={filters.values.name ?? ''} state={filters.values.state ?? ''} set={filters.set} />
      <ProblemAlert error={error} />
      {data === undefined && error === null && <Loader aria-label={t('loading')} />}
      {data?.items.length === 0 && <Text c="dimmed">{t(isFiltered ? 'noSuchMaps' : 'noMaps')}</Text>}
      <ul className="plain-list">
        {data?.items.map((map) => (
          <MapItem key={map.id} map={map} publicationId={published.data?.get(map.id)} />
        ))}
      </ul>
      <Pager cursor={filters.cursor} next={data?.next ?? null} onChange={(cursor) => filters.set('cursor', cursor)} />
    </section>
  );
}

/** They stand in the address; the name does once it is sent off. */
function Filters({
  name,
  state,
  set,
}: {
  name: string;
  state: string;
  set: (name: (typeof FILTERS)[number], value: string) => void;
}): JSX.Element {
  const { t } = useTranslation();
  const [typed, setTyped] = useState(name);
  return (
    <form
      role="search"
      aria-labelledby="maps-title"
      onSubmit={(event) => {
        event.preventDefault();
        set('name', typed.trim());
      }}
    >
      <Group mb="md" align="end">
        <TextInput
          label={t('mapName')}
          value={typed}
          maxLength={200}
          onChange={({ currentTarget: { value } }) => setTyped(value)}
        />
        <NativeSelect
          label={t('mapState')}
          value={state}
          onChange={({ currentTarget: { value } }) => set('state', value)}
          data={[{ value: '', label: t('anyState') }, ...STATES.map((value) => ({ value, label: t(value) }))]}
        />
        <Button type="submit" variant="default">
          {t('search')}
        </Button>
      </Group>
    </form>
  );
}

function MapItem({ map, publicationId }: { map: SpaceMapView; publicationId: string | undefined }): JSX.Element {
  const { t, i18n } = useTranslation();
  const { scopes } = useSession();
  const {
    id,
    name,
    liveVersionId,
    latestVersion: { state, redactionOf, quality, failure },
  } = map;
  return (
    <Paper component="li" withBorder p="sm">
      <Title order={3} size="h5">
        <Anchor inherit renderRoot={(props) => <Link {...props} to="/maps/$mapId" params={{ mapId: id }} />}>
          {name}
        </Anchor>
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
        {publicationId !== undefined && (
          <Anchor href={`/v/${encodeURIComponent(publicationId)}`}>{`${t('open')} — ${name}`}</Anchor>
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
}

/** `run.progressed` names the run by `runId`; what it does not say stays as it was. */
function progressed(runs: RunSummaryView[], news: Record<string, unknown>): RunSummaryView[] {
  return runs.map((run) => (run.id === news['runId'] ? { ...run, ...news, id: run.id } : run));
}
