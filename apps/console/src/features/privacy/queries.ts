import { useMutation, useQuery, useQueryClient, type UseMutationResult, type UseQueryResult } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import { ApiProblem, steadApi, type SteadApi, type components } from '@stead/web/api-client';
import { useSession } from '../../app/session';

type Schemas = components['schemas'];
/** The client makes lists of tuples. */
type Lists<T> = T extends readonly (infer Item)[] ? Lists<Item>[] : T extends object ? { [Name in keyof T]: Lists<T[Name]> } : T;
export type Review = Schemas['PrivacyReview'];
export type Picture = Lists<Schemas['ReviewPicture']>;
export type Mark = Lists<Schemas['PrivacyDetection']>;
export type Policy = Schemas['PrivacyPolicy'];
export type BlurRequest = Lists<Schemas['BlurRequest']>;
export type TrailEntry = Schemas['PrivacyTrailEntry'];
export type KeepReason = NonNullable<Mark['reason']>;
export type MarkKind = Mark['kind'];
export type PictureAs = 'original' | 'covered';

interface Listed<T> {
  items: T[];
  next: string | null;
}
/** With the entity tag that a change of it names. */
export interface Tagged<T> {
  value: T;
  tag: string;
}

export const PRIVACY = 'privacy';
const TRIES_MAX = 3;
const PAGE_SIZE = 20;
/** What is read whole is read in pages of this size, and so many of them at most. */
const WHOLE_PAGE = 100;
const PICTURES_PAGE = 500;
const PAGES_MAX = 40;
/** Wide enough to decide by, and quick. */
const PICTURE_PX = 1_600;
/** What was looked at lately is kept this long: the neighbours of a picture. Originals are not kept. */
const KEPT_MS = 60_000;

export function useApi(): SteadApi {
  const { key } = useSession();
  return useMemo(() => steadApi({ baseUrl: '', credential: key, triesMax: TRIES_MAX }), [key]);
}

/** What the server refuses it refuses again; only what was lost is asked for once more. */
const retry = (failures: number, error: Error): boolean => failures < 1 && !(error instanceof ApiProblem);

function useRead<T>(key: readonly string[], read: (api: SteadApi) => Promise<T>, enabled = true): UseQueryResult<T> {
  const api = useApi();
  return useQuery({ queryKey: [PRIVACY, ...key], queryFn: () => read(api), retry, enabled });
}

export function useReviews(filter: { state?: string; spaceMapId?: string }, cursor: string): UseQueryResult<Listed<Review>> {
  const query = { ...(filter as { state?: Review['state'] }), ...paged(cursor) }; // what is no state the server refuses, and says so
  return useRead(['reviews', JSON.stringify(query)], async (api) =>
    body(await api.GET('/v1/privacy/reviews', { params: { query } })),
  );
}

export function useReview(reviewId: string): UseQueryResult<Tagged<Review>> {
  const path = { reviewId };
  return useRead(['review', reviewId], async (api) =>
    tagged(await api.GET('/v1/privacy/reviews/{reviewId}', { params: { path } })),
  );
}

/** All of them, in the order in which they were taken. */
export function usePictures(reviewId: string): UseQueryResult<Picture[]> {
  return useRead(['pictures', reviewId], async (api) => {
    const pictures: Picture[] = [];
    let after: number | null = null;
    for (let page = 0; page < PAGES_MAX; page += 1) {
      const query: { limit: number; after?: number } = { limit: PICTURES_PAGE, ...(after === null ? {} : { after }) };
      const { items, next } = body(
        await api.GET('/v1/privacy/reviews/{reviewId}/pictures', { params: { path: { reviewId }, query } }),
      );
      pictures.push(...items);
      if (next === null) break;
      after = next;
    }
    return pictures;
  });
}

type MarksQuery = { image?: string; show?: 'all' | 'open' | 'changed' };

async function readMarks(api: SteadApi, reviewId: string, filter: MarksQuery): Promise<Mark[]> {
  const marks: Mark[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const query: MarksQuery & { limit: number; cursor?: string } = {
      ...filter,
      ...{ limit: WHOLE_PAGE },
      ...(cursor === null ? {} : { cursor }),
    };
    const params = { path: { reviewId }, query };
    const { items, next } = body(await api.GET('/v1/privacy/reviews/{reviewId}/detections', { params }));
    marks.push(...items);
    if (next === null) break;
    cursor = next;
  }
  return marks;
}

/** Of one picture; null: there is none to ask for. */
export function useMarks(reviewId: string, image: string | null): UseQueryResult<Mark[]> {
  return useRead(['marks', reviewId, image ?? ''], (api) => readMarks(api, reviewId, { image: image ?? '' }), image !== null);
}

/** Shown otherwise than was decided. */
export function useChanged(reviewId: string): UseQueryResult<Mark[]> {
  return useRead(['marks', reviewId, 'changed of all'], (api) => readMarks(api, reviewId, { show: 'changed' }));
}

interface Seen {
  reviewId: string;
  /** A picture that is covered otherwise is another one. */
  versionId: string;
  image: string;
  as: PictureAs;
}

const pictureQuery = ({ reviewId, versionId, image, as }: Seen, api: SteadApi) => ({
  queryKey: [PRIVACY, 'picture', reviewId, versionId, image, as],
  queryFn: async (): Promise<Blob> => {
    const params = { path: { reviewId, image }, query: { as, maxPx: PICTURE_PX } };
    return blob(await api.GET('/v1/privacy/reviews/{reviewId}/pictures/{image}', { params, parseAs: 'blob' }));
  },
  ...{ retry, staleTime: Infinity, gcTime: as === 'original' ? 0 : KEPT_MS },
});

/** The pictures carry no address that a browser may ask for by itself: they need the key. */
export function usePictureBytes(seen: Seen): UseQueryResult<Blob> {
  const queries = useQueryClient();
  const answer = useQuery(pictureQuery(seen, useApi()));
  const looked = seen.as === 'original' && answer.isSuccess;
  // Nobody is told of a look; that it was written down is to be seen all the same.
  useEffect(() => {
    if (looked) void queries.invalidateQueries({ queryKey: [PRIVACY, 'trail'] });
  }, [looked, queries]);
  return answer;
}

/** Fetches what is looked at next, covered; whoever looks at an original does so himself. */
export function usePrefetch(reviewId: string, versionId: string): (image: string) => void {
  const api = useApi();
  const queries = useQueryClient();
  return (image) => {
    void queries.prefetchQuery(pictureQuery({ reviewId, versionId, image, as: 'covered' }, api));
    void queries.prefetchQuery({
      queryKey: [PRIVACY, 'marks', reviewId, image],
      queryFn: () => readMarks(api, reviewId, { image }),
      staleTime: KEPT_MS,
    });
  };
}

export function useCropBytes(mark: Mark, seen: Omit<Seen, 'image'>): UseQueryResult<Blob> {
  const { reviewId, versionId, as } = seen;
  const api = useApi();
  return useQuery({
    queryKey: [PRIVACY, 'crop', reviewId, versionId, mark.id, as],
    queryFn: async () => {
      const params = { path: { reviewId, detectionId: mark.id }, query: { as } };
      return blob(await api.GET('/v1/privacy/reviews/{reviewId}/detections/{detectionId}/crop', { params, parseAs: 'blob' }));
    },
    ...{ retry, staleTime: Infinity, gcTime: as === 'original' ? 0 : KEPT_MS },
  });
}

export function usePolicy(): UseQueryResult<Tagged<Policy>> {
  return useRead(['policy'], async (api) => tagged(await api.GET('/v1/privacy/policy')));
}

export function useMe(): UseQueryResult<{ id: string; kind: string }> {
  return useRead(['me'], async (api) => body(await api.GET('/v1/me')));
}

export function useBlurRequests(
  filter: { state?: string; spaceMapId?: string },
  cursor: string,
): UseQueryResult<Listed<BlurRequest>> {
  const query = { ...(filter as { state?: BlurRequest['state'] }), ...paged(cursor) }; // as above
  return useRead(['requests', JSON.stringify(query)], async (api) =>
    body(await api.GET('/v1/privacy/requests', { params: { query } })),
  );
}

export function useBlurRequest(requestId: string): UseQueryResult<Tagged<BlurRequest>> {
  const path = { requestId };
  return useRead(['request', requestId], async (api) =>
    tagged(await api.GET('/v1/privacy/requests/{requestId}', { params: { path } })),
  );
}

export function useTrail(of: { reviewId: string } | { requestId: string }, cursor: string): UseQueryResult<Listed<TrailEntry>> {
  const query = paged(cursor);
  return useRead(['trail', JSON.stringify(of), cursor], async (api) =>
    'reviewId' in of
      ? body(await api.GET('/v1/privacy/reviews/{reviewId}/events', { params: { path: of, query } }))
      : body(await api.GET('/v1/privacy/requests/{requestId}/events', { params: { path: of, query } })),
  );
}

export interface Building {
  runId: string;
  percent: number;
  state: string;
}

/** The run that makes the version; null where that is not known, or not for whoever asks. */
export function useBuilding({ spaceMapId, pendingVersionId }: Review): UseQueryResult<Building | null> {
  const { scopes } = useSession();
  const may = scopes.has('space-maps:read');
  return useRead(
    ['building', pendingVersionId ?? ''],
    async (api) => {
      const { items } = body(await api.GET('/v1/space-maps/{spaceMapId}/versions', { params: { path: { spaceMapId } } }));
      const runId = items.find(({ id }) => id === pendingVersionId)?.runId;
      if (runId === undefined) return null;
      const { percent, state } = body(await api.GET('/v1/runs/{runId}', { params: { path: { runId } } }));
      return { runId, percent, state };
    },
    may && pendingVersionId !== null,
  );
}

/** What is shown afterwards is what the server says, not what was hoped for. */
export function useAction<Input, Output>(
  act: (api: SteadApi, input: Input) => Promise<Output>,
): UseMutationResult<Output, Error, Input> {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (input: Input) => act(api, input),
    // Bytes of pictures stay what they are.
    onSettled: () =>
      queries.invalidateQueries({
        predicate: ({ queryKey: [part, what] }) => part === PRIVACY && what !== 'picture' && what !== 'crop',
      }),
  });
}

const paged = (cursor: string): { limit: number; cursor?: string } => ({
  limit: PAGE_SIZE,
  ...(cursor === '' ? {} : { cursor }),
});

interface Answer<T> {
  data?: T;
  response: Response;
}

/** A refusal was thrown before this: without a body, something between us and the API has answered. */
export function body<T>({ data, response }: Answer<T>): T {
  if (data === undefined) throw new Error(`${response.url}: an answer without a body`);
  return data;
}

function blob(answer: Answer<unknown>): Blob {
  const bytes = body(answer);
  if (!(bytes instanceof Blob)) throw new Error(`${answer.response.url}: no picture`);
  return bytes;
}

function tagged<T>(answer: Answer<T>): Tagged<T> {
  return { value: body(answer), tag: answer.response.headers.get('etag') ?? '*' };
}

export const isStale = (error: unknown): boolean => error instanceof ApiProblem && error.status === 412;
export const isMissing = (error: unknown): boolean => error instanceof ApiProblem && error.status === 404;
