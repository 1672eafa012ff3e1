import { Anchor, Button, Group, NativeSelect, Paper, Stack, Text, Title } from '@mantine/core';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { JSX } from 'react';
import { Loading, ProblemAlert } from '../../app/feedback';
import { useFilters } from '../../app/filters';
import { Pager } from '../../app/pager';
import { useSession } from '../../app/session';
import { Facts, StateBadge } from './looks';
import { usePublicationWords } from './publication-words';
import { PublishDialog } from './publish-dialog';
import { useMaps, usePublications, type Publication } from './queries';

const FILTERS = ['spaceMapId'] as const;

export function PublicationsPage(): JSX.Element {
  const { t } = usePublicationWords();
  const { scopes } = useSession();
  const filters = useFilters(FILTERS);
  const publishing = usePublishing();
  const { data, error } = usePublications(filters.values, filters.cursor);
  const writes = scopes.has('publications:write');
  return (
    <Stack>
      <Group justify="space-between" align="start">
        <div>
          <Title order={2}>{t('title')}</Title>
          <Text c="dimmed">{t('intro')}</Text>
        </div>
        {writes && <Button onClick={() => publishing.open(filters.values.spaceMapId ?? '')}>{t('publish')}</Button>}
      </Group>
      {!writes && <Text size="sm">{t('missingWrite')}</Text>}
      <MapFilter value={filters.values.spaceMapId ?? ''} onChange={(spaceMapId) => filters.set('spaceMapId', spaceMapId)} />
      <ProblemAlert error={error} />
      {data === undefined && error === null && <Loading />}
      {data !== undefined && data.items.length === 0 && (
        <Text c="dimmed">{t(filters.values.spaceMapId === undefined ? 'none' : 'noneOfMap')}</Text>
      )}
      {data !== undefined && <Rows publications={data.items} />}
      <Pager cursor={filters.cursor} next={data?.next ?? null} onChange={(cursor) => filters.set('cursor', cursor)} />
      {writes && publishing.mapId !== null && <PublishDialog spaceMapId={publishing.mapId} onClose={publishing.close} />}
    </Stack>
  );
}

/** The dialog stands in the address, so that a map can lead to it. */
function usePublishing(): { mapId: string | null; open: (spaceMapId: string) => void; close: () => void } {
  const { publish, ...rest } = useSearch({ strict: false }) as Record<string, string | undefined>; // strings, by the route's own check
  const navigate = useNavigate();
  const show = (mapId: string | null): void => {
    const known = Object.entries(rest).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
    const search = Object.fromEntries([...known, ...(mapId === null ? [] : [['publish', mapId] as const])]);
    void navigate({ to: '.', search, replace: true });
  };
  return { mapId: publish ?? null, open: show, close: () => show(null) };
}

function MapFilter({ value, onChange }: { value: string; onChange: (spaceMapId: string) => void }): JSX.Element {
  const { t } = usePublicationWords();
  const { data } = useMaps();
  const maps = (data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }));
  // One that is not among the newest is filtered by all the same.
  const unknown = value === '' || maps.some((map) => map.value === value) ? [] : [{ value, label: value.slice(-8) }];
  return (
    <div role="search">
      <NativeSelect
        label={t('map')}
        maw="24rem"
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
        data={[{ value: '', label: t('allMaps') }, ...maps, ...unknown]}
      />
    </div>
  );
}

function Rows({ publications }: { publications: readonly Publication[] }): JSX.Element {
  return (
    <ul className="plain-list">
      {publications.map((publication) => (
        <Paper component="li" withBorder p="sm" key={publication.id}>
          <Group justify="space-between" gap="xs">
            <Title order={3} size="h5" className="publication-title">
              <Anchor
                inherit
                renderRoot={(props) => (
                  <Link {...props} to="/publications/$publicationId" params={{ publicationId: publication.id }} />
                )}
              >
                {publication.title}
              </Anchor>
            </Title>
            <StateBadge state={publication.state} />
          </Group>
          <Facts publication={publication} />
        </Paper>
      ))}
    </ul>
  );
}
