import type {
  AuditAction,
  ClusterHealth,
  ClusterKind,
  ClusterNodeView,
  ClusterWish,
  ListAuditQuery,
} from '@stead/contracts/dispatcher';
import type { Actor } from '@stead/platform/auth';
import type { SqlExecutor, Tx } from '@stead/platform/postgres';
import type { Site, StoredDecision } from '../ports';
import type { Period } from '../../domain/budget';
import type { ClusterFigures, FiguresSet } from '../../domain/cluster-figures';
import type { Policy } from '../../domain/policy';
import type { Attempt, Run } from '../../domain/run';
import type { Snapshot } from '../../domain/snapshot';
import type { WorkspaceRules, WorkspaceUse } from '../../domain/workspace-use';

/** One transaction that sees every workspace: operators are no tenants. It needs no lease; rows are changed by compare-and-set. */
export abstract class OfficeWork {
  abstract run<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
}

/** A cluster of the configuration, as far as the back office shows it. */
export interface ConfiguredCluster extends ClusterFigures {
  name: string;
  kind: ClusterKind;
  /** Path of its file. */
  kubeconfig: string;
  context: string | undefined;
  namespace: string;
  instanceId: string | undefined;
}

/** A cluster that operators have registered. */
export interface Registration extends ClusterFigures {
  name: string;
  kind: ClusterKind;
  server: string;
  namespace: string;
  instanceId: string | null;
  identities: readonly string[];
  /** Sealed. */
  kubeconfig: Buffer;
  revision: number;
  /** Grows when what connects to it changes. */
  credentials: number;
}

export abstract class RegistrationStore {
  /** Nobody else registers or rotates until the transaction ends. */
  abstract lock(tx: Tx): Promise<void>;
  abstract list(tx: Tx): Promise<Registration[]>;
  abstract find(tx: Tx, name: string): Promise<Registration | null>;
  abstract insert(tx: SqlExecutor, registration: Registration, at: Date): Promise<void>;
  /** Compare-and-set on the revision; false when somebody else was faster. */
  abstract change(
    tx: SqlExecutor,
    registration: Pick<Registration, 'name' | 'revision'>,
    change: Partial<Omit<Registration, 'name' | 'kind' | 'revision'>>,
    at: Date,
  ): Promise<boolean>;
  abstract remove(tx: SqlExecutor, name: string): Promise<void>;
}

/** What was set of a cluster of the configuration. */
export interface SetFigures {
  name: string;
  figures: FiguresSet;
  revision: number;
}

export abstract class FiguresStore {
  abstract list(tx: Tx): Promise<SetFigures[]>;
  abstract find(tx: Tx, name: string): Promise<SetFigures | null>;
  /** Compare-and-set: false when somebody else has set this revision already. */
  abstract set(tx: SqlExecutor, set: SetFigures, at: Date): Promise<boolean>;
}

export interface Wish {
  name: string;
  wish: Exclude<ClusterWish, 'drained'>;
  reason: string | null;
  wishedBy: string;
  wishedAt: Date;
}

export abstract class WishStore {
  abstract list(tx: Tx): Promise<Wish[]>;
  abstract find(tx: Tx, name: string): Promise<Wish | null>;
  abstract set(tx: SqlExecutor, wish: Wish): Promise<void>;
  abstract remove(tx: SqlExecutor, name: string): Promise<void>;
}

/** What the leader sees of a cluster beyond what decisions need. */
export interface Inventory {
  nodes: readonly ClusterNodeView[];
  nodesLeftOut: number;
  gpusTotal: number;
  gpusUsed: number;
  gpusWaiting: number;
  swept: boolean;
  observedAt: string | null;
}

export interface ObservedSite extends Site {
  /** Null while nothing is known. */
  inventory(): Inventory | null;
}

export abstract class InventoryStore {
  abstract save(tx: SqlExecutor, name: string, inventory: Inventory, at: Date): Promise<void>;
  abstract list(tx: Tx): Promise<Map<string, Inventory>>;
  /** Forgets every cluster but these, here and in what other replicas and people are shown. */
  abstract keepOnly(tx: SqlExecutor, names: readonly string[]): Promise<void>;
}

export interface LiveSnapshot {
  at: Date;
  policy: Policy;
  snapshot: Snapshot;
}

/** What was written down earlier says little about when runs begin. */
export const SNAPSHOT_AGE_MAX_MS = 120_000;

export abstract class SnapshotStore {
  abstract save(tx: SqlExecutor, live: LiveSnapshot): Promise<void>;
  abstract read(tx: Tx): Promise<LiveSnapshot | null>;
}

export interface AuditEntry {
  id: string;
  at: Date;
  actorKind: string;
  actorId: string;
  action: AuditAction;
  subject: string;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
  reason: string | null;
  requestId: string;
}

export abstract class AuditStore {
  abstract insert(tx: SqlExecutor, entry: Omit<AuditEntry, 'id'>): Promise<void>;
  /** The newest first. */
  abstract page(
    tx: Tx,
    query: Pick<ListAuditQuery, 'action' | 'subject' | 'actor'>,
    before: string | null,
    limit: number,
  ): Promise<AuditEntry[]>;
}

/** How many attempts each cluster holds, and how many were given up there and are not known to be over. */
export interface AttemptCount {
  cluster: string;
  live: number;
  lost: number;
}

export interface QueueFilter {
  workspaceId: string | undefined;
  state: string | undefined;
  pipeline: string | undefined;
  cluster: string | undefined;
  policy: string | undefined;
  title: string | undefined;
}

/** Where a page of the queue goes on. */
export interface QueuePlace {
  priority: number;
  latestStart: Date;
  id: string;
}

export type LoggedDecision = StoredDecision & { seq: string };
export interface QueueRow {
  run: Run;
  rules: WorkspaceRules | null;
  decision: LoggedDecision | null;
}

export interface DeadLetterFilter {
  workspaceId: string | undefined;
  pipeline: string | undefined;
  code: string | undefined;
  before: Date | undefined;
}

export interface DeadLetterPlace {
  finishedAt: Date;
  id: string;
}

/** Runs of all workspaces, as operators ask for them. */
export abstract class OfficeRunStore {
  abstract queue(tx: Tx, filter: QueueFilter, after: QueuePlace | null, limit: number): Promise<QueueRow[]>;
  abstract one(tx: Tx, runId: string): Promise<QueueRow | null>;
  abstract deadLetters(tx: Tx, filter: DeadLetterFilter, after: DeadLetterPlace | null, limit: number): Promise<Run[]>;
  abstract attemptsOf(tx: Tx, runIds: readonly string[]): Promise<Attempt[]>;
  abstract decisionsOf(tx: Tx, runId: string, limit: number): Promise<LoggedDecision[]>;
  abstract decision(tx: Tx, runId: string, seq: string): Promise<LoggedDecision | null>;
  abstract attemptCounts(tx: Tx): Promise<AttemptCount[]>;
  abstract attemptsOn(tx: Tx, cluster: string, states: readonly Attempt['state'][], limit: number): Promise<Attempt[]>;
  abstract isPurged(tx: Tx, runId: string): Promise<boolean>;
  /** At most `limit` of each are counted. */
  abstract openCounts(tx: Tx, limit: number): Promise<{ queued: number; running: number }>;
}

export interface RulesRow {
  workspaceId: string;
  rules: (WorkspaceRules & { revision: number; updatedAt: Date }) | null;
  use: WorkspaceUse | null;
  queued: number;
  running: number;
}

export abstract class RulesStore {
  /** Workspaces that have rules, use or work, by id. */
  abstract page(tx: Tx, after: string | null, limit: number): Promise<RulesRow[]>;
  abstract find(tx: Tx, workspaceId: string): Promise<RulesRow>;
  /** Compare-and-set; revision 0 is one that is not there yet. False when somebody else was faster. */
  abstract set(tx: SqlExecutor, workspaceId: string, revision: number, rules: WorkspaceRules, at: Date): Promise<boolean>;
}

export interface UsageSample {
  cluster: string;
  kind: ClusterKind;
  health: ClusterHealth;
  gpusTotal: number | null;
  gpusUsed: number | null;
  gpusWaiting: number | null;
}

export interface UsageRows {
  /** One row per bucket and cluster, by time. */
  samples: (Omit<UsageSample, 'health'> & { bucket: number })[];
  queue: { bucket: number; queued: number; running: number }[];
  /** Moments at which the health of a cluster was another than at the one before, by time. */
  turns: { at: Date; cluster: string; health: ClusterHealth }[];
  spills: { at: Date; runId: string; cluster: string; reason: string }[];
  spillsTotal: number;
}

export abstract class UsageStore {
  abstract insert(
    tx: SqlExecutor,
    at: Date,
    samples: readonly UsageSample[],
    queue: { queued: number; running: number },
  ): Promise<void>;
  /** Keeps one moment in so many seconds of what lies before; returns how many rows went. */
  abstract thin(tx: SqlExecutor, before: Date, stepS: number, limit: number): Promise<number>;
  abstract forget(tx: SqlExecutor, before: Date, limit: number): Promise<number>;
  abstract read(tx: Tx, from: Date, to: Date, stepS: number, spillsMax: number): Promise<UsageRows>;
}

/** Who asks, with what they may do: the first argument of what operators do. */
export type OperatorActor = Actor;

/** Two operators who change the same cap do so one after the other. */
export abstract class BudgetLocks {
  abstract take(tx: SqlExecutor, scope: string, period: Period): Promise<void>;
}
