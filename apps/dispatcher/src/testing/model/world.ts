import { createMetrics } from '@stead/platform/metrics';
import { ObjectStoreUnavailable, type ObjectStore } from '@stead/platform/object-store';
import { DatabaseUnavailable } from '@stead/platform/postgres';
import { DispatchMetrics } from '../../application/dispatch-metrics';
import type { TurnName } from '../../application/scheduler-turns';
import { DEFAULT_BOUNCE_POLICY } from '../../domain/bounce';
import { DEFAULT_HEALTH_POLICY } from '../../domain/health-policy';
import { DEFAULT_POLICY, type Policy } from '../../domain/policy';
import { MemoryAttemptStore } from '../in-memory/memory-attempt.store';
import { MemoryBudgetStore } from '../in-memory/memory-budget.store';
import { MemoryDatabase, type DatabaseSeam } from '../in-memory/memory-database';
import { MemoryObjectStore } from '../in-memory/memory-object-store';
import { MemoryOutbox } from '../in-memory/memory-outbox';
import {
  MemoryCloudStore,
  MemoryClusterStore,
  MemoryCycleStore,
  MemoryDecisionStore,
  MemoryStepStore,
} from '../in-memory/memory-record.stores';
import { MemoryRunStore } from '../in-memory/memory-run.store';
import type { MemoryTransaction } from '../in-memory/memory-transaction';
import { MemoryUnitOfWork } from '../in-memory/memory-unit-of-work';
import { MemoryWorkspaceStore } from '../in-memory/memory-workspace.store';
import { oneStore } from '../one-store';
import { Baton, Process } from './baton';
import { Handlers } from './handlers';
import { Leader, isExpected, type LeaderParts } from './leader';
import { SimulatedApi } from './simulated-api';
import { SimulatedCluster, type ClusterShape } from './simulated-cluster';
import { SimulatedSite, SimulatedSites, type SiteListener } from './simulated-site';
import { SimulatedTime } from './simulated-time';
import type { Tampering } from './tampering';
import { Watcher } from './watcher';
import { loggerTo } from './world-logger';

export interface DatabaseFault {
  point: 'statement' | 'commit' | 'committed';
  /** So many such points go well before. */
  after: number;
}

const ONPREM: ClusterShape = { name: 'onprem', kind: 'onprem', slots: 2, elasticSlots: 0, bootMs: 0, pricePerGpuHour: 0.36 };
const CLOUD: ClusterShape = { name: 'cloud', kind: 'cloud', slots: 0, elasticSlots: 2, bootMs: 60_000, pricePerGpuHour: 3.6 };
export type Shape = 'home-and-cloud' | 'one' | 'three';
const SHAPES: Readonly<Record<Shape, readonly ClusterShape[]>> = {
  'home-and-cloud': [ONPREM, CLOUD],
  one: [ONPREM],
  three: [{ ...ONPREM, slots: 1 }, { ...ONPREM, name: 'second', slots: 1 }, CLOUD],
};
const COUNTS = DispatchMetrics.of(createMetrics('model', { processMetrics: false }));
/** The server ends transactions that are silent for longer (see `Database`), those of a leader after a lease's life (`FencedUnitOfWork`). */
const IDLE_MAX_MS = 60_000;
const FENCED_IDLE_MAX_MS = 6_000;
/** The longest time between two looks at the clock that a process does not take for a pause of its own. */
const LOOK_MS = DEFAULT_HEALTH_POLICY.pauseMs;

/**
 * Everything around the use cases, in one process and without time: a database, an object store, clusters, messages that come
 * until they are acknowledged, leaders that come and go. Nothing happens by itself; whoever plays says what happens next.
 */
export class World {
  readonly time = new SimulatedTime();
  readonly baton = new Baton();
  readonly policy: Policy = DEFAULT_POLICY;
  readonly counts = COUNTS;
  readonly watcher = new Watcher(this);
  readonly database: MemoryDatabase;
  readonly clusters: readonly SimulatedCluster[];
  readonly objects = new Map<string, { body: Buffer; mediaType: string; atMs: number }>();
  readonly handlers: Handlers;
  readonly requested = new Set<string>();
  storeAnswers = true;
  databaseFault: DatabaseFault | null = null;
  leader: Leader | null = null;
  /** A leader that was paused, and whose office somebody else may have taken. */
  stale: Leader | null = null;
  onEvent: ((event: string) => void) | null = null;
  private readonly leaders = new Map<object, Leader>();
  private pausedAtMs = 0;

  constructor(
    shape: Shape,
    private readonly tampering: Tampering = {},
  ) {
    const seam: DatabaseSeam = {
      at: (point, tx, what) => this.atDatabase(point, tx, what),
      committing: (tx) => this.watcher.committing(tx),
    };
    this.database = new MemoryDatabase({ nowMs: () => this.time.nowMs(), seam });
    this.clusters = SHAPES[shape].map((one) => new SimulatedCluster(one, this.time, this.watcher));
    if (tampering.cluster !== undefined) for (const cluster of this.clusters) tampering.cluster(cluster);
    this.handlers = new Handlers(this, tampering);
    this.baton.onPass = (process, what) => this.onEvent?.(`      ${process.name} ${what}`);
  }

  leaderOf(owner: object | null): Leader | null {
    return owner === null ? null : (this.leaders.get(owner) ?? null);
  }

  cluster(index: number): SimulatedCluster {
    const cluster = this.clusters[index % this.clusters.length];
    if (cluster === undefined) throw new Error('there is no cluster');
    return cluster;
  }

  // Time

  /** Probes go on meanwhile; nothing else does. */
  wait(ms: number): void {
    const untilMs = this.time.ms + ms;
    while (this.time.ms < untilMs) {
      const leaders = this.leadersAwake();
      const stillMs = Math.min(...leaders.map((leader) => leader.stillForMs));
      const stepMs = Math.min(untilMs - this.time.ms, Math.max(LOOK_MS, stillMs));
      this.time.ms += stepMs;
      if (stepMs > LOOK_MS) for (const leader of leaders) leader.passed(stepMs);
      for (const leader of leaders) leader.tick();
    }
    const nowMs = this.time.nowMs();
    this.database.abort(({ heardAtMs, fence }) => nowMs - heardAtMs > (fence === null ? IDLE_MAX_MS : FENCED_IDLE_MAX_MS));
    for (const cluster of this.clusters) cluster.collectGarbage();
    this.watch();
  }

  /** What watches have to tell reaches who listens. */
  watch(): void {
    for (const leader of this.leadersAwake()) leader.watch();
  }

  reach(cluster: SimulatedCluster, reach: SimulatedCluster['reach'], standsStill: boolean): void {
    if (cluster.reach !== 'well' && reach === 'well') this.watcher.wellSinceMs.set(cluster.name, this.time.ms);
    cluster.reach = reach;
    cluster.standsStill = standsStill;
  }

  // Leaders

  /** One turn of whoever leads; somebody takes office where nobody does. */
  async turn(name: TurnName, points: number): Promise<void> {
    await this.turnOf(await this.leading(), name, points);
  }

  async turnOf(leader: Leader, name: TurnName, points: number): Promise<void> {
    if (leader.running.has(name)) await this.baton.resume(0, points, (process) => process === leader.process);
    else await this.baton.start(() => leader.turn(name), points);
  }

  async leading(): Promise<Leader> {
    if (this.leader !== null) return this.leader;
    // The server ends what the last holder has left open before its lease passes on.
    this.database.abort((tx) => this.leaders.has(tx.owner ?? this));
    const fence = await this.database.takeLease();
    const leader = new Leader(this.partsOf(new Process(`leader ${fence}`), fence));
    this.leaders.set(leader.process, leader);
    this.leader = leader;
    await this.baton.start(() => leader.begin());
    this.watch();
    return leader;
  }

  kill(leader: Leader, requestsArrive: boolean): void {
    leader.killed(requestsArrive);
    this.baton.kill(leader.process);
    this.database.abort((tx) => tx.owner === leader.process);
    if (this.leader === leader) this.leader = null;
    if (this.stale === leader) this.stale = null;
  }

  /** It stands still, and its lease runs out. */
  pause(): void {
    if (this.leader === null) return;
    if (this.stale !== null) this.kill(this.stale, false);
    this.leader.process.state = 'paused';
    this.stale = this.leader;
    this.pausedAtMs = this.time.ms;
    this.leader = null;
  }

  /** It goes on as if nothing had been. */
  wake(): void {
    if (this.stale?.process.state !== 'paused') return;
    this.stale.process.state = 'running';
    this.stale.stoodStill(this.pausedAtMs, this.time.ms);
  }

  /** All of ours stand still, as on a laptop that is closed: whoever leads still does, since nobody was there to take over. */
  sleep(ms: number): void {
    const fromMs = this.time.ms;
    const asleep = this.leadersAwake();
    for (const leader of asleep) leader.process.state = 'paused';
    this.wait(ms);
    for (const leader of asleep) {
      leader.process.state = 'running';
      leader.stoodStill(fromMs, this.time.ms);
    }
  }

  private partsOf(process: Process, fence: number): LeaderParts {
    const { database, time, policy } = this;
    const clock = time.clock();
    const apis = this.clusters.map((cluster) => new SimulatedApi(cluster, process, this.baton, time, this.watcher));
    const listener: SiteListener = {
      workflow: (...news) => this.leaders.get(process)?.saw(...news),
      answer: (name) => {
        if (this.leader?.process === process) this.watcher.silences.answer(fence, name, this.time.ms);
      },
    };
    const sitesHere = this.clusters.flatMap((cluster, at) => {
      const api = apis[at];
      return api === undefined ? [] : [new SimulatedSite(cluster, api, clock, time, listener)];
    });
    const objects = this.objectsFor(process);
    const plain: LeaderParts = {
      ...{ process, fence, sinceMs: time.ms, apis, sitesHere, policy, clock, counts: this.counts },
      work: new MemoryUnitOfWork(database, fence, process),
      runs: new MemoryRunStore(database),
      attempts: new MemoryAttemptStore(database),
      steps: new MemoryStepStore(database),
      decisions: new MemoryDecisionStore(database),
      cycles: new MemoryCycleStore(database),
      clusters: new MemoryClusterStore(database),
      workspaces: new MemoryWorkspaceStore(database, policy.shareHalfLifeMs),
      budgets: new MemoryBudgetStore(database),
      clouds: new MemoryCloudStore(database),
      outbox: new MemoryOutbox(database),
      sites: new SimulatedSites(sitesHere),
      objects,
      bouncePolicy: DEFAULT_BOUNCE_POLICY,
      replicate: () => oneStore(objects, clock),
      logger: loggerTo((fields, message) => this.logged(fence, fields, message)),
      restartSilence: () => sitesHere.forEach((site) => site.restartSilence()),
      background: () => undefined,
    };
    return this.tampering.leader?.(plain, this) ?? plain;
  }

  private objectsFor(process: Process): ObjectStore {
    const seam = (operation: string, key: string): Promise<void> | undefined => {
      const answer = (): undefined => {
        if (!this.storeAnswers) throw new ObjectStoreUnavailable('no answer');
        if (operation !== 'put') this.watcher.read(key);
        return undefined;
      };
      return this.baton.at(process, `${operation} ${key}`)?.then(answer) ?? answer();
    };
    return new MemoryObjectStore(seam, this.objects, () => this.time.nowMs());
  }

  private atDatabase(point: DatabaseFault['point'], tx: MemoryTransaction, what: string): Promise<void> | undefined {
    const answer = (): undefined => {
      const fault = this.databaseFault;
      if (fault?.point !== point) return undefined;
      fault.after -= 1;
      if (fault.after >= 0) return undefined;
      this.databaseFault = null;
      tx.abort();
      throw new DatabaseUnavailable(new Error(`the connection broke at a ${point}`));
    };
    const { owner } = tx;
    if (!(owner instanceof Process)) return answer();
    return this.baton.at(owner, what)?.then(answer) ?? answer();
  }

  private logged(fence: number, fields: Readonly<Record<string, unknown>>, message: string): void {
    this.onEvent?.(`      leader ${fence}: ${message}`);
    if (typeof fields['isolated'] === 'boolean') this.watcher.silences.isolation(fence, fields['isolated'], this.time.ms);
    const { error } = fields;
    if (error instanceof Error && !isExpected(error, fence === this.database.fence))
      this.watcher.fail('no mistakes', `${message}: ${error.stack ?? error.message}`);
  }

  private leadersAwake(): Leader[] {
    return [this.leader, this.stale].flatMap((leader) => (leader?.process.state === 'running' ? [leader] : []));
  }
}
