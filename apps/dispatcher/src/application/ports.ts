import type { AttemptState, ClusterHealth, ClusterKind, PurgedPart, RunState } from '@stead/contracts/dispatcher';
import type { Entrypoint } from '@stead/contracts/pipeline';
import type { Resources } from '@stead/platform/capacity';
import type { Pod, PodLogOptions, Workflow, WorkflowManifest } from '@stead/platform/kube';
import type { SqlExecutor, Tx } from '@stead/platform/postgres';
import type { CloudFigures, LearntCloud, UnplacedPod } from './machines';
import type { Period } from '../domain/budget';
import type { ClusterState, Snapshot } from '../domain/snapshot';
import type { Health, HealthMemory } from '../domain/health';
import type { NodeDeath } from '../domain/failure';
import type { Policy } from '../domain/policy';
import type { PartialPurge } from '../domain/purge';
import type { Inputs } from '../domain/reasons';
import type { Attempt, Run } from '../domain/run';
import type { WorkspaceRules, WorkspaceUse } from '../domain/workspace-use';
import type { StepState } from '../domain/step-progress';
import type { RuntimeModel } from '../domain/runtime-model';

/**
 * One transaction. The scheduler's writes are fenced: they commit only while the lease is still held by the process that began
 * them, so a leader that was paused cannot write over its successor. Reading needs no lease.
 */
export abstract class UnitOfWork {
  abstract run<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  abstract read<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
}

/** One transaction that sees one workspace. */
export abstract class TenantWork {
  abstract tenant<T>(workspaceId: string, work: (tx: Tx) => Promise<T>): Promise<T>;
}

/** What may change in a run; `revision` takes care of itself. */
export type RunChange = Partial<
  Pick<
    Run,
    | 'state'
    | 'priority'
    | 'deadline'
    | 'latestStart'
    | 'epoch'
    | 'verifyingEpoch'
    | 'publishedEpoch'
    | 'cluster'
    | 'why'
    | 'lastReason'
    | 'requeues'
    | 'notBefore'
    | 'excluded'
    | 'memory'
    | 'step'
    | 'percent'
    | 'etaS'
    | 'cost'
    | 'result'
    | 'failure'
    | 'startedAt'
    | 'finishedAt'
  >
>;
export type AttemptChange = Partial<
  Pick<
    Attempt,
    | 'state'
    | 'uid'
    | 'specHash'
    | 'outcome'
    | 'signature'
    | 'message'
    | 'gpuSeconds'
    | 'cost'
    | 'intentAt'
    | 'createdAt'
    | 'startedAt'
    | 'finishedAt'
    | 'lostAt'
  >
> & { manifest?: WorkflowManifest; sweptAt?: Date };

export interface RunPage {
  before: string | null;
  limit: number;
  state: RunState | undefined;
  title: string | undefined;
  /** Only what has not ended. */
  open: boolean;
}

export const HEADS_OF_EACH_MIN = 24;

export abstract class RunStore {
  /** False when the id is taken. */
  abstract insert(tx: SqlExecutor, run: Run): Promise<boolean>;
  abstract find(tx: Tx, runId: string): Promise<Run | null>;
  /** Those of them that are there, in any order. */
  abstract findAll(tx: Tx, runIds: readonly string[]): Promise<Run[]>;
  /** Holds the run's row until the transaction ends: whoever touches a run or its attempts takes this first. */
  abstract lock(tx: Tx, runId: string): Promise<Run | null>;
  /** Compare-and-set on the revision; false when somebody else was faster. */
  abstract change(tx: SqlExecutor, run: Run, change: RunChange): Promise<boolean>;
  /** What is shown and nobody decides by; leaves the revision alone. */
  abstract note(tx: SqlExecutor, runId: string, change: Pick<RunChange, 'step' | 'percent' | 'etaS' | 'cost'>): Promise<void>;
  /** Lets others of their workspace come to the head of its queue for a while. */
  abstract defer(tx: SqlExecutor, runIds: readonly string[], forMs: number): Promise<void>;
  /**
   * The first of each workspace's queue, so that no workspace hides another: at least `HEADS_OF_EACH_MIN` of each that has so many,
   * as far as the limit goes.
   */
  abstract heads(tx: Tx, limit: number): Promise<Run[]>;
  abstract inStates(tx: Tx, states: readonly RunState[]): Promise<Run[]>;
  /** Runs that wait, counted up to `most`. */
  abstract countQueued(tx: Tx, most: number): Promise<number>;
  abstract page(tx: Tx, workspaceId: string, page: RunPage): Promise<Run[]>;
  /** Marks what the owner of a run wants removed. Parts of a run that goes as a whole are nothing of their own. */
  abstract markForPurge(tx: SqlExecutor, runId: string, what: 'everything' | PurgedPart): Promise<void>;
  /** Runs that wait to be removed, are final, and have nothing left on any cluster. */
  abstract purgeable(tx: Tx, limit: number): Promise<{ workspaceId: string; id: string }[]>;
  abstract purged(tx: SqlExecutor, runId: string): Promise<void>;
  /** As `purgeable`, of runs of which parts are to go. */
  abstract partlyPurgeable(tx: Tx, limit: number): Promise<PartialPurge[]>;
  abstract partsPurged(tx: SqlExecutor, runId: string, parts: readonly PurgedPart[]): Promise<void>;
}

export abstract class AttemptStore {
  abstract insert(tx: SqlExecutor, attempt: Attempt): Promise<void>;
  abstract ofRun(tx: Tx, runId: string): Promise<Attempt[]>;
  abstract find(tx: Tx, attemptId: string): Promise<Attempt | null>;
  abstract manifestOf(tx: Tx, attemptId: string): Promise<WorkflowManifest | null>;
  abstract statesOf(tx: Tx, attemptIds: readonly string[]): Promise<Map<string, AttemptState>>;
  abstract change(tx: SqlExecutor, attempt: Attempt, change: AttemptChange): Promise<boolean>;
  /** What it has cost so far; leaves the revision alone. Nothing when it is over. */
  abstract note(tx: SqlExecutor, attemptId: string, spent: { gpuSeconds: number; cost: number }): Promise<void>;
  abstract inStates(tx: Tx, states: readonly AttemptState[]): Promise<Attempt[]>;
}

export interface StepRow {
  workspaceId: string;
  runId: string;
  epoch: number;
  name: string;
  state: StepState;
  startedAt: Date | null;
  finishedAt: Date | null;
  retries: number;
  gpus: number;
  message: string | null;
  log: 'none' | 'stored' | 'gone';
}
export type UnloggedStep = Pick<StepRow, 'workspaceId' | 'runId' | 'epoch' | 'name' | 'finishedAt'> & {
  cluster: string;
  workflow: string;
};

/** Runs whose times are learned together. */
export interface ModelKind {
  pipeline: string;
  entrypoint: Entrypoint;
  /** The preset, as far as the options are one. */
  variant: string;
}

export abstract class StepStore {
  abstract save(tx: SqlExecutor, steps: readonly Omit<StepRow, 'log'>[]): Promise<void>;
  abstract ofRun(tx: Tx, runId: string): Promise<StepRow[]>;
  /** Finished steps whose log is not in the object store yet. */
  abstract unlogged(tx: Tx, limit: number): Promise<UnloggedStep[]>;
  abstract markLog(
    tx: SqlExecutor,
    step: Pick<StepRow, 'workspaceId' | 'runId' | 'epoch' | 'name'>,
    log: 'stored' | 'gone',
  ): Promise<void>;
  /** What is known of each step of such runs, and of the whole. */
  abstract models(tx: Tx, kind: ModelKind): Promise<Map<string, RuntimeModel>>;
  abstract saveModel(tx: SqlExecutor, kind: ModelKind, step: string, model: RuntimeModel): Promise<void>;
}

export interface StoredDecision {
  at: Date;
  kind: 'place' | 'wait';
  reason: string;
  why: string;
  cluster: string | null;
  epoch: number | null;
  inputs: Inputs;
  verdicts: { cluster: string; reason: string; why: string; inputs: Inputs }[];
  /** The cycle that made it; what that decided by may have been forgotten since. */
  cycleId: string | null;
}

/** All that one call of `planCycle` was given. */
export interface StoredCycle {
  id: string;
  at: Date;
  policy: Policy;
  snapshot: Snapshot;
}

export abstract class CycleStore {
  abstract insert(tx: SqlExecutor, cycle: StoredCycle): Promise<void>;
  abstract find(tx: Tx, id: string): Promise<StoredCycle | null>;
  /** How many cycles before that moment were forgotten, at most `limit`. */
  abstract forget(tx: SqlExecutor, before: Date, limit: number): Promise<number>;
}

export abstract class DecisionStore {
  abstract insert(tx: SqlExecutor, run: Pick<Run, 'workspaceId' | 'id'>, decision: StoredDecision): Promise<void>;
  /** The newest first. */
  abstract ofRun(tx: Tx, runId: string, limit: number): Promise<StoredDecision[]>;
}

/** What is known of workspaces beside their runs; absent where nothing is. */
export abstract class WorkspaceStore {
  abstract rules(tx: Tx, workspaceIds: readonly string[]): Promise<Map<string, WorkspaceRules>>;
  abstract use(tx: Tx, workspaceIds: readonly string[]): Promise<Map<string, WorkspaceUse>>;
  /** Adds what an attempt has used to what is left of earlier use. */
  abstract addUse(tx: SqlExecutor, workspaceId: string, used: { gpuSeconds: number; cloudCost: number }, at: Date): Promise<void>;
  /** A run of it was placed. */
  abstract served(tx: SqlExecutor, workspaceId: string, at: Date): Promise<void>;
}

export interface NewHold {
  workspaceId: string;
  attemptId: string;
  amountMicros: number;
  at: Date;
}

/** Of one scope and period, as it stands now; `capMicros` is null where nothing limits it. */
export interface BudgetView {
  scope: string;
  period: Period;
  capMicros: number | null;
  reservedMicros: number;
  settledMicros: number;
  overrunMicros: number;
  revision: number;
}

/** What may be spent in clouds, per workspace and in all. Reserved and settled together never pass a cap, at any interleaving. */
export abstract class BudgetStore {
  /** Millionths that each workspace may still spend; absent where neither it nor the house has a cap. */
  abstract left(tx: Tx, workspaceIds: readonly string[], at: Date): Promise<Map<string, number>>;
  /** Sets money aside for an attempt; false, and nothing is changed, when a cap would be passed. */
  abstract reserve(tx: Tx, hold: NewHold): Promise<boolean>;
  /** Sets more aside; false when a cap would be passed or the attempt is settled. */
  abstract extend(tx: Tx, workspaceId: string, attemptId: string, byMicros: number): Promise<boolean>;
  /** Gives back what was set aside and charges what was spent, once; what was spent beyond the hold is the house's loss. */
  abstract settle(tx: Tx, workspaceId: string, attemptId: string, spentMicros: number): Promise<void>;
  /** What is set aside for each of these that is not settled. */
  abstract heldBy(tx: Tx, attemptIds: readonly string[]): Promise<Map<string, number>>;
  /** Null, and nothing is changed, when more than that is spent or set aside already; `capMicros` null takes the cap away. */
  abstract setCap(tx: Tx, scope: string, period: Period, capMicros: number | null, at: Date): Promise<BudgetView | null>;
  abstract list(tx: Tx, at: Date): Promise<BudgetView[]>;
}

export interface ClusterRow {
  name: string;
  kind: ClusterKind;
  health: ClusterHealth;
  detail: string | null;
  unreachableSince: Date | null;
  slotsFree: number | null;
  slotsTotal: number | null;
  inFlight: number;
  pricePerGpuHour: number;
  observedAt: Date | null;
  /** Read only: `CloudStore` writes it. */
  cloud?: CloudFigures | null;
}

export abstract class ClusterStore {
  abstract save(tx: SqlExecutor, row: ClusterRow & { memory: HealthMemory }): Promise<void>;
  abstract list(tx: Tx): Promise<ClusterRow[]>;
  /** By cluster, what the last leader left of it, if it did so within the last `maxAgeMs`. */
  abstract memories(tx: Tx, maxAgeMs: number): Promise<ReadonlyMap<string, HealthMemory>>;
}

/** The part of a cluster's API that attempts need. Failures are `KubeError`s of the platform. */
export interface ClusterApi {
  readonly namespace: string;
  createWorkflow(manifest: WorkflowManifest): Promise<Workflow>;
  getWorkflow(name: string): Promise<Workflow | null>;
  patchShutdown(name: string, strategy: 'Stop' | 'Terminate', uid?: string): Promise<boolean>;
  podsOfWorkflow(name: string): Promise<Pod[]>;
  podLog(pod: string, options?: PodLogOptions): Promise<string | null>;
  deleteNodeClaim(name: string, uid: string): Promise<boolean>;
}

/** A configured cluster as the scheduler's leader sees it. */
export interface Site {
  readonly name: string;
  readonly kind: ClusterKind;
  readonly pricePerGpuHour: number;
  readonly instanceId: string | undefined;
  /** How long a new node takes there, half of the time and nearly always; 0 where nodes are fixed. */
  readonly bootMs: number;
  readonly bootP90Ms: number;
  /** The operator wants orphaned machines to be deleted, and not only to be told of them. */
  readonly reapMachines: boolean;
  readonly api: ClusterApi;
  readonly health: Health;
  /** What the next leader has to know of its health. */
  readonly memory: HealthMemory;
  /** All workflows were listed, and a watch has told what changed of them since. It may be wrong. */
  readonly hearsWorkflows: boolean;
  /** What each step of a pipeline asks for there, GPUs in physical ones; null while the template has not been read. */
  stepRequests(pipeline: string): Readonly<Record<string, Resources>> | null;
  /** Whether the pipeline there takes the memory of this step as a parameter. */
  canGrow(pipeline: string, step: string): boolean;
  /** Those of these nodes that went down, with nobody meaning them to, while pods of this workflow were on them. */
  nodeDeaths(workflow: string, hosts: readonly string[]): readonly NodeDeath[];
  /** The figures of the cluster after what is promised; `holds` are the attempts that the dispatcher has there. */
  observe(asked: readonly RunKind[], holds: readonly Hold[]): SiteFigures;
  /** Everything that was given up there is known to be over. */
  swept(): void;
  /** An attempt there has shown its first running pod. Counts while the cluster is on trial. */
  proved(): void;
  /** An attempt there was refused, or never began, by the cluster's fault. Counts while the cluster is on trial. */
  refusedTrial(detail: string): void;
  /** Pods of workflows that no node takes. */
  unplacedPods(): readonly UnplacedPod[];
  /** The machine of this node was announced to go, or went, while it was there. */
  wasTakenBack(node: string): boolean;
  /** Machines that come and go; null where none do. */
  cloudFigures(): CloudFigures | null;
  learntCloud(): LearntCloud;
}

/** What decides what a run asks for. */
export type RunKind = Pick<Run, 'pipeline' | 'entrypoint'>;

/** An attempt that holds room on a cluster, whether or not its pods are visible at this moment. */
export interface Hold {
  workflow: string;
  /** Null where nobody knows the run any more. */
  run: RunKind | null;
  state: AttemptState;
  remainingMs: number;
}

export type SiteFigures = Omit<ClusterState, 'name' | 'kind' | 'pricePerGpuHour'> & {
  slotsFree: number | null;
  slotsTotal: number | null;
  observedAt: Date | null;
};

export abstract class Sites {
  abstract all(): readonly Site[];
  abstract get(name: string): Site | null;
}

/** Where the output of a pod can be read while the pod is there. */
export interface LogSource {
  podsOfWorkflow(name: string): Promise<Pod[]>;
  podLog(pod: string, options?: PodLogOptions): Promise<string | null>;
  followPodLog(pod: string, options: PodLogOptions, signal: AbortSignal): Promise<AsyncIterable<Buffer> | null>;
}

export abstract class LogSources {
  abstract of(cluster: string): LogSource | null | Promise<LogSource | null>;
}
