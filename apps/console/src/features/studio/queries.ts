import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { useMemo } from 'react';
import { ApiProblem, steadApi, type SteadApi, type components } from '@stead/web/api-client';
import { useSession } from '../../app/session';
import type { SceneServer } from './model/scene-keeper';
import type { SceneDiff } from '@stead/contracts/studio';
import type { MapView, Media, Revision, Scene, SceneElement, Snapshot } from './model/types';

type Schemas = components['schemas'];
type SpaceMap = Schemas['SpaceMap'];
type MapVersion = Schemas['MapVersion'];

export interface Listed<T> {
  items: T[];
  next: string | null;
}

export const STUDIO = 'studio';
const TRIES_MAX = 2;
const PAGE_SIZE = 20;
const ELEMENTS_A_PAGE = 500;
const CHOICES_MAX = 100;
/** Somebody may edit while the pages are read: then they are read anew. */
const READINGS_MAX = 4;

export function useApi(): SteadApi {
  const { key } = useSession();
  return useMemo(() => steadApi({ baseUrl: '', credential: key, triesMax: TRIES_MAX }), [key]);
}

/** What the server refuses it refuses again; only what was lost is asked for once more. */
export const retry = (failures: number, error: Error): boolean => failures < 1 && !(error instanceof ApiProblem);

function useRead<T>(key: readonly string[], read: (api: SteadApi) => Promise<T>, enabled = true): UseQueryResult<T> {
  const api = useApi();
  return useQuery({ queryKey: [STUDIO, ...key], queryFn: () => read(api), retry, enabled });
}

export function useScenes(filter: { spaceMapId?: string }, cursor: string): UseQueryResult<Listed<Scene>> {
  const query = { ...filter, ...(cursor === '' ? {} : { cursor }), limit: PAGE_SIZE };
  return useRead(['scenes', JSON.stringify(query)], async (api) =>
    exactly(body(await api.GET('/v1/scenes', { params: { query } }))),
  );
}

export function useMaps(): UseQueryResult<Listed<SpaceMap>> {
  const { scopes } = useSession();
  const params = { query: { limit: CHOICES_MAX } };
  return useRead(['maps'], async (api) => body(await api.GET('/v1/space-maps', { params })), scopes.has('space-maps:read'));
}

/** The newest version of a map that is ready; null where none is, or it cannot be read. */
export function useNewestVersion(spaceMapId: string): MapVersion | null {
  const { scopes } = useSession();
  const params = { path: { spaceMapId } };
  const { data } = useRead(
    ['versions', spaceMapId],
    async (api) => body(await api.GET('/v1/space-maps/{spaceMapId}/versions', { params })),
    scopes.has('space-maps:read'),
  );
  const ready = (data?.items ?? []).filter(({ state }) => state === 'succeeded');
  return ready.reduce<MapVersion | null>((newest, one) => (newest === null || one.number > newest.number ? one : newest), null);
}

export async function readScene(api: SteadApi, sceneId: string): Promise<Snapshot> {
  for (let reading = 1; ; reading += 1) {
    const answer = await api.GET('/v1/scenes/{sceneId}', { params: { path: { sceneId } } });
    const tag = answer.response.headers.get('etag') ?? '*';
    const elements = await elementsAt(api, sceneId, tag);
    if (elements !== null) return { scene: exactly(body(answer)), tag, elements };
    if (reading >= READINGS_MAX) throw new Error('the scene changes faster than it can be read');
  }
}

/** Null where they are of another revision. */
async function elementsAt(api: SteadApi, sceneId: string, tag: string): Promise<SceneElement[] | null> {
  const all: SceneElement[] = [];
  let cursor: string | null = null;
  do {
    const query: { limit: number; cursor?: string } = { limit: ELEMENTS_A_PAGE, ...(cursor === null ? {} : { cursor }) };
    const answer = await api.GET('/v1/scenes/{sceneId}/elements', { params: { path: { sceneId }, query } });
    if (answer.response.headers.get('etag') !== tag) return null;
    const { items, next } = exactly<Listed<SceneElement>>(body(answer));
    all.push(...items);
    cursor = next;
  } while (cursor !== null);
  return all;
}

export function sceneServer(api: SteadApi, sceneId: string): SceneServer {
  const path = { sceneId };
  return {
    read: () => readScene(api, sceneId),
    save: async (changeId, changes, tag) => {
      const asked = { changeId, changes: [...changes] };
      const answer = await api.PATCH('/v1/scenes/{sceneId}', { params: { path }, headers: { 'if-match': tag }, body: asked });
      return { scene: exactly(body(answer)), tag: answer.response.headers.get('etag') ?? '*' };
    },
  };
}

/** News that make lists be read again must not tear down what somebody is working at. */
const ONCE = ({ state }: { state: { data: unknown } }): boolean => state.data === undefined;

/** The scene as it is when the page is opened; from then on its keeper knows. */
export function useFirstReading(sceneId: string): UseQueryResult<Snapshot> {
  const api = useApi();
  return useQuery({
    ...{ queryKey: [STUDIO, 'first', sceneId], queryFn: () => readScene(api, sceneId), retry },
    ...{ enabled: ONCE, gcTime: 0 },
  });
}

/** Where the place can be seen; addresses grow old, and whoever draws it asks again. */
export function useMapView(versionId: string): UseQueryResult<MapView> {
  const api = useApi();
  return useQuery({
    ...{ queryKey: ['studio-view', versionId], queryFn: () => lookAt(api, versionId), retry },
    ...{ enabled: ONCE, gcTime: 0 },
  });
}

const PLAN_STALE_MS = 10 * 60_000;

/** Where the map's own floor plan is now; null where it has none. Addresses are good for a quarter of an hour. */
export function usePlanUrl(versionId: string): string | null {
  const api = useApi();
  const { data } = useQuery({
    ...{ queryKey: ['studio-plan', versionId], queryFn: () => lookAt(api, versionId), retry },
    ...{ staleTime: PLAN_STALE_MS, refetchInterval: PLAN_STALE_MS },
  });
  return data?.planUrl ?? null;
}

export async function lookAt(api: SteadApi, versionId: string): Promise<MapView> {
  return exactly(body(await api.POST('/v1/map-versions/{versionId}/view', { params: { path: { versionId } } })));
}

export function useRevisions(sceneId: string, revision: number, cursor: string): UseQueryResult<Listed<Revision>> {
  const params = { path: { sceneId }, query: { ...(cursor === '' ? {} : { cursor }), limit: PAGE_SIZE } };
  return useRead(['revisions', sceneId, String(revision), cursor], async (api) =>
    body(await api.GET('/v1/scenes/{sceneId}/revisions', { params })),
  );
}

export function useDiff(sceneId: string, number: number | null): UseQueryResult<SceneDiff> {
  const params = { path: { sceneId }, query: { from: (number ?? 1) - 1, to: number ?? 1 } };
  return useRead(
    ['diff', sceneId, String(number)],
    async (api) => exactly(body(await api.GET('/v1/scenes/{sceneId}/diff', { params }))),
    number !== null,
  );
}

const MEDIA_POLL_MS = 1_500;
/** Addresses of files are good for a quarter of an hour. */
const MEDIA_STALE_MS = 8 * 60_000;

/** The whole library: at most two thousand files. Asked again while something is looked into. */
export function useMedia(): UseQueryResult<Media[]> {
  const api = useApi();
  return useQuery({
    queryKey: [STUDIO, 'media'],
    queryFn: () => everyFile(api),
    retry,
    staleTime: 30_000,
    refetchInterval: ({ state: { data } }) =>
      (data ?? []).some(({ state }) => state === 'checking') ? MEDIA_POLL_MS : MEDIA_STALE_MS,
  });
}

async function everyFile(api: SteadApi): Promise<Media[]> {
  const all: Media[] = [];
  let cursor: string | null = null;
  do {
    const query: { limit: number; cursor?: string } = { limit: CHOICES_MAX, ...(cursor === null ? {} : { cursor }) };
    const { items, next }: Listed<Media> = body(await api.GET('/v1/media', { params: { query } }));
    all.push(...items);
    cursor = next;
  } while (cursor !== null);
  return all;
}

interface Answer<T> {
  data?: T;
  response: Response;
}

/** A refusal was thrown before this: without a body, something between us and the API has answered. */
export function body<T>({ data, response }: Answer<T>): T {
  if (data === undefined) throw new Error(`${response.url}: an answer without a body`);
  return data;
}

/** The client makes lists of places, which the server's own schema says are of three numbers. */
export function exactly<T>(answer: unknown): T {
  return answer as T; // what a route answers is its contract's to check
}

export const isMissing = (error: unknown): boolean => error instanceof ApiProblem && error.status === 404;
