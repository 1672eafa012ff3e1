import { Alert, Anchor, Group, Stack, Tabs, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useMemo, useState, type JSX } from 'react';
import { Loading, ProblemAlert } from '../../app/feedback';
import { useSession } from '../../app/session';
import { ConflictDialog } from './conflict-dialog';
import type { Snapshot } from './model/types';
import { ContentsPanel } from './panels/contents-panel';
import { ElementPanel } from './panels/element-panel';
import { HistoryPanel } from './panels/history-panel';
import { MediaPanel } from './panels/media-panel';
import { ScenePanel } from './panels/scene-panel';
import { isMissing, useFirstReading, useMapView, useMedia } from './queries';
import { SaveState } from './save-state';
import type { Stage } from './stage/stage';
import { StageView } from './stage/stage-view';
import { StudioContext, type Studio } from './studio-context';
import { useStudioWords } from './studio-words';
import { UndoButtons } from './undo-buttons';
import { useKeeper } from './use-keeper';
import { usePlacing } from './use-placing';

export function ScenePage({ sceneId }: { sceneId: string }): JSX.Element {
  const { t } = useStudioWords();
  const { data, error } = useFirstReading(sceneId);
  return (
    <Stack gap="sm">
      <div>
        <Anchor renderRoot={(props) => <Link {...props} to="/scenes" />}>{t('backToScenes')}</Anchor>
      </div>
      {data === undefined && error === null && <Loading />}
      {isMissing(error) ? <Alert color="yellow">{t('sceneMissing')}</Alert> : <ProblemAlert error={error} />}
      {data !== undefined && <Workplace first={data} />}
    </Stack>
  );
}

function Workplace({ first }: { first: Snapshot }): JSX.Element {
  const { t } = useStudioWords();
  const { scopes } = useSession();
  const { keeper, kept } = useKeeper(first);
  const view = useMapView(kept.scene.versionId);
  const library = useMedia();
  const hands = usePlacing();
  const [stage, setStage] = useState<Stage | null>(null);
  const [selectedId, setSelectedId] = useState<string | null>(null);
  const [tab, setTab] = useState<string | null>('contents');
  const writes = scopes.has('publications:write');
  const diagonal = useMemo(() => {
    if (view.data === undefined) return 10;
    const { min, max } = view.data.bounds;
    return Math.hypot(max[0] - min[0], max[1] - min[1], max[2] - min[2]) || 1;
  }, [view.data]);
  const attention = kept.elements.filter((one) => one.attention !== null).length;
  const selected = kept.elements.find(({ element }) => element.id === selectedId);
  const studio: Studio = {
    ...{ keeper, kept, view: view.data ?? null, stage, hands, media: library.data ?? [], selectedId, writes, diagonal },
    select: (id) => {
      setSelectedId(id);
      if (id !== null) setTab('contents');
    },
  };
  return (
    <StudioContext value={studio}>
      <Group justify="space-between" align="start">
        <Title order={2} size="h3" className="studio-title">
          {kept.scene.name}
        </Title>
        <Group gap="sm">
          <SaveState />
          {writes && <UndoButtons />}
        </Group>
      </Group>
      {!writes && <Text size="sm">{t('missingWrite')}</Text>}
      {attention > 0 && <Text size="sm">{t('attentionCount', { count: attention })}</Text>}
      <div className="studio-work">
        <StageView key={kept.scene.versionId} view={view.data} error={view.error} onStage={setStage} />
        <Tabs value={tab} onChange={setTab} keepMounted={false} className="studio-side">
          <Tabs.List aria-label={t('parts')}>
            <Tabs.Tab value="contents">{t('contents')}</Tabs.Tab>
            <Tabs.Tab value="media">{t('media')}</Tabs.Tab>
            <Tabs.Tab value="history">{t('history')}</Tabs.Tab>
            <Tabs.Tab value="scene">{t('scene')}</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="contents" pt="sm">
            {selected === undefined ? <ContentsPanel /> : <ElementPanel key={selected.element.id} one={selected} />}
          </Tabs.Panel>
          <Tabs.Panel value="media" pt="sm">
            <MediaPanel />
          </Tabs.Panel>
          <Tabs.Panel value="history" pt="sm">
            <HistoryPanel />
          </Tabs.Panel>
          <Tabs.Panel value="scene" pt="sm">
            <ScenePanel />
          </Tabs.Panel>
        </Tabs>
      </div>
      {kept.conflict !== null && <ConflictDialog conflict={kept.conflict} />}
    </StudioContext>
  );
}
