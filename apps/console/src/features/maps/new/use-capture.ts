import type { UseMutationResult, UseQueryResult } from '@tanstack/react-query';
import { useEffect, useState, useSyncExternalStore } from 'react';
import type { CaptureKind } from '@stead/contracts/pipeline';
import type { SteadApi, components } from '@stead/web/api-client';
import { body, isMissing, useAction, useApi, useNews, useRead } from '../../../app/api';
import type { StreamEvent } from '../../../app/event-stream';
import type { ChosenFile } from './chosen-files';
import { rememberCapture, rememberedCapture } from './remembered';
import { Upload, type UploadView } from './upload';

export type Capture = components['schemas']['Capture'];
export type CaptureFile = { id: string; name: string; sha256: string; state: 'pending' | 'stored' | 'verified' | 'rejected' };

const CAPTURES = 'captures';
const isOfCaptures = ({ type }: StreamEvent): boolean => type.startsWith('capture.');

export interface CaptureWork {
  /** Null: there is none yet. */
  capture: Capture | null;
  files: readonly CaptureFile[];
  upload: UploadView | null;
  error: unknown;
  isLoading: boolean;
  begin: UseMutationResult<void, Error, { name: string; kind: CaptureKind; files: readonly ChosenFile[] }>;
  commit: UseMutationResult<unknown, Error, { allowPartial: boolean }>;
  discard: UseMutationResult<unknown, Error, void>;
  pause: () => void;
  goOn: () => void;
  /** A map is made of it: the next one begins with nothing. */
  forget: () => void;
}

/** The capture that a new map is made of, from its first byte until it is fit, over reloads of the page. */
export function useCapture(): CaptureWork {
  const api = useApi();
  const [captureId, setCaptureId] = useState(rememberedCapture);
  const [upload, setUpload] = useState<Upload | null>(null);
  const keep = (id: string | null): void => {
    rememberCapture(id);
    setCaptureId(id);
  };
  useNews([CAPTURES], isOfCaptures);
  const captureQuery = useOneCapture(captureId);
  const filesQuery = useFiles(captureId);
  const view = useUploadView(upload);
  const capture = captureId === null ? null : (captureQuery.data ?? null);
  const isGone = isMissing(captureQuery.error);

  const begin = useAction(
    [CAPTURES],
    async (client, { name, kind, files }: { name: string; kind: CaptureKind; files: readonly ChosenFile[] }) => {
      const usable = capture !== null && !isGone ? await withoutOthers(client, capture, kind, files) : null;
      const id = usable ?? body(await client.POST('/v1/captures', { body: { name, kind } })).id;
      keep(id);
      const read = files.flatMap(({ file, name: called, reading }) =>
        reading === null ? [] : [{ name: called, file, sha256: reading.sha256 }],
      );
      const next = new Upload(api, id, read);
      upload?.pause();
      setUpload(next);
      next.start();
    },
  );
  const commit = useAction([CAPTURES], async (client, { allowPartial }: { allowPartial: boolean }) => {
    if (captureId === null) throw new Error('there is nothing to commit');
    return client.POST('/v1/captures/{captureId}/commit', { params: { path: { captureId } }, body: { allowPartial } });
  });
  const forget = (): void => {
    upload?.pause();
    setUpload(null);
    keep(null);
  };
  const discard = useAction([CAPTURES], async (client, _: void) => {
    upload?.pause();
    if (captureId !== null)
      await client.DELETE('/v1/captures/{captureId}', { params: { path: { captureId } } }).catch(unlessMissing);
    forget();
  });

  // Somebody has deleted it, or it was swept after days of nothing.
  useEffect(() => {
    if (isGone) forget();
  });
  // What is under way ends with the page that shows it; a reload goes on.
  useEffect(() => () => upload?.pause(), [upload]);
  const { mutate } = commit;
  useEffect(() => {
    if (view?.phase === 'done') mutate({ allowPartial: false });
  }, [view?.phase, mutate]);

  return {
    ...{ capture, files: filesQuery.data ?? [], upload: view, begin, commit, discard, forget },
    error: isGone ? null : captureQuery.error,
    isLoading: captureId !== null && captureQuery.isPending,
    pause: () => upload?.pause(),
    goOn: () => upload?.start(),
  };
}

function useOneCapture(captureId: string | null): UseQueryResult<Capture> {
  const params = { path: { captureId: captureId ?? '' } };
  return useRead([CAPTURES, 'one', captureId], async (api) => body(await api.GET('/v1/captures/{captureId}', { params })), {
    enabled: captureId !== null,
  });
}

function useFiles(captureId: string | null): UseQueryResult<CaptureFile[]> {
  return useRead([CAPTURES, 'files', captureId], (api) => filesOf(api, captureId ?? ''), { enabled: captureId !== null });
}

async function filesOf(api: SteadApi, captureId: string): Promise<CaptureFile[]> {
  return body(await api.GET('/v1/captures/{captureId}/files', { params: { path: { captureId } } })).items;
}

function useUploadView(upload: Upload | null): UploadView | null {
  return useSyncExternalStore(upload?.subscribe ?? never, upload?.current ?? nothing);
}
const never = (): (() => void) => () => undefined;
const nothing = (): null => null;

/** The capture that is there, without what was not chosen this time; null where it is another place's, or takes no files. */
async function withoutOthers(
  api: SteadApi,
  { id: captureId, kind: was, state }: Capture,
  kind: CaptureKind,
  chosen: readonly ChosenFile[],
): Promise<string | null> {
  if (was !== kind || (state !== 'uploading' && state !== 'rejected')) return null;
  const wanted = new Set(chosen.map(({ reading, name }) => `${reading?.sha256 ?? ''} ${name}`));
  const there = await filesOf(api, captureId);
  const others = there.filter(({ sha256, name }) => !wanted.has(`${sha256} ${name}`));
  if (there.length > 0 && others.length === there.length) return null;
  for (const { id: fileId } of others)
    await api.DELETE('/v1/captures/{captureId}/files/{fileId}', { params: { path: { captureId, fileId } } }).catch(unlessMissing);
  return captureId;
}

function unlessMissing(error: unknown): void {
  if (!isMissing(error)) throw error;
}
