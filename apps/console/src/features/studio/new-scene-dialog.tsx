import { Alert, Button, Group, Modal, NativeSelect, Stack, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState, type FormEvent, type JSX } from 'react';
import { Loading, ProblemAlert } from '../../app/feedback';
import { body, useApi, useMaps } from './queries';
import { useStudioWords } from './studio-words';

/** `spaceMapId`: chosen beforehand; empty where none is. */
export function NewSceneDialog({ spaceMapId, onClose }: { spaceMapId: string; onClose: () => void }): JSX.Element {
  const { t } = useStudioWords();
  const api = useApi();
  const navigate = useNavigate();
  const maps = useMaps();
  const [mapId, setMapId] = useState(spaceMapId);
  const [name, setName] = useState('');
  const [state, setState] = useState<{ busy: boolean; error: unknown }>({ busy: false, error: null });
  const ready = maps.data?.items.filter(({ liveVersionId }) => liveVersionId !== null) ?? [];
  const make = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (mapId === '' || state.busy) return;
    setState({ busy: true, error: null });
    try {
      const asked = { spaceMapId: mapId, ...(name.trim() === '' ? {} : { name: name.trim() }) };
      const { id: sceneId } = body(await api.POST('/v1/scenes', { body: asked }));
      await navigate({ to: '/scenes/$sceneId', params: { sceneId } });
    } catch (error) {
      setState({ busy: false, error });
    }
  };
  return (
    <Modal opened onClose={onClose} title={t('sceneNew')} closeButtonProps={{ 'aria-label': t('close') }}>
      <form noValidate onSubmit={(event) => void make(event)}>
        <Stack>
          {maps.isLoading && <Loading />}
          {maps.data !== undefined && ready.length === 0 && <Alert color="yellow">{t('mapsNotReady')}</Alert>}
          <NativeSelect
            label={t('map')}
            value={mapId}
            onChange={({ currentTarget: { value } }) => setMapId(value)}
            data={[{ value: '', label: t('mapChoose') }, ...ready.map((map) => ({ value: map.id, label: map.name }))]}
            data-autofocus
          />
          <TextInput
            label={t('sceneName')}
            description={t('sceneNameHint')}
            value={name}
            onChange={({ currentTarget: { value } }) => setName(value)}
          />
          <ProblemAlert error={state.error ?? maps.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t('cancel')}
            </Button>
            <Button type="submit" disabled={mapId === ''} loading={state.busy}>
              {t('sceneMake')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
