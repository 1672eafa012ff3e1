import type { AttemptState, PlacementPolicy, RunFailure, RunResult, RunState } from '@stead/contracts/dispatcher';
import type { Entrypoint, PipelineOptions } from '@stead/contracts/pipeline';
import type { Attempt, AttemptOutcome, Exclusion, Features, Run } from '../../domain/run';

export interface RunRow {
  workspace_id: string;
  id: string;
  pipeline: string;
  entrypoint: Entrypoint;
  capture_id: string;
  options: PipelineOptions;
  title: string;
  priority: number;
  deadline: Date | null;
  features: Features;
  reuse: { runId: string; fromStep: string | null } | null;
  placement: PlacementPolicy | null;
  latest_start: Date;
  request_id: string;
  state: RunState;
  revision: number;
  epoch: number;
  verifying_epoch: number | null;
  published_epoch: number | null;
  cluster: string | null;
  why: string | null;
  last_reason: string | null;
  requeues: number;
  not_before: Date | null;
  excluded: Record<string, Exclusion>;
  memory: Record<string, number>;
  step: string | null;
  percent: number;
  eta_s: number | null;
  cost: number;
  result: RunResult | null;
  failure: RunFailure | null;
  created_at: Date;
  started_at: Date | null;
  finished_at: Date | null;
}

export const RUN_COLUMNS = `r.workspace_id, r.id, r.pipeline, r.entrypoint, r.capture_id, r.options, r.title, r.priority, r.deadline, r.features,
  r.reuse, r.placement, r.latest_start, r.request_id, r.state, r.revision, r.epoch, r.verifying_epoch, r.published_epoch, r.cluster, r.why, r.last_reason, r.requeues,
  r.not_before, r.excluded, r.memory, r.step, r.percent, r.eta_s, r.cost, r.result, r.failure, r.created_at, r.started_at, r.finished_at`;

export function fromRunRow(row: RunRow): Run {
  const { id, pipeline, entrypoint, options, title, priority, deadline, features, reuse, placement, state, revision, epoch } =
    row;
  const { cluster, why, requeues, excluded, memory, step, percent, cost, result, failure } = row;
  return {
    ...{ id, pipeline, entrypoint, options, title, priority, deadline, features, reuse, placement, state, revision, epoch },
    ...{ cluster, why, requeues, excluded, memory, step, percent, cost, result, failure },
    workspaceId: row.workspace_id,
    captureId: row.capture_id,
    latestStart: row.latest_start,
    requestId: row.request_id,
    verifyingEpoch: row.verifying_epoch,
    publishedEpoch: row.published_epoch,
    lastReason: row.last_reason,
    notBefore: row.not_before,
    etaS: row.eta_s,
    createdAt: row.created_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
  };
}

export interface AttemptRow {
  workspace_id: string;
  id: string;
  run_id: string;
  epoch: number;
  cluster: string;
  state: AttemptState;
  revision: number;
  workflow: string;
  uid: string | null;
  spec_hash: string | null;
  reason: string;
  why: string;
  outcome: AttemptOutcome | null;
  signature: string | null;
  message: string | null;
  gpu_seconds: number;
  cost: number;
  reserved_at: Date;
  intent_at: Date | null;
  created_at: Date | null;
  started_at: Date | null;
  finished_at: Date | null;
  lost_at: Date | null;
}

export const ATTEMPT_COLUMNS = `a.workspace_id, a.id, a.run_id, a.epoch, a.cluster, a.state, a.revision, a.workflow, a.uid, a.spec_hash, a.reason,
  a.why, a.outcome, a.signature, a.message, a.gpu_seconds, a.cost, a.reserved_at, a.intent_at, a.created_at, a.started_at, a.finished_at, a.lost_at`;

export function fromAttemptRow(row: AttemptRow): Attempt {
  const { id, epoch, cluster, state, revision, workflow, uid, reason, why, outcome, signature, message, cost } = row;
  return {
    ...{ id, epoch, cluster, state, revision, workflow, uid, reason, why, outcome, signature, message, cost },
    workspaceId: row.workspace_id,
    runId: row.run_id,
    specHash: row.spec_hash,
    gpuSeconds: row.gpu_seconds,
    reservedAt: row.reserved_at,
    intentAt: row.intent_at,
    createdAt: row.created_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    lostAt: row.lost_at,
  };
}

/** `lostAt` as `lost_at`. */
function columnOf(member: string): string {
  return member.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** `SET` of an update: JSON members are named by the caller, everything else goes as it is. Names come from our own types. */
export function assignments(
  change: object,
  json: ReadonlySet<string>,
  firstParameter: number,
): { sql: string; values: unknown[] } {
  const parts: string[] = [];
  const values: unknown[] = [];
  for (const [member, value] of Object.entries(change) as [string, unknown][]) {
    if (value === undefined) continue;
    parts.push(`${columnOf(member)} = $${firstParameter + values.length}${json.has(member) ? '::jsonb' : ''}`);
    values.push(json.has(member) && value !== null ? JSON.stringify(value) : value);
  }
  return { sql: parts.join(', '), values };
}
