import { PublishProblem } from './publish-problem';
import { Alert, NativeSelect, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState, type JSX } from 'react';
import { Loading } from '../../app/feedback';
import { AccessFields, type AccessDraft } from './access-fields';
import { FormDialog, fieldProblems } from '../../app/forms';
import { usePublicationWords } from './publication-words';
import { body, useAction, useMaps, useScenes } from './queries';

interface Draft extends AccessDraft {
  spaceMapId: string;
  /** Empty: the map alone. */
  sceneId: string;
  title: string;
}
const FIELDS = ['/spaceMapId', '/sceneId', '/title', '/visibility', '/password'];

/** `spaceMapId`: chosen beforehand; empty where none is. */
export function PublishDialog({ spaceMapId, onClose }: { spaceMapId: string; onClose: () => void }): JSX.Element {
  const { t } = usePublicationWords();
  const navigate = useNavigate();
  const maps = useMaps();
  const [draft, setDraft] = useState<Draft>({ spaceMapId, sceneId: '', title: '', visibility: 'link', password: '' });
  const set = (change: Partial<Draft>): void => setDraft((known) => ({ ...known, ...change }));
  const publish = useAction(async (api, asked: Draft) => body(await api.POST('/v1/publications', { body: bodyOf(asked) })));
  const problems = fieldProblems(publish.error);
  const error = publish.error ?? maps.error;
  const ready = maps.data?.items.filter(({ liveVersionId }) => liveVersionId !== null);
  const open = ({ id: publicationId }: { id: string }): void =>
    void navigate({ to: '/publications/$publicationId', params: { publicationId } });
  return (
    <FormDialog
      title={t('publishTitle')}
      button={t('publish')}
      ready={draft.spaceMapId !== ''}
      busy={publish.isPending}
      error={error}
      fields={FIELDS}
      whole={<PublishProblem error={error} spaceMapId={draft.spaceMapId} />}
      onSubmit={() => publish.mutate(draft, { onSuccess: open })}
      onClose={onClose}
    >
      {maps.isLoading && <Loading />}
      {ready?.length === 0 && <Alert color="yellow">{t('noReadyMaps')}</Alert>}
      <NativeSelect
        label={t('map')}
        value={draft.spaceMapId}
        onChange={(event) => set({ spaceMapId: event.currentTarget.value, sceneId: '' })}
        error={problems.at('/spaceMapId')}
        data={[{ value: '', label: t('chooseMap') }, ...(ready ?? []).map(({ id, name }) => ({ value: id, label: name }))]}
        data-autofocus
      />
      <SceneChoice
        spaceMapId={draft.spaceMapId}
        value={draft.sceneId}
        onChange={(sceneId) => set({ sceneId })}
        error={problems.at('/sceneId')}
      />
      <TextInput
        label={t('titleLabel')}
        description={t('titleHint')}
        value={draft.title}
        onChange={(event) => set({ title: event.currentTarget.value })}
        error={problems.at('/title')}
      />
      <AccessFields draft={draft} onChange={set} problems={problems} />
    </FormDialog>
  );
}

function SceneChoice({
  spaceMapId,
  value,
  onChange,
  error,
}: {
  spaceMapId: string;
  value: string;
  onChange: (sceneId: string) => void;
  error: string | undefined;
}): JSX.Element {
  const { t } = usePublicationWords();
  const { data } = useScenes(spaceMapId);
  const scenes = data?.items ?? [];
  return (
    <NativeSelect
      label={t('shown')}
      description={t('shownHint')}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      error={error}
      data={[
        { value: '', label: t('mapAlone') },
        ...scenes.map(({ id, name, elements }) => ({ value: id, label: t('sceneOption', { name, count: elements }) })),
      ]}
    />
  );
}

function bodyOf({ spaceMapId, sceneId, title, visibility, password }: Draft): {
  spaceMapId: string;
  visibility: Draft['visibility'];
} {
  return {
    ...{ spaceMapId, visibility },
    ...(sceneId === '' ? {} : { sceneId }),
    ...(title.trim() === '' ? {} : { title: title.trim() }),
    ...(visibility === 'password' && password !== '' ? { password } : {}),
  };
}
