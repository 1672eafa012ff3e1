import { requestsByStep, type Resources } from '@stead/platform/capacity';
import type { Clock } from '@stead/platform/clock';
import type { MetadataObject } from '@stead/platform/kube';
import { UnplacedPods } from '../../adapters/kube/unplaced-pods';
import type { LearntCloud, UnplacedPod } from '../../application/machines';
import { Sites, type Hold, type RunKind, type Site, type SiteFigures } from '../../application/ports';
import { listenedMs, type Health, type HealthMemory } from '../../domain/health';
import { MODEL_TEMPLATE, figuresOf, unprovenOf, type Seen } from './figures';
import type { SimulatedApi } from './simulated-api';
import type { SimulatedCluster } from './simulated-cluster';
import { SimulatedProbe } from './simulated-probe';
import type { SimulatedTime } from './simulated-time';

/** As `watchCollection` does. */
const RELIST_MS = 30_000;
const REQUESTS = requestsByStep(MODEL_TEMPLATE);

export interface SiteListener {
  workflow(cluster: string, workflow: MetadataObject): void;
  /** A probe was answered. */
  answer(cluster: string): void;
}

/** One leader's view of one cluster: what `ClusterSite` is over a network, with the same health of the domain. */
export class SimulatedSite implements Site {
  readonly instanceId = undefined;
  readonly reapMachines = false;
  readonly probe: SimulatedProbe;
  /** When it was last known to be gone, or to take no work, by the one time. */
  untrustedAtMs = -Infinity;
  private readonly unplaced = new UnplacedPods();
  private seen: Seen | null = null;
  private seenVersion = -1;
  private watchedVersion = 0;
  private listedAtMs = -Infinity;

  constructor(
    readonly cluster: SimulatedCluster,
    readonly api: SimulatedApi,
    private readonly clock: Clock,
    private readonly time: SimulatedTime,
    private readonly on: SiteListener,
  ) {
    this.probe = new SimulatedProbe(cluster, clock);
    api.onSubmitted = (error) => this.probe.submitted(error);
  }

  get bootP90Ms(): number {
    return 2 * this.bootMs;
  }

  get health(): Health {
    return this.probe.health;
  }

  get memory(): HealthMemory {
    return this.probe.memory;
  }

  get name(): string {
    return this.cluster.name;
  }

  get kind(): Site['kind'] {
    return this.cluster.shape.kind;
  }

  get pricePerGpuHour(): number {
    return this.cluster.shape.pricePerGpuHour;
  }

  get hearsWorkflows(): boolean {
    return this.cluster.reach === 'well' && this.listedAtMs > -Infinity;
  }

  get bootMs(): number {
    return this.cluster.shape.elasticSlots > 0 ? this.cluster.shape.bootMs : 0;
  }

  start(memory: HealthMemory | null): void {
    this.probe.start(memory);
  }

  /** A look at the clock, while its process runs. */
  tick(): void {
    const isAnswered = this.probe.tick();
    const { state } = this.health;
    if (state === 'open' || state === 'degraded') this.untrustedAtMs = this.time.ms;
    if (isAnswered) this.on.answer(this.name);
    if (this.cluster.reach === 'well') this.look(this.clock.monotonicMs());
    else this.listedAtMs = -Infinity; // the watches broke, and begin with a list
  }

  /** What its watch has to tell: at first, after a silence and now and then everything, in between what has changed. */
  watch(): void {
    if (this.cluster.reach !== 'well') return;
    this.probe.sawWorkflows();
    const nowMs = this.clock.monotonicMs();
    const isList = nowMs - this.listedAtMs >= RELIST_MS;
    if (isList) this.listedAtMs = nowMs;
    for (const workflow of this.cluster.workflows.values()) {
      if (isList || workflow.version > this.watchedVersion) this.on.workflow(this.name, { metadata: workflow.metadata() });
    }
    this.watchedVersion = this.cluster.version;
  }

  stepRequests(): Readonly<Record<string, Resources>> | null {
    return this.seen === null ? null : REQUESTS;
  }

  canGrow(): boolean {
    return false;
  }

  observe(_asked: readonly RunKind[], holds: readonly Hold[]): SiteFigures {
    this.probe.trialsThere(unprovenOf(holds));
    return figuresOf(this.cluster.shape, this.health, this.seen, holds, this.clock.monotonicMs());
  }

  /** Nodes go down with whatever is on them here: no run is told from its neighbours. */
  nodeDeaths(): [] {
    return [];
  }

  swept(): void {
    this.probe.swept();
  }

  proved(): void {
    this.probe.proved();
  }

  refusedTrial(detail: string): void {
    this.probe.refusedTrial(detail);
  }

  restartSilence(): void {
    this.probe.restartSilence();
  }

  unplacedPods(): readonly UnplacedPod[] {
    // Nodes that could come for a pod have come at once.
    return this.unplaced.look(this.seen?.pods ?? [], listenedMs(this.health), () => false);
  }

  wasTakenBack(): boolean {
    return false;
  }

  cloudFigures(): null {
    return null;
  }

  learntCloud(): LearntCloud {
    throw new Error('no machines come and go here');
  }

  private look(atMs: number): void {
    const { cluster, seen } = this;
    const isSame = seen !== null && this.seenVersion === cluster.version;
    const { nodes, pods } = isSame ? seen : { nodes: cluster.nodes(), pods: cluster.podObjects() };
    this.seen = { nodes, pods, wallMs: this.time.wallMs(), atMs };
    this.seenVersion = cluster.version;
  }
}

export class SimulatedSites extends Sites {
  constructor(private readonly sites: readonly SimulatedSite[]) {
    super();
  }

  all(): readonly SimulatedSite[] {
    return this.sites;
  }

  get(name: string): Site | null {
    return this.sites.find((site) => site.name === name) ?? null;
  }
}
