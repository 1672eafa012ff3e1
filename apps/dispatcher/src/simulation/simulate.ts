import { latestStartMs } from '../domain/order';
import { planCycle, type Decision } from '../domain/plan-cycle';
import type { Policy } from '../domain/policy';
import { meanMs } from '../domain/runtime';
import type { QueuedRun, WorkspaceState } from '../domain/snapshot';
import { Accounts } from './accounts';
import { SimulatedCluster, type Attempt, type Unit } from './cluster';
import { EventQueue } from './event-queue';
import type { Outage, SimulatedHouse } from './house';
import type { SimulatedRun } from './workload';

export interface Scenario {
  house: SimulatedHouse;
  runs: readonly SimulatedRun[];
  policy: Policy;
  seed: number;
  startMs: number;
  /** What is under way at the beginning: attempts that have begun, with when they will be done. */
  running: readonly { run: SimulatedRun; attempt: Attempt }[];
  workspaces: Readonly<Record<string, WorkspaceState>>;
  /** Told after each moment at which something happened. */
  onMoment?: (nowMs: number, clusters: readonly SimulatedCluster[], queued: number) => void;
}

export interface RunOutcome {
  run: SimulatedRun;
  /** In their order; where the run is done, the last one did it. */
  attempts: readonly Attempt[];
  /** Null where no cluster ever takes it. */
  finishMs: number | null;
}

export interface Simulation {
  outcomes: readonly RunOutcome[];
  endMs: number;
  /** Calls of `planCycle`. */
  cycles: number;
}

/**
 * Discrete events: time jumps from one arrival, end of a run, end of a boot or of an idle time, outage, or last safe moment to
 * the next, and after each that may change where a run goes, `planCycle` decides as it does in the live loop. Ends when nothing
 * can happen any more; what waits then waits for ever.
 */
export function simulate(scenario: Scenario): Simulation {
  return new Engine(scenario).run();
}

/** As many heads of the queue as a cycle of the live loop takes. */
const HEADS_MAX = 200;
/** A run that waits although its last safe moment is over, or for a price, is looked at again after this; the live loop ticks. */
const LOOK_AGAIN_MS = 30_000;
/** From the first silence of a cluster to no more work for it, and from its first answer to one run at a time, then to trust. */
const OPEN_AFTER_MS = 10_000;
const CLOSE_AFTER_MS = 10_000;

interface Entry {
  run: SimulatedRun;
  /** With the clusters that it has been excluded from meanwhile. */
  queued: QueuedRun;
  latestStartMs: number;
  attempts: Attempt[];
  finishMs: number | null;
}

type Event =
  | { kind: 'arrival'; entry: Entry }
  | { kind: 'end'; attempt: Attempt; cluster: SimulatedCluster }
  | { kind: 'retire'; unit: Unit; cluster: SimulatedCluster }
  | { kind: 'health'; cluster: SimulatedCluster; health: 'suspect' | 'open' | 'half-open' | 'ok' }
  | { kind: 'silent'; cluster: SimulatedCluster; untilMs: number }
  | { kind: 'lose'; cluster: SimulatedCluster }
  | { kind: 'look'; turn: number };

class Engine {
  private readonly events = new EventQueue<Event>();
  private readonly clusters: readonly SimulatedCluster[];
  private readonly entries = new Map<string, Entry>();
  private readonly accounts: Accounts;
  private queue: Entry[] = [];
  private nowMs: number;
  private cycles = 0;
  private isNews = false;

  constructor(private readonly scenario: Scenario) {
    const { house, runs, policy, seed, startMs, running, workspaces } = scenario;
    this.nowMs = startMs;
    this.clusters = house.clusters.map((spec) => new SimulatedCluster(spec, seed));
    this.accounts = new Accounts(workspaces, policy.shareHalfLifeMs, startMs);
    for (const { run, attempt } of running) this.adopt(this.enter(run), attempt);
    for (const run of runs)
      this.events.push(Math.max(startMs, run.queued.createdAtMs), { kind: 'arrival', entry: this.enter(run) });
    for (const outage of house.outages) this.plan(outage);
  }

  run(): Simulation {
    const { events } = this;
    for (let nextMs = events.nextMs; nextMs !== null; nextMs = events.nextMs) {
      this.nowMs = nextMs;
      while (events.nextMs === nextMs) {
        const event = events.pop();
        if (event !== undefined) this.happen(event);
      }
      if (this.isNews && this.queue.length > 0) this.cycle();
      this.isNews = false;
      this.scenario.onMoment?.(nextMs, this.clusters, this.queue.length);
    }
    const outcomes = [...this.entries.values()].map(({ run, attempts, finishMs }) => ({ run, attempts, finishMs }));
    return { outcomes, endMs: this.nowMs, cycles: this.cycles };
  }

  private happen(event: Event): void {
    switch (event.kind) {
      case 'arrival':
        return this.wait(event.entry);
      case 'end':
        return this.end(event.attempt, event.cluster);
      case 'retire':
        return event.cluster.retire(event.unit, this.nowMs);
      case 'health':
        event.cluster.health = event.health;
        break;
      case 'silent':
        event.cluster.silentUntilMs = event.untilMs;
        return;
      case 'lose':
        for (const attempt of [...event.cluster.attempts]) this.fail(attempt, event.cluster, 'lost');
        break;
      case 'look':
        if (event.turn !== this.cycles) return;
    }
    this.isNews = true;
  }

  private cycle(): void {
    this.cycles += 1;
    const { policy } = this.scenario;
    const queue = this.queue.slice(0, HEADS_MAX).map(({ queued }) => queued);
    const snapshot = {
      ...{ queue, isolated: false, workspaces: this.accounts.of(queue, this.nowMs) },
      clusters: this.clusters.map((cluster) => cluster.state(this.nowMs)),
    };
    let lookMs = Infinity;
    const placed = new Set<Entry>();
    for (const decision of planCycle(snapshot, policy, this.nowMs)) {
      const entry = this.entries.get(decision.runId);
      if (entry === undefined) continue;
      if (decision.kind === 'place' && this.place(entry, decision)) placed.add(entry);
      else lookMs = Math.min(lookMs, this.lookAgainMs(entry.queued, decision));
    }
    if (placed.size > 0) this.queue = this.queue.filter((entry) => !placed.has(entry));
    if (lookMs < Infinity) this.events.push(lookMs, { kind: 'look', turn: this.cycles });
  }

  private place(entry: Entry, decision: Decision & { kind: 'place' }): boolean {
    const cluster = this.clusters.find(({ spec }) => spec.name === decision.cluster);
    const epoch = entry.attempts.length + 1;
    const attempt = cluster?.place(entry.queued, epoch, entry.run.runtimeMs, this.nowMs) ?? null;
    if (cluster === undefined || attempt === null) {
      this.exclude(entry, decision.cluster);
      return false;
    }
    entry.attempts.push(attempt);
    const isCloud = cluster.spec.kind === 'cloud';
    const cost = (attempt.run.gpuSeconds / 3600) * cluster.spec.pricePerGpuHour;
    this.accounts.placed(attempt, isCloud, cost, decision.reserve ?? 0);
    this.events.push(attempt.endMs, { kind: 'end', attempt, cluster });
    return true;
  }

  /** When time alone may change what was decided. */
  private lookAgainMs({ createdAtMs, excludedUntilMs }: QueuedRun, { inputs, reason }: Decision): number {
    const { nowMs } = this;
    const times = Object.values(excludedUntilMs).filter((ms) => ms > nowMs);
    const { leaveAtMs, afterMs } = inputs;
    // Inputs are rounded: a moment later it is certain that the moment is over.
    if (typeof leaveAtMs === 'number' && leaveAtMs >= nowMs) times.push(leaveAtMs + 1);
    else if (typeof afterMs === 'number') times.push(createdAtMs + afterMs);
    else if (reason === 'waiting-for-onprem' && 'extraCost' in inputs) times.push(nowMs + LOOK_AGAIN_MS);
    return Math.min(...times, Infinity);
  }

  private end(attempt: Attempt, cluster: SimulatedCluster): void {
    if (attempt.outcome !== null) return;
    const { silentUntilMs } = cluster;
    if (silentUntilMs > this.nowMs) {
      // Nobody sees it before the cluster answers again, if it does in time.
      if (silentUntilMs < Infinity) this.events.push(silentUntilMs, { kind: 'end', attempt, cluster });
      return;
    }
    if (!attempt.willLaunch) {
      this.fail(attempt, cluster, 'not-launched');
      const entry = this.entries.get(attempt.run.runId);
      if (entry !== undefined) this.exclude(entry, attempt.cluster);
      return;
    }
    const unit = cluster.end(attempt, 'done', this.nowMs);
    if (unit !== null) this.events.push(this.nowMs + (cluster.spec.elastic?.idleMs ?? 0), { kind: 'retire', unit, cluster });
    this.settle(attempt, cluster);
    const entry = this.entries.get(attempt.run.runId);
    if (entry !== undefined) entry.finishMs = this.nowMs;
    this.isNews = true;
  }

  private fail(attempt: Attempt, cluster: SimulatedCluster, outcome: 'lost' | 'not-launched'): void {
    cluster.end(attempt, outcome, this.nowMs);
    this.settle(attempt, cluster);
    const entry = this.entries.get(attempt.run.runId);
    if (entry !== undefined) this.wait(entry);
  }

  private settle(attempt: Attempt, cluster: SimulatedCluster): void {
    const { run, startMs, endMs } = attempt;
    const share = Math.max(0, endMs - startMs) / meanMs(run.runtime);
    this.accounts.ended(attempt, run.gpuSeconds * share, cluster.spec.kind === 'cloud');
  }

  private exclude(entry: Entry, cluster: string): void {
    const untilMs = this.nowMs + this.scenario.policy.exclusionMs;
    entry.queued = { ...entry.queued, excludedUntilMs: { ...entry.queued.excludedUntilMs, [cluster]: untilMs } };
  }

  private enter(run: SimulatedRun): Entry {
    const startMs = latestStartMs(run.queued, this.scenario.policy);
    const entry = { run, queued: run.queued, latestStartMs: startMs, attempts: [], finishMs: null };
    this.entries.set(run.queued.runId, entry);
    return entry;
  }

  /** Into the queue, which is kept by latest start: where it is long, the most urgent are the heads. */
  private wait(entry: Entry): void {
    let [low, high] = [0, this.queue.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.queue[middle]?.latestStartMs ?? Infinity) <= entry.latestStartMs) low = middle + 1;
      else high = middle;
    }
    this.queue.splice(low, 0, entry);
    this.isNews = true;
  }

  private adopt(entry: Entry, attempt: Attempt): void {
    const cluster = this.clusters.find(({ spec }) => spec.name === attempt.cluster);
    if (cluster === undefined) return;
    entry.attempts.push(attempt);
    cluster.adopt(attempt);
    this.events.push(attempt.endMs, { kind: 'end', attempt, cluster });
  }

  /** A short silence loses nothing; a long one loses what was under way, and the cluster has to prove itself afterwards. */
  private plan({ cluster: name, fromMs, untilMs }: Outage): void {
    const cluster = this.clusters.find(({ spec }) => spec.name === name);
    if (cluster === undefined) return;
    const { lostGraceMs } = this.scenario.policy;
    const health = (atMs: number, to: 'suspect' | 'open' | 'half-open' | 'ok'): void =>
      this.events.push(atMs, { kind: 'health', cluster, health: to });
    this.events.push(fromMs, { kind: 'silent', cluster, untilMs });
    health(fromMs, 'suspect');
    if (untilMs - fromMs >= OPEN_AFTER_MS) health(fromMs + OPEN_AFTER_MS, 'open');
    if (untilMs - fromMs >= lostGraceMs) this.events.push(fromMs + lostGraceMs, { kind: 'lose', cluster });
    if (untilMs === Infinity) return;
    if (untilMs - fromMs < OPEN_AFTER_MS) return health(untilMs, 'ok');
    health(untilMs + CLOSE_AFTER_MS, 'half-open');
    health(untilMs + 2 * CLOSE_AFTER_MS, 'ok');
  }
}
