import type { AttemptState, PlacementPolicy, RunFailure, RunResult, RunState } from '@stead/contracts/dispatcher';
import type { Entrypoint, PipelineOptions } from '@stead/contracts/pipeline';
import { toBase32 } from '@stead/platform/ids';

export interface Features {
  files: number;
  megapixels: number | null;
  points: number | null;
  bytes: number;
}

/** Why a cluster is left alone by one run, and until when. */
export interface Exclusion {
  until: string;
  reason: string;
}

/** One execution of a pipeline for a workspace, whatever the pipeline makes. */
export interface Run {
  id: string;
  workspaceId: string;
  pipeline: string;
  entrypoint: Entrypoint;
  captureId: string;
  options: PipelineOptions;
  title: string;
  priority: number;
  deadline: Date | null;
  features: Features;
  reuse: { runId: string; fromStep: string | null } | null;
  /** When the cloud may be paid for; null where its workspace's policy holds. */
  placement: PlacementPolicy | null;
  /** Until when it should have started, as it looked when it was queued. */
  latestStart: Date;
  requestId: string;
  state: RunState;
  revision: number;
  /** Of the latest attempt; 0 before the first. */
  epoch: number;
  verifyingEpoch: number | null;
  publishedEpoch: number | null;
  cluster: string | null;
  why: string | null;
  lastReason: string | null;
  requeues: number;
  notBefore: Date | null;
  excluded: Readonly<Record<string, Exclusion>>;
  /** Bytes that steps get from now on because they ran out of what they had. */
  memory: Readonly<Record<string, number>>;
  step: string | null;
  percent: number;
  etaS: number | null;
  cost: number;
  result: RunResult | null;
  failure: RunFailure | null;
  createdAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
}

export type AttemptOutcome = 'succeeded' | 'failed' | 'error';

/** One try of a run on one cluster. Its epoch is the fencing token: only the current one publishes, or an adopted earlier one. */
export interface Attempt {
  id: string;
  workspaceId: string;
  runId: string;
  epoch: number;
  cluster: string;
  state: AttemptState;
  revision: number;
  workflow: string;
  uid: string | null;
  specHash: string | null;
  reason: string;
  why: string;
  outcome: AttemptOutcome | null;
  signature: string | null;
  message: string | null;
  gpuSeconds: number;
  cost: number;
  reservedAt: Date;
  intentAt: Date | null;
  createdAt: Date | null;
  startedAt: Date | null;
  finishedAt: Date | null;
  lostAt: Date | null;
}

/** The same for every repetition, so that a POST that is sent twice cannot make two workflows. */
export function workflowName(runId: string, epoch: number): string {
  return `sm-${toBase32(runId)}-e${epoch}`;
}

export const RUN_LABEL = {
  run: 'stead.dev/run',
  attempt: 'stead.dev/attempt',
  workspace: 'stead.dev/workspace',
  epoch: 'stead.dev/epoch',
} as const;
export const SPEC_HASH_ANNOTATION = 'stead.dev/spec-hash';

/** By which a pipeline's template lets a step have more memory than it says itself. */
export function memoryParameter(step: string): string {
  return `memory-${step}`;
}

type Marks = Readonly<Record<string, string>>;

/** A workflow may have an attempt's name and be somebody else's: it is the attempt's if it carries its id and what was committed. */
export function isWorkflowOf(
  { id, specHash }: Pick<Attempt, 'id' | 'specHash'>,
  { labels = {}, annotations = {} }: { labels?: Marks | undefined; annotations?: Marks | undefined },
): boolean {
  return labels[RUN_LABEL.attempt] === id && annotations[SPEC_HASH_ANNOTATION] === specHash;
}
