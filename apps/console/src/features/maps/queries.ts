import type { UseQueryResult } from '@tanstack/react-query';
import type { components } from '@stead/web/api-client';
import { body, useRead } from '../../app/api';
import type { StreamEvent } from '../../app/event-stream';

type Schemas = components['schemas'];
export type SpaceMap = Schemas['SpaceMap'];
export type MapVersion = Schemas['MapVersion'];
export type Run = Schemas['Run'];
export type Decision = Schemas['PlacementDecision'];
export type RunFiles = Schemas['RunFiles'];
export type RunFile = Schemas['RunFile'];
export type Quality = NonNullable<MapVersion['quality']>;

export const MAPS = 'maps';
export const RUNS = 'runs';
/** Not among the runs: what is published stays as it is, whatever is heard of runs. */
const RUN_FILES = 'run-files';
const FILES_SHOWN = 20;

/** With the entity tag that a change of it names. */
export interface TaggedMap {
  map: SpaceMap;
  tag: string;
}

export function useSpaceMap(spaceMapId: string): UseQueryResult<TaggedMap> {
  return useRead([MAPS, 'one', spaceMapId], async (api) => {
    const answer = await api.GET('/v1/space-maps/{spaceMapId}', { params: { path: { spaceMapId } } });
    return { map: body(answer), tag: answer.response.headers.get('etag') ?? '*' };
  });
}

export function useVersions(spaceMapId: string): UseQueryResult<{ items: MapVersion[] }> {
  const params = { path: { spaceMapId } };
  return useRead([MAPS, 'versions', spaceMapId], async (api) =>
    body(await api.GET('/v1/space-maps/{spaceMapId}/versions', { params })),
  );
}

export function useRun(runId: string): UseQueryResult<Run> {
  const params = { path: { runId } };
  return useRead([RUNS, 'one', runId], async (api) => body(await api.GET('/v1/runs/{runId}', { params })));
}

export function useDecisions(runId: string, enabled: boolean): UseQueryResult<{ items: Decision[] }> {
  const params = { path: { runId } };
  return useRead([RUNS, 'decisions', runId], async (api) => body(await api.GET('/v1/runs/{runId}/decisions', { params })), {
    enabled,
  });
}

export function useRunFiles(runId: string, path: string, cursor: string): UseQueryResult<RunFiles> {
  const query = { limit: FILES_SHOWN, ...(path === '' ? {} : { path }), ...(cursor === '' ? {} : { cursor }) };
  return useRead(
    [RUN_FILES, runId, path, cursor],
    async (api) => body(await api.GET('/v1/runs/{runId}/files', { params: { path: { runId }, query } })),
    { keepsOld: true },
  );
}

/** The map that this run builds a version of; null where it is gone. */
export function useMapOfRun(runId: string, enabled: boolean): UseQueryResult<SpaceMap | null> {
  const params = { query: { runId, limit: 1 } };
  return useRead([MAPS, 'of-run', runId], async (api) => body(await api.GET('/v1/space-maps', { params })).items[0] ?? null, {
    enabled,
  });
}

export const isOfMaps = ({ type }: StreamEvent): boolean => /^(map-version|space-map)\./.test(type);
export const isOfRuns = ({ type }: StreamEvent): boolean => type.startsWith('run.');
