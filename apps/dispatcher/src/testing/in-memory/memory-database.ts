import type { PurgedPart } from '@stead/contracts/dispatcher';
import type { WorkflowManifest } from '@stead/platform/kube';
import { isTransient } from '@stead/platform/postgres';
import type { CloudFigures, LearntCloud } from '../../application/machines';
import type { ClusterRow, StepRow, StoredCycle, StoredDecision } from '../../application/ports';
import type { Period } from '../../domain/budget';
import type { HealthMemory } from '../../domain/health';
import type { Attempt, Run } from '../../domain/run';
import type { RuntimeModel } from '../../domain/runtime-model';
import type { WorkspaceRules, WorkspaceUse } from '../../domain/workspace-use';
import { MemoryTransaction, type TransactionOptions } from './memory-transaction';
import { RowLocks } from './row-locks';
import { Table } from './table';

export type RunRecord = Run & { purgeAt: Date | null; purgedAt: Date | null; purgeParts: readonly PurgedPart[] };
export type AttemptRecord = Attempt & { manifest: WorkflowManifest | null; sweptAt: Date | null };
export type DecisionRecord = StoredDecision & { workspaceId: string; runId: string; seq: number };
export type RuntimeModelRecord = { kind: string; step: string; model: RuntimeModel };
export type BudgetRecord = { scope: string; period: Period; capMicros: number; revision: number };
export type SpendRecord = {
  scope: string;
  period: Period;
  startsOn: string;
  reservedMicros: number;
  settledMicros: number;
  overrunMicros: number;
};
export type HoldRecord = {
  workspaceId: string;
  attemptId: string;
  amountMicros: number;
  heldOn: string;
  settledMicros: number | null;
};
export type CloudRecord = { name: string; figures: CloudFigures; learnt: LearntCloud };
export type ClusterRecord = ClusterRow & { memory: HealthMemory; updatedAtMs: number };
export interface OutboxRecord {
  workspaceId: string;
  seq: number;
  message: string;
  payload: unknown;
}

/**
 * Where somebody else may take over: before each statement, before a commit takes effect, and after that, before the committer
 * hears of it. What it throws is what the database would have answered.
 */
export interface DatabaseSeam {
  at(point: 'statement' | 'commit' | 'committed', tx: MemoryTransaction, what: string): Promise<void> | undefined;
  /** What a transaction has written is about to take effect. */
  committing?(tx: MemoryTransaction): void;
}

export interface MemoryDatabaseOptions {
  /** The server's clock, in milliseconds since the epoch. */
  nowMs?: () => number;
  seam?: DatabaseSeam;
}

const TRIES_MAX = 5;

/**
 * The tables of the dispatcher in memory, with what its stores rely on in Postgres: transactions that take effect at once or
 * not at all, READ COMMITTED, row locks that are waited for, deadlocks that are found, workspaces that see their own rows, and
 * a lease that does not change hands under a transaction. The contracts in `testing/contracts` hold for this and for Postgres.
 */
export class MemoryDatabase {
  readonly runs = new Table<RunRecord>('run', (row) => row.workspaceId);
  readonly attempts = new Table<AttemptRecord>('attempt', (row) => row.workspaceId);
  readonly steps = new Table<StepRow>('step', (row) => row.workspaceId);
  readonly decisions = new Table<DecisionRecord>('decision', (row) => row.workspaceId);
  readonly outbox = new Table<OutboxRecord>('outbox', (row) => row.workspaceId);
  readonly holds = new Table<HoldRecord>('budget_hold', (row) => row.workspaceId);
  readonly uses = new Table<WorkspaceUse & { workspaceId: string }>('workspace_use', (row) => row.workspaceId);
  readonly rules = new Table<WorkspaceRules & { workspaceId: string }>('workspace_rules', (row) => row.workspaceId);
  readonly runtimeModels = new Table<RuntimeModelRecord>('runtime_model', null);
  readonly budgets = new Table<BudgetRecord>('budget', null);
  readonly spends = new Table<SpendRecord>('budget_spend', null);
  readonly cycles = new Table<StoredCycle>('cycle', null);
  readonly clusters = new Table<ClusterRecord>('cluster', null);
  readonly clouds = new Table<CloudRecord>('cluster_cloud', null);
  readonly locks = new RowLocks();
  readonly nowMs: () => number;
  readonly seam: DatabaseSeam;
  private readonly open = new Set<MemoryTransaction>();
  private takers: (() => void)[] = [];
  private sequence = 0;
  private leases = 0;

  constructor({ nowMs = Date.now, seam = { at: () => undefined } }: MemoryDatabaseOptions = {}) {
    this.nowMs = nowMs;
    this.seam = seam;
  }

  /** Of whoever has the lease. */
  get fence(): number {
    return this.leases;
  }

  /** The lease of a leader that has let it run out passes on, once no transaction that has proved it is open. */
  async takeLease(): Promise<number> {
    while ([...this.open].some((tx) => tx.fence !== null)) await new Promise<void>((resolve) => this.takers.push(resolve));
    this.leases += 1;
    return this.leases;
  }

  /** Like an identity column: taken when the row is written, and not given back by a rollback. */
  nextSequence(): number {
    this.sequence += 1;
    return this.sequence;
  }

  /** Repeats the work when the server gave up on it, as `Database.tx` does. */
  async transaction<T>(options: TransactionOptions, work: (tx: MemoryTransaction) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      const tx = new MemoryTransaction(this, options);
      this.open.add(tx);
      try {
        const result = await work(tx);
        await tx.commit();
        return result;
      } catch (error) {
        if (!isTransient(error) || attempt >= TRIES_MAX) throw error;
      } finally {
        tx.close();
      }
    }
  }

  /** The server gives up on these. */
  abort(which: (tx: MemoryTransaction) => boolean): void {
    for (const tx of [...this.open]) if (which(tx)) tx.abort();
  }

  ended(tx: MemoryTransaction): void {
    this.open.delete(tx);
    this.locks.release(tx);
    const { takers } = this;
    this.takers = [];
    for (const taker of takers) taker();
  }
}
