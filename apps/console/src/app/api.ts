import {
  keepPreviousData,
  useMutation,
  useQuery,
  useQueryClient,
  type QueryKey,
  type UseMutationResult,
  type UseQueryResult,
} from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import { ApiProblem, steadApi, type SteadApi } from '@stead/web/api-client';
import type { StreamEvent } from './event-stream';
import { useLiveEvents } from './live';
import { useSession } from './session';

const TRIES_MAX = 3;

/** The generated client, as whoever is signed in. For pages that are loaded later: the shell gets along without it. */
export function useApi(): SteadApi {
  const { key } = useSession();
  return useMemo(() => steadApi({ baseUrl: '', credential: key, triesMax: TRIES_MAX }), [key]);
}

/** What the server refuses it refuses again; only what was lost is asked for once more. */
export const retry = (failures: number, error: Error): boolean => failures < 1 && !(error instanceof ApiProblem);

interface ReadOptions {
  enabled?: boolean;
  /** What is shown stays until the answer to another question is there. */
  keepsOld?: boolean;
  /** Asked for again after so long, while somebody looks. */
  everyMs?: number;
}

export function useRead<T>(
  key: QueryKey,
  read: (api: SteadApi) => Promise<T>,
  { enabled = true, keepsOld = false, everyMs }: ReadOptions = {},
): UseQueryResult<T> {
  const api = useApi();
  return useQuery({
    queryKey: key,
    queryFn: () => read(api),
    retry,
    enabled,
    ...(keepsOld ? { placeholderData: keepPreviousData } : {}),
    ...(everyMs === undefined ? {} : { refetchInterval: everyMs }),
  });
}

/** What is shown afterwards is what the server says, not what was hoped for. */
export function useAction<Input, Output>(
  key: QueryKey,
  act: (api: SteadApi, input: Input) => Promise<Output>,
): UseMutationResult<Output, Error, Input> {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (input: Input) => act(api, input),
    onSettled: () => queries.invalidateQueries({ queryKey: key }),
  });
}

/** What others do, and what is finished meanwhile, is seen without a reload. */
export function useNews(key: QueryKey, concerns: (event: StreamEvent) => boolean): void {
  const queries = useQueryClient();
  const name = JSON.stringify(key);
  const onEvent = useCallback(
    (event: StreamEvent) => {
      if (concerns(event)) void queries.invalidateQueries({ queryKey: JSON.parse(name) as QueryKey }); // written just above
    },
    [queries, name, concerns],
  );
  useLiveEvents(onEvent);
}

export interface Answer<T> {
  data?: T;
  response: Response;
}

/** A refusal was thrown before this: without a body, something between us and the API has answered. */
export function body<T>({ data, response }: Answer<T>): T {
  if (data === undefined) throw new Error(`${response.url}: an answer without a body`);
  return data;
}

export const isMissing = (error: unknown): boolean => error instanceof ApiProblem && error.status === 404;
