import { useMutation, useQuery, useQueryClient, type UseMutationResult, type UseQueryResult } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { ApiProblem, type SteadApi, type components } from '@stead/web/api-client';
import { body, retry, useApi, type Answer } from '../../app/api';
import { useSession } from '../../app/session';

export { body, isMissing, useApi } from '../../app/api';

type Schemas = components['schemas'];
/** The client makes lists of tuples. */
export type Publication = Omit<Schemas['Publication'], 'preview'> & { preview: { min: number[]; max: number[] } | null };
export type ShareLink = Schemas['ShareLink'];
export type Visibility = Publication['visibility'];
export type Statistics = Schemas['PublicationStatistics'];
type SpaceMap = Schemas['SpaceMap'];
type Scene = Pick<Schemas['Scene'], 'id' | 'name' | 'versionId' | 'revision' | 'elements'>;

interface Listed<T> {
  items: T[];
  next: string | null;
}
/** With the entity tag that a change of it names. */
export interface Tagged<T> {
  value: T;
  tag: string;
}

export const PUBLICATIONS = 'publications';
const PAGE_SIZE = 20;
/** Maps and scenes to choose from: the newest hundred. */
const CHOICES_MAX = 100;
const ELEMENTS_MAX = 500;

function useRead<T>(key: readonly string[], read: (api: SteadApi) => Promise<T>, enabled = true): UseQueryResult<T> {
  const api = useApi();
  return useQuery({ queryKey: [PUBLICATIONS, ...key], queryFn: () => read(api), retry, enabled });
}

export function usePublications(filter: { spaceMapId?: string }, cursor: string): UseQueryResult<Listed<Publication>> {
  const query = { ...filter, ...(cursor === '' ? {} : { cursor }), limit: PAGE_SIZE };
  return useRead(['list', JSON.stringify(query)], async (api) => body(await api.GET('/v1/publications', { params: { query } })));
}

export function usePublication(publicationId: string): UseQueryResult<Tagged<Publication>> {
  const path = { publicationId };
  return useRead(['one', publicationId], async (api) =>
    tagged(await api.GET('/v1/publications/{publicationId}/settings', { params: { path } })),
  );
}

export function useShareLinks(publicationId: string, cursor: string): UseQueryResult<Listed<ShareLink>> {
  const params = { path: { publicationId }, query: { ...(cursor === '' ? {} : { cursor }), limit: PAGE_SIZE } };
  return useRead(['links', publicationId, cursor], async (api) =>
    body(await api.GET('/v1/publications/{publicationId}/links', { params })),
  );
}

/** A list has no entity tags, so a link is read once more before it is changed. */
export function useShareLink({ publicationId, id: linkId }: ShareLink): UseQueryResult<Tagged<ShareLink>> {
  const path = { publicationId, linkId };
  return useRead(['link', linkId], async (api) =>
    tagged(await api.GET('/v1/publications/{publicationId}/links/{linkId}', { params: { path } })),
  );
}

export function useMaps(): UseQueryResult<Listed<SpaceMap>> {
  const { scopes } = useSession();
  const params = { query: { limit: CHOICES_MAX } };
  return useRead(['maps'], async (api) => body(await api.GET('/v1/space-maps', { params })), scopes.has('space-maps:read'));
}

export function useScenes(spaceMapId: string): UseQueryResult<Listed<Scene>> {
  const params = { query: { spaceMapId, limit: CHOICES_MAX } };
  return useRead(['scenes', spaceMapId], async (api) => body(await api.GET('/v1/scenes', { params })), spaceMapId !== '');
}

/** Null: there is none to ask for. */
export function useScene(sceneId: string | null): UseQueryResult<Scene> {
  const params = { path: { sceneId: sceneId ?? '' } };
  return useRead(
    ['scene', sceneId ?? ''],
    async (api) => body(await api.GET('/v1/scenes/{sceneId}', { params })),
    sceneId !== null,
  );
}

export function useVersions(spaceMapId: string): UseQueryResult<{ items: Schemas['MapVersion'][] }> {
  const { scopes } = useSession();
  const params = { path: { spaceMapId } };
  return useRead(
    ['versions', spaceMapId],
    async (api) => body(await api.GET('/v1/space-maps/{spaceMapId}/versions', { params })),
    scopes.has('space-maps:read'),
  );
}

export function useStatistics(publicationId: string, query: { from: string; to: string }): UseQueryResult<Statistics> {
  const path = { publicationId };
  return useRead(['statistics', publicationId, query.from, query.to], async (api) =>
    body(await api.GET('/v1/publications/{publicationId}/statistics', { params: { path, query } })),
  );
}

/** Titles of the hotspots of a scene, as it is edited now; what is not in it any more has none. */
export function useHotspotTitles(sceneId: string | null): ReadonlyMap<string, string> {
  const { i18n } = useTranslation();
  const params = { path: { sceneId: sceneId ?? '' }, query: { limit: ELEMENTS_MAX } };
  const { data } = useRead(
    ['elements', sceneId ?? ''],
    async (api) => body(await api.GET('/v1/scenes/{sceneId}/elements', { params })),
    sceneId !== null,
  );
  const titles = (data?.items ?? []).flatMap(({ element }): [string, string][] => {
    if (element.kind !== 'hotspot') return [];
    const { ko, en } = element.title;
    const title = i18n.language.startsWith('ko') ? (ko ?? en) : (en ?? ko);
    return title === undefined ? [] : [[element.id, title]];
  });
  return new Map(titles);
}

/** What is shown afterwards is what the server says, not what was hoped for. */
export function useAction<Input, Output>(
  act: (api: SteadApi, input: Input) => Promise<Output>,
): UseMutationResult<Output, Error, Input> {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (input: Input) => act(api, input),
    onSettled: () => queries.invalidateQueries({ queryKey: [PUBLICATIONS] }),
  });
}

function tagged<T>(answer: Answer<T>): Tagged<T> {
  return { value: body(answer), tag: answer.response.headers.get('etag') ?? '*' };
}

export const isStale = (error: unknown): boolean => error instanceof ApiProblem && error.status === 412;
