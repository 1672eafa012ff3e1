import { Alert, Anchor, Button, Group, Stack, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState, type JSX } from 'react';
import { body, isMissing, useNews, useRead } from '../../app/api';
import { Loading, ProblemAlert } from '../../app/feedback';
import { useSession } from '../../app/session';
import { BuildAgainDialog, DeleteDialog, RenameDialog } from './map-dialogs';
import { useMapWords } from './map-words';
import { MAPS, isOfMaps, useSpaceMap, useVersions, type TaggedMap } from './queries';
import { Refused } from './refused';
import { VersionCard } from './version-card';

/** One map: its versions, and what can be done with it. */
export function MapPage({ spaceMapId }: { spaceMapId: string }): JSX.Element {
  const { t } = useMapWords();
  const { scopes } = useSession();
  useNews([MAPS], isOfMaps);
  const { data, error } = useSpaceMap(spaceMapId);
  if (!scopes.has('space-maps:read')) return <Refused scope="space-maps:read" />;
  return (
    <Stack>
      <Anchor size="sm" renderRoot={(props) => <Link {...props} to="/" />}>
        {t('allMaps')}
      </Anchor>
      {isMissing(error) ? <Alert color="yellow">{t('noMap')}</Alert> : <ProblemAlert error={error} />}
      {data === undefined ? error === null && <Loading /> : <Shown found={data} />}
    </Stack>
  );
}

type Asked = 'rename' | 'delete' | 'build' | null;

function Shown({ found }: { found: TaggedMap }): JSX.Element {
  const { t, moment } = useMapWords();
  const { scopes } = useSession();
  const [asked, setAsked] = useState<Asked>(null);
  const { map } = found;
  const writes = scopes.has('space-maps:write');
  const close = (): void => setAsked(null);
  return (
    <>
      <Group justify="space-between" align="start">
        <div>
          <Title order={2} className="maps-title">
            {map.name}
          </Title>
          <Text size="sm" c="dimmed">
            {t('made', { moment: moment(map.createdAt) })}
          </Text>
        </div>
        <Ways found={found} />
      </Group>
      {writes ? (
        <Group>
          <Button onClick={() => setAsked('build')}>{t('buildAgain')}</Button>
          <Button variant="default" onClick={() => setAsked('rename')}>
            {t('rename')}
          </Button>
          <Button variant="default" onClick={() => setAsked('delete')}>
            {t('delete')}
          </Button>
        </Group>
      ) : (
        <Text size="sm">{t('missingWrite', { scope: 'space-maps:write' })}</Text>
      )}
      <Versions found={found} writes={writes} />
      {asked === 'rename' && <RenameDialog found={found} onClose={close} />}
      {asked === 'delete' && <DeleteDialog found={found} onClose={close} />}
      {asked === 'build' && <BuildAgainDialog map={map} onClose={close} />}
    </>
  );
}

/** Where the map leads: into it, and to what is published of it. */
function Ways({ found: { map } }: { found: TaggedMap }): JSX.Element {
  const { t } = useMapWords();
  const { scopes } = useSession();
  const { data } = useRead(
    [MAPS, 'publications', map.id],
    async (api) => body(await api.GET('/v1/publications', { params: { query: { spaceMapId: map.id, limit: 100 } } })),
    { enabled: scopes.has('publications:read') },
  );
  const shown = data?.items.find(({ state }) => state === 'published');
  return (
    <Group gap="md">
      {shown !== undefined && <Anchor href={`/v/${encodeURIComponent(shown.id)}`}>{t('openViewer')}</Anchor>}
      {map.liveVersionId !== null && scopes.has('publications:write') && (
        <Anchor renderRoot={(props) => <Link {...props} to="/publications" search={{ publish: map.id }} />}>
          {t('publish')}
        </Anchor>
      )}
      {data !== undefined && data.items.length > 0 && (
        <Anchor renderRoot={(props) => <Link {...props} to="/publications" search={{ spaceMapId: map.id }} />}>
          {t('publications')}
        </Anchor>
      )}
      {map.liveVersionId === null && (
        <Text size="sm" c="dimmed">
          {t('noLive')}
        </Text>
      )}
    </Group>
  );
}

function Versions({ found, writes }: { found: TaggedMap; writes: boolean }): JSX.Element {
  const { t } = useMapWords();
  const { data, error } = useVersions(found.map.id);
  return (
    <section aria-labelledby="versions-title">
      <Title order={3} size="h4" id="versions-title" mb="xs">
        {t('versions')}
      </Title>
      <ProblemAlert error={error} />
      {data === undefined && error === null && <Loading />}
      <ul className="plain-list">
        {data?.items.map((version) => (
          <VersionCard key={version.id} version={version} found={found} writes={writes} />
        ))}
      </ul>
    </section>
  );
}
