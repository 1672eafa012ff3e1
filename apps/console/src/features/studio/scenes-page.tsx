import { Anchor, Button, Group, NativeSelect, Paper, Stack, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState, type JSX } from 'react';
import { Loading, ProblemAlert } from '../../app/feedback';
import { useFilters } from '../../app/filters';
import { Pager } from '../../app/pager';
import { useSession } from '../../app/session';
import type { Scene } from './model/types';
import { NewSceneDialog } from './new-scene-dialog';
import { useMaps, useScenes } from './queries';
import { useStudioWords } from './studio-words';

const FILTERS = ['spaceMapId'] as const;

export function ScenesPage(): JSX.Element {
  const { t } = useStudioWords();
  const { scopes } = useSession();
  const filters = useFilters(FILTERS);
  const { data, error } = useScenes(filters.values, filters.cursor);
  const maps = useMaps();
  const [making, setMaking] = useState(false);
  const writes = scopes.has('publications:write');
  const names = new Map((maps.data?.items ?? []).map(({ id, name }) => [id, name]));
  const wanted = filters.values.spaceMapId ?? '';
  const choices = [...names].map(([value, label]) => ({ value, label }));
  return (
    <Stack>
      <Group justify="space-between" align="start">
        <div>
          <Title order={2}>{t('scenes')}</Title>
          <Text c="dimmed">{t('scenesIntro')}</Text>
        </div>
        {writes && <Button onClick={() => setMaking(true)}>{t('sceneNew')}</Button>}
      </Group>
      {!writes && <Text size="sm">{t('missingWrite')}</Text>}
      <div role="search">
        <NativeSelect
          label={t('map')}
          maw="24rem"
          value={wanted}
          onChange={({ currentTarget: { value } }) => filters.set('spaceMapId', value)}
          data={[
            { value: '', label: t('allMaps') },
            ...choices,
            ...(wanted === '' || names.has(wanted) ? [] : [{ value: wanted, label: wanted.slice(-8) }]),
          ]}
        />
      </div>
      <ProblemAlert error={error} />
      {data === undefined && error === null && <Loading />}
      {data !== undefined && data.items.length === 0 && <Text c="dimmed">{t('scenesNone')}</Text>}
      {data !== undefined && <Rows scenes={data.items} names={names} />}
      <Pager cursor={filters.cursor} next={data?.next ?? null} onChange={(cursor) => filters.set('cursor', cursor)} />
      {making && <NewSceneDialog spaceMapId={wanted} onClose={() => setMaking(false)} />}
    </Stack>
  );
}

function Rows({ scenes, names }: { scenes: readonly Scene[]; names: ReadonlyMap<string, string> }): JSX.Element {
  const { t, moment } = useStudioWords();
  return (
    <ul className="plain-list">
      {scenes.map(({ id, name, spaceMapId, versionNumber, revision, elements, attention, changedAt }) => (
        <Paper component="li" withBorder p="sm" key={id}>
          <Title order={3} size="h5" className="studio-title">
            <Anchor inherit renderRoot={(props) => <Link {...props} to="/scenes/$sceneId" params={{ sceneId: id }} />}>
              {name}
            </Anchor>
          </Title>
          <Text size="sm" c="dimmed">
            {[
              ...(names.has(spaceMapId) ? [names.get(spaceMapId)] : []),
              t('sceneFacts', { version: versionNumber, revision, count: elements }),
              t('changedAt', { moment: moment(changedAt) }),
            ].join(' · ')}
          </Text>
          {attention > 0 && <Text size="sm">{t('attentionCount', { count: attention })}</Text>}
        </Paper>
      ))}
    </ul>
  );
}
