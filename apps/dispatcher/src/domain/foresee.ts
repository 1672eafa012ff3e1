import { DEFAULT_PLACEMENT, type Forecast, type WhatIfChange } from '@stead/contracts/dispatcher';
import type { PodDemand } from '@stead/platform/capacity';
import { gpusOf } from './cost';
import { planCycle } from './plan-cycle';
import type { Policy } from './policy';
import { Room, type FreeNode } from './room';
import { meanMs } from './runtime';
import { kindOf, type ClusterState, type QueuedRun, type Snapshot } from './snapshot';

export interface Beginning {
  atMs: number;
  policy: Policy;
  snapshot: Snapshot;
}

/** How often a queue is looked at while nothing ends: deadlines and waits come due by themselves. Less often while nothing does. */
const LOOK_MS = 300_000;
const LOOK_MAX_MS = 3_600_000;
const HORIZON_MS = 14 * 86_400_000;
const STEPS_MAX = 10_000;

/**
 * What is queued and running now, to its end: as it is, and with one thing changed. `planCycle` decides as it does in earnest; the
 * rest is simpler than the world. Room is counted in slots, each of which takes any run; everything takes as long as such runs take
 * on average; nothing new arrives and nothing fails. Both sides are simplified alike, so that the difference is worth more than
 * either.
 */
export function foresee(live: Beginning, change: WhatIfChange): { before: Forecast; after: Forecast } {
  return { before: new Foresight(live).run(), after: new Foresight(changed(live, change)).run() };
}

function changed(live: Beginning, change: WhatIfChange): Beginning {
  const { snapshot, atMs } = live;
  const edit = (name: string, alter: (cluster: ClusterState) => ClusterState): Beginning => ({
    ...live,
    snapshot: { ...snapshot, clusters: snapshot.clusters.map((one) => (one.name === name ? alter(one) : one)) },
  });
  if ('policy' in change)
    return { ...live, snapshot: { ...snapshot, queue: snapshot.queue.map((run) => ({ ...run, placement: change.policy })) } };
  if ('drainCluster' in change) return edit(change.drainCluster, (cluster) => ({ ...cluster, cordoned: true }));
  if ('addGpus' in change) {
    const { cluster: name, count } = change.addGpus;
    return edit(name, (cluster) => withSlots(cluster, Math.floor(count / gpusPerRun(cluster))));
  }
  const lost = snapshot.clusters.find(({ name }) => name === change.loseCluster);
  const without = edit(change.loseCluster, (cluster) => ({ ...cluster, health: 'open', remainingMs: [] }));
  const redone = (lost?.remainingMs ?? []).map((leftMs, index) => again(snapshot, leftMs, index, atMs));
  return { ...without, snapshot: { ...without.snapshot, queue: [...without.snapshot.queue, ...redone] } };
}

/** A lost attempt begins from its start: on average half of it was done. It asks for as many GPUs as what waits does. */
function again({ queue }: Snapshot, leftMs: number, index: number, atMs: number): QueuedRun {
  const gpuSeconds = queue.reduce((sum, run) => sum + run.gpuSeconds, 0);
  const seconds = queue.reduce((sum, run) => sum + meanMs(run.runtime) / 1000, 0);
  const like = queue[0];
  const wholeMs = Math.max(1, 2 * leftMs);
  return {
    runId: `lost-${index}`,
    workspaceId: like?.workspaceId ?? 'lost',
    pipeline: like?.pipeline ?? ANY_PIPELINE,
    entrypoint: like?.entrypoint ?? ANY_PIPELINE,
    priority: 50,
    createdAtMs: atMs,
    deadlineMs: null,
    runtime: { medianMs: wholeMs, sigma: 0 },
    gpuSeconds: (wholeMs / 1000) * (seconds > 0 ? gpuSeconds / seconds : 1),
    placement: DEFAULT_PLACEMENT,
    excludedUntilMs: {},
    transferMs: {},
  };
}

const ANY_PIPELINE = 'any';

function demandOf({ pipelines }: ClusterState): readonly PodDemand[] | null {
  return Object.values(pipelines).find((there) => there !== null)?.demand ?? null;
}

function gpusPerRun(cluster: ClusterState): number {
  const gpus = (demandOf(cluster) ?? []).reduce((sum, { resources }) => sum + gpusOf(resources), 0);
  return Math.max(1, gpus);
}

/** Room for so many more runs: on nodes that are there at home, on nodes that may boot in a cloud. */
function withSlots(cluster: ClusterState, slots: number): ClusterState {
  if (cluster.elasticSlots > 0 || cluster.kind === 'cloud') return { ...cluster, elasticSlots: cluster.elasticSlots + slots };
  const demand = demandOf(cluster);
  if (demand === null || cluster.room === null) return cluster;
  const more = Array.from({ length: slots }, (): FreeNode[] =>
    demand.map(({ resources, nodeSelector }) => ({ free: { ...resources }, labels: { ...nodeSelector }, taints: [] })),
  );
  return { ...cluster, room: [...cluster.room, ...more.flat()] };
}

const SLOT: PodDemand = { resources: { slot: 1 }, nodeSelector: {}, tolerations: [], affinity: undefined };

interface Running {
  endMs: number;
  /** On a node that goes when it ends. */
  booted: boolean;
}

/** A cluster as a number of slots. */
class Slots {
  private free: number;
  private elastic: number;
  private running: Running[];

  constructor(
    readonly state: ClusterState,
    nowMs: number,
  ) {
    const demand = demandOf(state);
    this.free = demand === null || state.room === null ? 0 : new Room(state.room).slots(demand);
    this.elastic = state.elasticSlots;
    const booted = state.elasticSlots > 0;
    this.running = state.remainingMs.map((leftMs) => ({ endMs: nowMs + Math.max(0, leftMs), booted }));
  }

  get nextEndMs(): number {
    return Math.min(Infinity, ...this.running.map(({ endMs }) => endMs));
  }

  end(nowMs: number): void {
    const ended = this.running.filter(({ endMs }) => endMs <= nowMs);
    this.running = this.running.filter(({ endMs }) => endMs > nowMs);
    for (const { booted } of ended) {
      if (this.state.elasticSlots > 0) this.elastic += 1;
      if (!booted) this.free += 1;
    }
  }

  /** When it begins and ends there. */
  take(run: QueuedRun, nowMs: number): { startMs: number; endMs: number } {
    const booted = this.free === 0;
    if (booted || this.state.elasticSlots > 0) this.elastic -= 1;
    if (!booted) this.free -= 1;
    const startMs = nowMs + Math.max(booted ? this.state.bootMs : 0, run.transferMs[this.state.name] ?? 0);
    const endMs = startMs + Math.max(1, meanMs(run.runtime));
    this.running.push({ endMs, booted });
    return { startMs, endMs };
  }

  at(nowMs: number, kinds: readonly string[]): ClusterState {
    const { state } = this;
    const slotsTotal = this.free + this.running.length + Math.max(0, this.elastic);
    const there = { demand: [SLOT], slotsTotal };
    // What is not known of a pipeline there is taken for granted, as it is asked for when it is needed.
    const pipelines = Object.fromEntries(kinds.map((kind) => [kind, state.pipelines[kind] === null ? null : there]));
    const down = state.health === 'open' || state.health === 'misconfigured';
    return {
      ...state,
      pipelines,
      health: down ? state.health : 'ok',
      room: Array.from({ length: this.free }, () => ({ free: { slot: 1 }, labels: {}, taints: [] })),
      elasticSlots: Math.max(0, this.elastic),
      remainingMs: this.running.map(({ endMs }) => endMs - nowMs),
      ...{ swept: true, capacityAgeMs: 0, unproven: 0, trialsAllowed: null },
    };
  }
}

class Foresight {
  private readonly clusters: Slots[];
  private readonly kinds: readonly string[];
  private queue: QueuedRun[];
  private nowMs: number;
  private readonly waitsMs: number[] = [];
  private lastEndMs: number;
  private late = 0;
  private readonly cost = { onprem: 0, cloud: 0 };
  private cloudRuns = 0;

  constructor(private readonly live: Beginning) {
    this.nowMs = live.atMs;
    this.lastEndMs = live.atMs;
    this.queue = [...live.snapshot.queue];
    this.clusters = live.snapshot.clusters.map((state) => new Slots(state, live.atMs));
    this.kinds = [...new Set(this.queue.map(kindOf))];
  }

  run(): Forecast {
    const { atMs } = this.live;
    const runs = this.queue.length;
    let lookMs = LOOK_MS;
    for (let step = 0; step < STEPS_MAX && this.queue.length > 0 && this.nowMs - atMs < HORIZON_MS; step += 1) {
      if (this.plan()) {
        lookMs = LOOK_MS;
        continue;
      }
      const endMs = Math.min(...this.clusters.map((cluster) => cluster.nextEndMs), Infinity);
      this.nowMs = Math.min(this.nowMs + lookMs, endMs);
      lookMs = this.nowMs === endMs ? LOOK_MS : Math.min(LOOK_MAX_MS, 2 * lookMs);
      for (const cluster of this.clusters) cluster.end(this.nowMs);
    }
    const ends = this.clusters.map((cluster) => cluster.nextEndMs).filter((endMs) => endMs < Infinity);
    const lastMs = Math.max(this.lastEndMs, ...ends);
    return {
      ...{ runs, stuck: this.queue.length, late: this.late, cloudRuns: this.cloudRuns },
      meanWaitS: seconds(this.waitsMs.reduce((sum, ms) => sum + ms, 0) / Math.max(1, this.waitsMs.length)),
      maxWaitS: seconds(Math.max(0, ...this.waitsMs)),
      makespanS: seconds(lastMs - atMs),
      cloudCost: round(this.cost.cloud),
      onpremCost: round(this.cost.onprem),
    };
  }

  /** True when something was placed: then there may be more to place. */
  private plan(): boolean {
    const { live, nowMs } = this;
    const snapshot: Snapshot = {
      isolated: false,
      workspaces: live.snapshot.workspaces,
      queue: this.queue,
      clusters: this.clusters.map((cluster) => cluster.at(nowMs, this.kinds)),
    };
    const placed = new Set<string>();
    for (const decision of planCycle(snapshot, live.policy, nowMs)) {
      if (decision.kind !== 'place') continue;
      const run = this.queue.find(({ runId }) => runId === decision.runId);
      const cluster = this.clusters.find(({ state }) => state.name === decision.cluster);
      if (run === undefined || cluster === undefined) continue;
      placed.add(run.runId);
      this.begin(run, cluster);
    }
    this.queue = this.queue.filter(({ runId }) => !placed.has(runId));
    return placed.size > 0;
  }

  private begin(run: QueuedRun, cluster: Slots): void {
    const { kind, pricePerGpuHour } = cluster.state;
    const { startMs, endMs } = cluster.take(run, this.nowMs);
    this.waitsMs.push(startMs - this.live.atMs);
    this.lastEndMs = Math.max(this.lastEndMs, endMs);
    if (run.deadlineMs !== null && endMs > run.deadlineMs) this.late += 1;
    this.cost[kind] += (run.gpuSeconds / 3600) * pricePerGpuHour;
    if (kind === 'cloud') this.cloudRuns += 1;
  }
}

function seconds(ms: number): number {
  return Math.round(ms / 1000);
}

function round(money: number): number {
  return Math.round(money * 10_000) / 10_000;
}
