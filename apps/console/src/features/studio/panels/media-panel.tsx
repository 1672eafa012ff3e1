import { Badge, Button, Group, Modal, Progress, Stack, Text, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useRef, useState, type JSX } from 'react';
import { Loading, ProblemAlert } from '../../../app/feedback';
import { uploadFile, type UploadNews } from '../model/upload';
import type { Media } from '../model/types';
import { STUDIO, useApi, useMedia } from '../queries';
import { useStudio } from '../studio-context';
import { useStudioWords } from '../studio-words';

interface Upload {
  id: number;
  name: string;
  news: UploadNews;
  error: unknown;
  stop: () => void;
}
const STEPS = { reading: 'uploadReading', sending: 'uploadSending', checking: 'uploadChecking' } as const;
const STATES = {
  uploading: 'mediaUploading',
  checking: 'mediaChecking',
  ready: 'mediaReady',
  rejected: 'mediaRejected',
  deleted: 'mediaDeleted',
} as const satisfies Record<Media['state'], string>;
const KINDS = { image: 'mediaImage', video: 'mediaVideo', audio: 'mediaAudio', glb: 'mediaGlb', usdz: 'mediaUsdz' } as const;
const FILES = 'image/jpeg,image/png,image/webp,image/avif,image/gif,video/*,audio/*,.glb,.usdz';

/** The pictures, videos, sounds and models of the workspace. */
export function MediaPanel(): JSX.Element {
  const { t } = useStudioWords();
  const { writes } = useStudio();
  const { data, error } = useMedia();
  const [search, setSearch] = useState('');
  const uploads = useUploads();
  const input = useRef<HTMLInputElement>(null);
  const shown = (data ?? []).filter(
    ({ name, state }) => state !== 'uploading' && name.toLowerCase().includes(search.trim().toLowerCase()),
  );
  return (
    <Stack
      gap="sm"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        if (writes) uploads.add([...event.dataTransfer.files]);
      }}
    >
      <Text size="sm" c="dimmed">
        {t('mediaIntro')}
      </Text>
      {writes && (
        <div>
          <input
            ref={input}
            type="file"
            multiple
            accept={FILES}
            className="studio-unseen"
            tabIndex={-1}
            aria-label={t('upload')}
            onChange={({ currentTarget }) => {
              uploads.add([...(currentTarget.files ?? [])]);
              currentTarget.value = '';
            }}
          />
          <Button onClick={() => input.current?.click()}>{t('upload')}</Button>
        </div>
      )}
      {uploads.list.map((upload) => (
        <UploadRow key={upload.id} upload={upload} onDismiss={() => uploads.dismiss(upload.id)} />
      ))}
      <ProblemAlert error={error} />
      {data === undefined && error === null && <Loading />}
      {data !== undefined && data.length === 0 && <Text c="dimmed">{t('libraryNone')}</Text>}
      {data !== undefined && data.length > 0 && (
        <TextInput
          type="search"
          label={t('mediaSearch')}
          value={search}
          onChange={({ currentTarget: { value } }) => setSearch(value)}
        />
      )}
      <ul className="plain-list">
        {shown.map((media) => (
          <MediaRow key={media.id} media={media} />
        ))}
      </ul>
    </Stack>
  );
}

function useUploads(): { list: readonly Upload[]; add: (files: File[]) => void; dismiss: (id: number) => void } {
  const api = useApi();
  const queries = useQueryClient();
  const [list, setList] = useState<readonly Upload[]>([]);
  const next = useRef(1);
  const change = (id: number, to: Partial<Upload>): void =>
    setList((known) => known.map((one) => (one.id === id ? { ...one, ...to } : one)));
  const dismiss = (id: number): void => setList((known) => known.filter((one) => one.id !== id));
  const add = (files: File[]): void => {
    for (const file of files) {
      const id = next.current;
      next.current += 1;
      const stop = new AbortController();
      const news: UploadNews = { step: 'reading', share: 0 };
      setList((known) => [...known, { id, name: file.name, news, error: null, stop: () => stop.abort() }]);
      uploadFile(api, file, (told) => change(id, { news: told }), stop.signal)
        .then(
          () => dismiss(id),
          (error: unknown) => (stop.signal.aborted ? dismiss(id) : change(id, { error })),
        )
        .finally(() => void queries.invalidateQueries({ queryKey: [STUDIO, 'media'] }));
    }
  };
  return { list, add, dismiss };
}

function UploadRow({ upload: { name, news, error, stop }, onDismiss }: { upload: Upload; onDismiss: () => void }): JSX.Element {
  const { t } = useStudioWords();
  const percent = Math.round(news.share * 100);
  return (
    <div>
      <Text size="sm">
        {name} · {t(STEPS[news.step])} {news.step === 'sending' ? `${percent} %` : ''}
      </Text>
      {error === null ? (
        <Group wrap="nowrap">
          <Progress
            flex={1}
            value={news.step === 'sending' ? percent : 100}
            animated={news.step !== 'sending'}
            aria-label={t('uploadOf', { name })}
          />
          {news.step === 'sending' && (
            <Button size="compact-xs" variant="default" onClick={stop} aria-label={t('uploadStopOf', { name })}>
              {t('cancel')}
            </Button>
          )}
        </Group>
      ) : (
        <>
          <ProblemAlert error={error} />
          <Button size="compact-xs" variant="default" mt={4} onClick={onDismiss} aria-label={`${t('close')}: ${name}`}>
            {t('close')}
          </Button>
        </>
      )}
    </div>
  );
}

function MediaRow({ media }: { media: Media }): JSX.Element {
  const { t, language } = useStudioWords();
  const { writes } = useStudio();
  const [asked, setAsked] = useState(false);
  const { name, state, kind, url, problem, bytes, widthPx, heightPx, durationS } = media;
  const facts = [
    ...(kind === null ? [] : [t(KINDS[kind])]),
    ...(widthPx === null || heightPx === null ? [] : [`${widthPx} × ${heightPx}`]),
    ...(durationS === null ? [] : [`${durationS.toFixed(1)} s`]),
    `${(bytes / 1e6).toLocaleString(language, { maximumFractionDigits: 1 })} MB`,
  ];
  return (
    <li className="studio-media">
      {kind === 'image' && url !== null && <img src={url} alt="" loading="lazy" />}
      <div>
        <Text size="sm" fw={600} className="studio-title">
          {name}
        </Text>
        <Text size="xs" c="dimmed">
          {facts.join(' · ')}
        </Text>
        <Badge
          size="sm"
          color={state === 'ready' ? 'teal' : state === 'rejected' ? 'red' : 'gray'}
          variant="light"
          tt="none"
          styles={{ root: { color: 'var(--mantine-color-text)' } }}
        >
          {t(STATES[state])}
        </Badge>
        {problem !== null && (
          <Text size="sm" role="note">
            {problem.detail} {problem.fix}
          </Text>
        )}
        {kind === 'audio' && url !== null && <audio controls preload="none" src={url} aria-label={name} />}
        {kind === 'video' && url !== null && <video controls preload="none" src={url} aria-label={name} />}
        {writes && (
          <Group mt={4}>
            <Button size="compact-xs" variant="default" onClick={() => setAsked(true)} aria-label={t('deleteOf', { of: name })}>
              {t('delete')}
            </Button>
          </Group>
        )}
      </div>
      {asked && <DeleteMedia media={media} onClose={() => setAsked(false)} />}
    </li>
  );
}

function DeleteMedia({ media: { id, name }, onClose }: { media: Media; onClose: () => void }): JSX.Element {
  const { t } = useStudioWords();
  const api = useApi();
  const queries = useQueryClient();
  const [state, setState] = useState<{ busy: boolean; error: unknown }>({ busy: false, error: null });
  const remove = async (): Promise<void> => {
    setState({ busy: true, error: null });
    try {
      await api.DELETE('/v1/media/{mediaId}', { params: { path: { mediaId: id } } });
      onClose();
    } catch (error) {
      setState({ busy: false, error });
    }
    await queries.invalidateQueries({ queryKey: [STUDIO, 'media'] });
  };
  return (
    <Modal opened onClose={onClose} title={t('deleteTitle', { name })} closeButtonProps={{ 'aria-label': t('close') }}>
      <Stack>
        <Text size="sm">{t('mediaDeleteText')}</Text>
        <ProblemAlert error={state.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            {t('cancel')}
          </Button>
          <Button color="red" loading={state.busy} onClick={() => void remove()}>
            {t('delete')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
