import type { QueuedRun, WorkspaceState } from './snapshot';
import type { Policy } from './policy';
import { quantileMs } from './runtime';

/** What a whole day of all of one's own GPUs, and of the cloud at its limit, would be: by these, shares of both compare. */
export interface Supply {
  gpus: number;
  cloudCostPerHour: number;
}

/** A run that is late half of the time would be a bad plan: it has to start while this share of such runs is still in time. */
const START_QUANTILE = 0.8;

/** Until when a run should have started. What has no deadline is due after the house's patience. */
export function latestStartMs(run: Pick<QueuedRun, 'deadlineMs' | 'createdAtMs' | 'runtime'>, policy: Policy): number {
  const dueMs = run.deadlineMs ?? run.createdAtMs + policy.patienceMs;
  return dueMs - quantileMs(run.runtime, START_QUANTILE);
}

/**
 * From when on waiting makes a run more important. One with a deadline was promised no start before its latest one: if it aged
 * earlier, long runs with hours to spare would go before short ones that have none left.
 */
function agesSinceMs(run: Pick<QueuedRun, 'deadlineMs' | 'createdAtMs' | 'runtime'>, policy: Policy): number {
  return run.deadlineMs === null ? run.createdAtMs : Math.max(run.createdAtMs, latestStartMs(run, policy));
}

/** Priority after ageing, in classes: a run that is passed over rises, so that none waits for ever. */
export function classOf(run: Pick<QueuedRun, 'priority'>, waitedMs: number, policy: Policy): number {
  const aged = Math.min(100, run.priority + Math.max(0, waitedMs) / policy.ageingMs);
  return Math.floor(aged / policy.priorityClass);
}

/**
 * Weighted dominant share: the larger of a workspace's parts in GPU time and in cloud money, over its weight (Ghodsi et al.,
 * "Dominant Resource Fairness", NSDI 2011). Use of the past counts half after the half-life.
 */
export function shareOf(workspace: WorkspaceState, supply: Supply, policy: Policy): number {
  const windowS = policy.shareHalfLifeMs / 1000 / Math.LN2;
  const gpu = supply.gpus > 0 ? workspace.gpuSeconds / (supply.gpus * windowS) : 0;
  const money = supply.cloudCostPerHour > 0 ? workspace.cloudCost / ((supply.cloudCostPerHour * windowS) / 3600) : 0;
  return Math.max(gpu, money) / workspace.weight;
}

/**
 * The queue in the order in which runs choose: class of priority, then the workspace with the smallest share, a loan for urgent
 * runs granted, then who has to start soonest. Each run that is taken counts for its workspace, so that a flood of one workspace
 * and a single run of another take turns. Between workspaces only those age that are not served: a flood that is being worked
 * off gains nothing by its length.
 */
export function ordered(
  queue: readonly QueuedRun[],
  workspaces: Readonly<Record<string, WorkspaceState>>,
  supply: Supply,
  policy: Policy,
  nowMs: number,
): QueuedRun[] {
  const lines = [...groupBy(queue, ({ workspaceId }) => workspaceId)].map(
    ([id, runs]) => new Line(runs, workspaces[id] ?? NEWCOMER, supply, policy, nowMs),
  );
  const order: QueuedRun[] = [];
  for (;;) {
    let first: Line | null = null;
    for (const line of lines) if (line.head !== null && (first === null || line.goesBefore(first))) first = line;
    const run = first?.take();
    if (run === undefined) return order;
    order.push(run);
  }
}

/** A workspace of which nothing is known yet. */
export const NEWCOMER: WorkspaceState = { weight: 1, gpuSeconds: 0, cloudCost: 0, servedAtMs: null, cloudBudgetLeft: null };

/** One workspace's queue. */
class Line {
  private readonly runs: readonly Queued[];
  private at = 0;
  private takenGpuSeconds = 0;
  private taken = 0;

  constructor(
    runs: readonly QueuedRun[],
    private readonly workspace: WorkspaceState,
    private readonly supply: Supply,
    private readonly policy: Policy,
    private readonly nowMs: number,
  ) {
    this.runs = runs
      .map((run) => ({
        run,
        class: classOf(run, nowMs - agesSinceMs(run, policy), policy),
        startMs: latestStartMs(run, policy),
      }))
      .sort((a, b) => b.class - a.class || compare(a, b));
  }

  get head(): Queued | null {
    return this.runs[this.at] ?? null;
  }

  goesBefore(other: Line): boolean {
    const [mine, theirs] = [this.head, other.head];
    if (mine === null || theirs === null) return mine !== null;
    const order =
      other.classOfHead(theirs.run) - this.classOfHead(mine.run) ||
      this.share - this.loan - (other.share - other.loan) ||
      this.taken / this.workspace.weight - other.taken / other.workspace.weight ||
      compare(mine, theirs);
    return order < 0;
  }

  take(): QueuedRun | undefined {
    const run = this.head?.run;
    if (run === undefined) return undefined;
    this.at += 1;
    this.taken += 1;
    this.takenGpuSeconds += run.gpuSeconds;
    return run;
  }

  private classOfHead(run: QueuedRun): number {
    const unservedMs = this.nowMs - Math.max(agesSinceMs(run, this.policy), this.workspace.servedAtMs ?? 0);
    return classOf(run, this.at === 0 ? unservedMs : 0, this.policy);
  }

  /**
   * The nearer its latest start, the further a run may go ahead of its workspace's share, up to a bound: else one whose deadline
   * is at stake waits for others that lose nothing by waiting. Who has no deadline is not in a hurry.
   */
  private get loan(): number {
    const { head, policy } = this;
    if (head === null || head.run.deadlineMs === null) return 0;
    const near = 1 - (head.startMs - this.nowMs) / policy.urgencyMs;
    return policy.urgencyLoan * Math.min(1, Math.max(0, near));
  }

  private get share(): number {
    const gpuSeconds = this.workspace.gpuSeconds + this.takenGpuSeconds;
    return shareOf({ ...this.workspace, gpuSeconds }, this.supply, this.policy);
  }
}

interface Queued {
  run: QueuedRun;
  class: number;
  startMs: number;
}

/** Who has to start sooner; then who came first. */
function compare(a: Queued, b: Queued): number {
  return a.startMs - b.startMs || a.run.createdAtMs - b.run.createdAtMs || (a.run.runId < b.run.runId ? -1 : 1);
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}
