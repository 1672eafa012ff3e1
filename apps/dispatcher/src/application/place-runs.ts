import type { Clock } from '@stead/platform/clock';
import { mapBounded } from '@stead/platform/concurrency';
import { newId } from '@stead/platform/ids';
import type { Tx } from '@stead/platform/postgres';
import type { DispatchMetrics } from './dispatch-metrics';
import type { Estimates } from './estimates';
import type { Lifecycles } from './move-run';
import {
  HEADS_OF_EACH_MIN,
  type AttemptStore,
  type BudgetStore,
  type CycleStore,
  type DecisionStore,
  type NewHold,
  type RunStore,
  type StoredDecision,
  type UnitOfWork,
  type WorkspaceStore,
} from './ports';
import type { Replication } from './replicate/replication';
import type { ReportFigures } from './report-figures';
import { HEADS_MAX, type TakeSnapshot } from './take-snapshot';
import { toMicros } from '../domain/budget';
import { cloudAhead } from '../domain/likely-to-leave';
import { planCycle, type Decision } from '../domain/plan-cycle';
import type { Policy } from '../domain/policy';
import { explainPlacement, explainVerdict, explainWait } from '../domain/reasons';
import { workflowName, type Attempt, type Run } from '../domain/run';
import { meanMs } from '../domain/runtime';

/** A run that no cluster could take even if it were empty looks again after this, and keeps nobody behind it waiting. */
const DEFER_MS = 3_000;
/** Placements are rows of their own runs; more at a time would take the connections of those who take requests. */
const PLACED_AT_ONCE = 2;
/** Copies ahead of a placement that a cycle asks for: two are made at a time, for those that leave first. */
const AHEAD_MAX = 20;

/** One dispatch cycle: take heads, look at the clusters, plan, and write down what was decided. */
export class PlaceRuns {
  constructor(
    private readonly work: UnitOfWork,
    private readonly runs: RunStore,
    private readonly attempts: AttemptStore,
    private readonly decisions: DecisionStore,
    private readonly cycles: CycleStore,
    private readonly workspaces: WorkspaceStore,
    private readonly budgets: BudgetStore,
    private readonly snapshots: TakeSnapshot,
    private readonly reports: ReportFigures,
    private readonly ahead: Replication['ahead'],
    private readonly lifecycles: Lifecycles,
    private readonly estimates: Estimates,
    private readonly policy: Policy,
    private readonly metrics: DispatchMetrics,
    private readonly clock: Clock,
  ) {}

  /** The attempts that were reserved, and whether others may wait behind the runs that this cycle has looked at. */
  async turn(): Promise<{ placed: Attempt[]; hasMore: boolean }> {
    const taken = await this.snapshots.take();
    const { at, heads, snapshot } = taken;
    await this.reports.report(taken);
    if (heads.length === 0) return { placed: [], hasMore: false };
    const decisions = planCycle(snapshot, this.policy, at.getTime());
    const runs = new Map(heads.map((run) => [run.id, run]));
    const isNews = (decision: Decision): boolean =>
      decision.kind === 'place' || keyOf(decision) !== runs.get(decision.runId)?.lastReason;
    const cycleId = newId();
    // Before any decision that names it; one that names it without being kept after all does no harm.
    if (decisions.some(isNews))
      await this.work.run((tx) => this.cycles.insert(tx, { id: cycleId, at, policy: this.policy, snapshot }));
    const placements = await mapBounded(decisions.filter(isPlacement), PLACED_AT_ONCE, async (decision) => {
      const run = runs.get(decision.runId);
      return run === undefined ? [] : this.place(run, decision, cycleId).catch(nothingIfBudgetSpent);
    });
    const placed = placements.flat();
    const deferred: string[] = [];
    let ahead = 0;
    for (const decision of decisions) {
      const run = runs.get(decision.runId);
      if (run === undefined) continue;
      if (decision.kind === 'wait' && isNews(decision)) await this.keepWaiting(run, decision, cycleId);
      if (decision.kind === 'wait' && !waitsForRoom(decision)) deferred.push(run.id);
      const cloud = cloudAhead(decision, at.getTime());
      if (cloud !== null && (ahead += 1) <= AHEAD_MAX) await this.ahead.want(run.id, cloud);
    }
    if (deferred.length > 0) await this.work.run((tx) => this.runs.defer(tx, deferred, DEFER_MS));
    return { placed, hasMore: placed.length > 0 && hidesOthers(heads) };
  }

  /** The run moves, its attempt is reserved and the decision is kept, all or nothing. */
  private async place(run: Run, decision: Decision & { kind: 'place' }, cycleId: string): Promise<Attempt[]> {
    const now = this.clock.now();
    const why = explainPlacement(decision.cluster, decision.reason);
    return this.work.run(async (tx) => {
      const current = await this.runs.lock(tx, run.id);
      if (current?.state !== 'queued' || current.revision !== run.revision) return []; // cancelled, or finished by an earlier attempt
      const epoch = current.epoch + 1;
      const attempt = newAttempt(current, epoch, decision, why, now);
      await this.attempts.insert(tx, attempt);
      if (decision.reserve !== null && !(await this.budgets.reserve(tx, holdOf(attempt, decision.reserve))))
        throw new BudgetSpent();
      await this.lifecycles.moveRun(tx, current, 'place', {
        epoch,
        cluster: decision.cluster,
        why,
        lastReason: keyOf(decision),
        notBefore: null,
        etaS: meanMs(this.estimates.of(run)) / 1000,
      });
      await this.workspaces.served(tx, run.workspaceId, now);
      await this.keep(tx, current, decision, { why, at: now, epoch, cycleId });
      this.count(current, decision, now);
      return [attempt];
    });
  }

  /** A reason that has not changed is not written again: a run that waits for an hour has one line, not thousands. */
  private async keepWaiting(run: Run, decision: Decision & { kind: 'wait' }, cycleId: string): Promise<void> {
    const why = explainWait(decision.reason);
    await this.work.run(async (tx) => {
      const current = await this.runs.lock(tx, run.id);
      if (current?.state !== 'queued' || current.revision !== run.revision) return;
      await this.lifecycles.changeRun(tx, current, { why, lastReason: keyOf(decision), cluster: null });
      await this.keep(tx, current, decision, { why, at: this.clock.now(), epoch: null, cycleId });
    });
  }

  private count(run: Run, { cluster, reason, reserve }: Decision & { kind: 'place' }, now: Date): void {
    const kind = reserve === null ? 'onprem' : 'cloud';
    this.metrics.placements.inc({ cluster, kind, reason });
    if (run.epoch === 0) this.metrics.placementSeconds.observe({ kind }, (now.getTime() - run.createdAt.getTime()) / 1000);
  }

  private async keep(
    tx: Tx,
    run: Run,
    decision: Decision,
    more: Pick<StoredDecision, 'why' | 'at' | 'epoch' | 'cycleId'>,
  ): Promise<void> {
    await this.decisions.insert(tx, run, {
      ...more,
      kind: decision.kind,
      reason: decision.reason,
      cluster: decision.kind === 'place' ? decision.cluster : null,
      inputs: decision.inputs,
      verdicts: decision.verdicts.map((verdict) => ({ ...verdict, why: explainVerdict(verdict.cluster, verdict.reason) })),
    });
  }
}

function isPlacement(decision: Decision): decision is Decision & { kind: 'place' } {
  return decision.kind === 'place';
}

/** A workspace of which so few heads came has no others. */
function hidesOthers(heads: readonly Run[]): boolean {
  const counts = new Map<string, number>();
  for (const { workspaceId } of heads) counts.set(workspaceId, (counts.get(workspaceId) ?? 0) + 1);
  return heads.length >= HEADS_MAX || Math.max(...counts.values()) >= HEADS_OF_EACH_MIN;
}

/** Between the snapshot and now somebody else has used up the budget, or it was lowered: the next cycle sees it. */
class BudgetSpent extends Error {}

function nothingIfBudgetSpent(error: unknown): Attempt[] {
  if (error instanceof BudgetSpent) return [];
  throw error;
}

function holdOf({ workspaceId, id, reservedAt }: Attempt, reserve: number): NewHold {
  return { workspaceId, attemptId: id, amountMicros: toMicros(reserve), at: reservedAt };
}

/** Some cluster would take it if it had room, or may do so in a moment. */
function waitsForRoom({ reason, verdicts }: Decision): boolean {
  return reason !== 'cluster-excluded-after-rejection' && verdicts.some((verdict) => !UNFIT.has(verdict.reason));
}

const UNFIT: ReadonlySet<string> = new Set(['template-missing', 'misconfigured', 'no-fitting-node', 'excluded-after-rejection']);

/** What makes two decisions the same to a reader: the outcome and what was thought of each cluster, without the figures. */
function keyOf(decision: Decision): string {
  const where = decision.kind === 'place' ? decision.cluster : '';
  return [decision.kind, where, decision.reason, ...decision.verdicts.map(({ cluster, reason }) => `${cluster}:${reason}`)].join(
    ' ',
  );
}

function newAttempt(run: Run, epoch: number, decision: Decision & { kind: 'place' }, why: string, now: Date): Attempt {
  return {
    id: newId(),
    workspaceId: run.workspaceId,
    runId: run.id,
    epoch,
    cluster: decision.cluster,
    state: 'reserved',
    revision: 1,
    workflow: workflowName(run.id, epoch),
    uid: null,
    specHash: null,
    reason: decision.reason,
    why,
    outcome: null,
    signature: null,
    message: null,
    gpuSeconds: 0,
    cost: 0,
    reservedAt: now,
    intentAt: null,
    createdAt: null,
    startedAt: null,
    finishedAt: null,
    lostAt: null,
  };
}
