import { Alert, Anchor, Button, Group, Modal, Stack, Text } from '@mantine/core';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState, type JSX } from 'react';
import { ProblemAlert } from '../../../app/feedback';
import { TextField, ViewField } from '../forms/fields';
import { problemsOf } from '../forms/problems';
import { useApi, useNewestVersion } from '../queries';
import { useEdit, useStudio } from '../studio-context';
import { useStudioWords } from '../studio-words';

/** What concerns the scene as a whole. */
export function ScenePanel(): JSX.Element {
  const { t, moment } = useStudioWords();
  const { kept, writes } = useStudio();
  const edit = useEdit();
  const { scene, refused } = kept;
  const [deleting, setDeleting] = useState(false);
  return (
    <Stack gap="sm">
      <TextField
        label={t('sceneName')}
        value={scene.name}
        onChange={(name) => edit({ op: 'rename', name })}
        error={problemsOf(refused.get('name') ?? null).at('/name')}
      />
      <ViewField label={t('start')} hint={t('startHint')} value={scene.start} onChange={(view) => edit({ op: 'start', view })} />
      <Text size="sm" c="dimmed">
        {t('sceneFacts', { version: scene.versionNumber, revision: scene.revision, count: kept.elements.length })} ·{' '}
        {moment(scene.changedAt)}
      </Text>
      <Move />
      {writes && (
        <Group>
          <Anchor renderRoot={(props) => <Link {...props} to="/publications" search={{ publish: scene.spaceMapId }} />}>
            {t('publish')}
          </Anchor>
          <Button variant="outline" color="red" size="compact-sm" className="studio-danger" onClick={() => setDeleting(true)}>
            {t('sceneDelete')}
          </Button>
        </Group>
      )}
      {deleting && <DeleteScene onClose={() => setDeleting(false)} />}
    </Stack>
  );
}

/** Into the newest version of the map, when it was made anew. */
function Move(): JSX.Element | null {
  const { t } = useStudioWords();
  const { kept, keeper, writes } = useStudio();
  const { scene } = kept;
  const api = useApi();
  const newest = useNewestVersion(scene.spaceMapId);
  const [state, setState] = useState<{ busy: boolean; error: unknown }>({ busy: false, error: null });
  if (newest === null || newest.number <= scene.versionNumber) return null;
  const move = async (): Promise<void> => {
    setState({ busy: true, error: null });
    const params = { path: { sceneId: scene.id } };
    const saved = await keeper.act((tag) =>
      api.POST('/v1/scenes/{sceneId}/move', { params, headers: { 'if-match': tag }, body: { versionId: newest.id } }),
    );
    setState({ busy: false, error: saved ? null : new Error(t('saveFirst')) });
  };
  return (
    <Alert color="blue" variant="light" title={t('newerVersion', { number: newest.number })}>
      <Text size="sm">{t('moveText')}</Text>
      {writes && (
        <Button
          mt="xs"
          size="compact-sm"
          loading={state.busy}
          onClick={() => void move().catch((error: unknown) => setState({ busy: false, error }))}
        >
          {t('move', { number: newest.number })}
        </Button>
      )}
      <ProblemAlert error={state.error} />
    </Alert>
  );
}

function DeleteScene({ onClose }: { onClose: () => void }): JSX.Element {
  const { t } = useStudioWords();
  const { kept } = useStudio();
  const api = useApi();
  const navigate = useNavigate();
  const [state, setState] = useState<{ busy: boolean; error: unknown }>({ busy: false, error: null });
  const remove = async (): Promise<void> => {
    setState({ busy: true, error: null });
    try {
      await api.DELETE('/v1/scenes/{sceneId}', { params: { path: { sceneId: kept.scene.id } } });
      await navigate({ to: '/scenes' });
    } catch (error) {
      setState({ busy: false, error });
    }
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('deleteTitle', { name: kept.scene.name })}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <Stack>
        <Text size="sm">{t('sceneDeleteText')}</Text>
        <ProblemAlert error={state.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            {t('cancel')}
          </Button>
          <Button color="red" loading={state.busy} onClick={() => void remove()}>
            {t('sceneDelete')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
