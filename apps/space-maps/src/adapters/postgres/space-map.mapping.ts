import { runFailureSchema, runResultSchema } from '@stead/contracts/dispatcher';
import { pipelineOptionsSchema, presetSchema } from '@stead/contracts/pipeline';
import { mapVersionStateSchema } from '@stead/contracts/space-maps';
import type { MapVersion, SpaceMap } from '../../domain/map-version';

export interface MapRow {
  id: string;
  workspace_id: string;
  name: string;
  live_version_id: string | null;
  revision: number;
  created_at: Date;
}

export interface VersionRow {
  id: string;
  workspace_id: string;
  space_map_id: string;
  number: number;
  redaction_of: string | null;
  capture_id: string;
  run_id: string;
  preset: string;
  options: unknown;
  state: string;
  revision: number;
  run_revision: number;
  cluster: string | null;
  why: string | null;
  result: unknown;
  failure: unknown;
  created_at: Date;
  finished_at: Date | null;
}

export function fromMapRow(row: MapRow): SpaceMap {
  const { id, workspace_id: workspaceId, name, live_version_id: liveVersionId, revision, created_at: createdAt } = row;
  return { id, workspaceId, name, liveVersionId, revision, createdAt };
}

export function fromVersionRow(row: VersionRow): MapVersion {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    spaceMapId: row.space_map_id,
    number: row.number,
    redactionOf: row.redaction_of,
    captureId: row.capture_id,
    runId: row.run_id,
    preset: presetSchema.parse(row.preset),
    options: pipelineOptionsSchema.parse(row.options),
    state: mapVersionStateSchema.parse(row.state),
    revision: row.revision,
    runRevision: row.run_revision,
    cluster: row.cluster,
    why: row.why,
    result: row.result === null ? null : runResultSchema.parse(row.result),
    failure: row.failure === null ? null : runFailureSchema.parse(row.failure),
    createdAt: row.created_at,
    finishedAt: row.finished_at,
  };
}

/** In the order of `insertVersion`'s columns. */
export function toVersionValues(version: MapVersion): unknown[] {
  const { workspaceId, id, spaceMapId, number, redactionOf, captureId, runId, preset, options, state, revision, runRevision } =
    version;
  const { why, failure, createdAt, finishedAt } = version;
  return [
    workspaceId,
    id,
    spaceMapId,
    number,
    redactionOf,
    captureId,
    runId,
    preset,
    JSON.stringify(options),
    state,
    revision,
    runRevision,
    why,
    failure === null ? null : JSON.stringify(failure),
    createdAt,
    finishedAt,
  ];
}
