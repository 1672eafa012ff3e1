import {
  assumedShape,
  bootQuantileMs,
  bootingNodes,
  claimNews,
  idleSince,
  isGoing,
  launchableNodes,
  nodesNotCounted,
  orphanedMachines,
  poolOf,
  poolTrouble,
  shapesSeen,
  takes,
  withBoot,
  DEFAULT_ORPHAN_POLICY,
  DEFAULT_SUPPLY_POLICY,
  type BootQuantile,
  type BootSample,
  type BootableNode,
  type ClaimHistory,
  type ClaimNews,
  type CloudObjects,
  type NodeShape,
  type Orphan,
  type PodDemand,
  type Supply,
} from '@stead/platform/capacity';
import {
  CollectionCache,
  conditionOf,
  type ClusterClient,
  type NodeClaim,
  type NodePool,
  type OptionalWatch,
} from '@stead/platform/kube';
import type { Logger } from '@stead/platform/logging';
import type { CloudFigures, LearntCloud, PoolFigures } from '../../application/machines';
import { PoolSupplies } from './pool-supplies';
import type { WatchedConfig } from './site-config';

/** Machines that could still come are counted up to here: no cycle places more runs than that on nodes that are not there. */
const LAUNCHABLE_MAX = 100;
/** Claims are listed every half minute: a longer gap between two looks is one in which anything may have happened. */
const GAP_MAX_MS = 90_000;
/** A cluster that has not said whether it has pools counts as one without after this. */
const SETTLE_MS = 5_000;
/** A machine that takes this many times as long as nearly all is not waited for: it may never come, and holds its place meanwhile. */
const OVERDUE_FACTOR = 2;

export interface Bootable {
  /** Nodes that are no room of their own at present: they boot, or their machine is given back. */
  notCounted: ReadonlySet<string>;
  /** What could take pods later: machines on their way first, then those that nobody has asked for yet. */
  nodes: readonly BootableNode[];
  /** The same if every pool had machines to give: what the cluster could hold at all. */
  atBest: readonly BootableNode[];
}

export const NOTHING_BOOTS: Bootable = { notCounted: new Set(), nodes: [], atBest: [] };

type SiteObjects = Pick<CloudObjects, 'nodes' | 'pods'>;

/**
 * The machines of a cluster that come and go, as Karpenter's objects show them: what could still come, how long that takes,
 * whether the provider has any, and which of them nobody needs. Where a cluster has no such objects, or does not show them,
 * nothing is known here and the configuration stands.
 */
export class CloudNodes {
  private readonly pools: CollectionCache<NodePool>;
  private readonly claims: CollectionCache<NodeClaim>;
  private watches: OptionalWatch[] = [];
  private boots: readonly BootSample[] = [];
  private shapes = new Map<string, NodeShape>();
  private readonly supplies: PoolSupplies;
  private history: ClaimHistory | null = null;
  private lookedAtMs = -Infinity;
  private startedAtMs = Infinity;
  private idle: ReadonlyMap<string, number> = new Map();

  constructor(
    private readonly api: ClusterClient,
    private config: WatchedConfig,
    logger: Logger,
    private readonly events: { onChange(): void; onError(error: Error): void },
  ) {
    const policy = { ...DEFAULT_SUPPLY_POLICY, holdMs: config.dryHoldSeconds * 1000 };
    this.supplies = new PoolSupplies(policy, (change) => logger.warn({ cluster: config.name, ...change }, 'cloud supply'));
    this.pools = new CollectionCache(() => events.onChange());
    this.claims = new CollectionCache(() => {
      this.hear();
      events.onChange();
    });
  }

  /** What an earlier leader had learned. */
  remember({ boots, shapes, supplies }: LearntCloud): void {
    this.boots = boots;
    this.shapes = new Map(Object.entries(shapes));
    this.supplies.remember(supplies, performance.now(), Date.now());
  }

  learnt(): LearntCloud {
    const supplies = this.supplies.asData(performance.now(), Date.now());
    return { boots: this.boots, shapes: Object.fromEntries(this.shapes), supplies };
  }

  start(): void {
    this.startedAtMs = performance.now();
    const onError = (error: Error): void => this.events.onError(error);
    this.watches = [
      this.api.watchNodePools({
        onList: (items) => this.pools.replace(items),
        onEvent: (type, item) => this.pools.apply(type, item),
        onError,
      }),
      this.api.watchNodeClaims({
        onList: (items) => this.claims.replace(items),
        onEvent: (type, item) => this.claims.apply(type, item),
        onError,
      }),
    ];
  }

  async stop(): Promise<void> {
    await Promise.all(this.watches.map((watch) => watch.stop()));
  }

  /** What an operator has changed since. */
  reconfigure(config: WatchedConfig): void {
    this.config = config;
  }

  /** The cluster shows pools: what they say goes before the configured number of slots. */
  get known(): boolean {
    return this.usable().length > 0;
  }

  /** It has said whether it has pools, or has had the time to. */
  get settled(): boolean {
    const [pools] = this.watches;
    return pools !== undefined && (pools.presence.state !== 'unknown' || performance.now() - this.startedAtMs > SETTLE_MS);
  }

  get samples(): readonly BootSample[] {
    return this.boots;
  }

  get priorMs(): number {
    return this.config.bootSeconds * 1000;
  }

  bootMs(quantile: BootQuantile): number {
    return bootQuantileMs(this.boots, this.priorMs, quantile);
  }

  /** `runs`: what each kind of run asks for. */
  bootable({ nodes, pods }: SiteObjects, runs: readonly (readonly PodDemand[])[]): Bootable {
    const objects = { pools: this.usable(), claims: this.claims.values(), nodes, pods };
    for (const [pool, shape] of shapesSeen(objects)) this.shapes.set(pool, shape);
    const shapeOf = this.shapeFor(runs);
    const bounds = { withoutLimitMax: this.config.elasticSlots, nodesMax: LAUNCHABLE_MAX };
    const overdueMs = OVERDUE_FACTOR * this.bootMs('p90');
    const booting = bootingNodes(objects, shapeOf, Date.now()).filter(({ ageMs }) => ageMs <= overdueMs);
    const supplyOf = (pool: string, type: string | null): Supply => this.supplies.of(pool, type, performance.now());
    return {
      notCounted: nodesNotCounted(objects.claims),
      nodes: [...booting, ...launchableNodes(objects, shapeOf, supplyOf, bounds)],
      atBest: [...booting, ...launchableNodes(objects, shapeOf, () => this.supplies.usable, bounds)],
    };
  }

  /** Names of nodes whose machine is given back by its claim. */
  going(): string[] {
    return this.claims.values().flatMap((claim) => (isGoing(claim) ? (claim.status.nodeName ?? []) : []));
  }

  figures(
    objects: SiteObjects,
    bootable: Bootable,
    runs: readonly (readonly PodDemand[])[],
  ): Omit<CloudFigures, 'interruptions'> {
    const shapeOf = this.shapeFor(runs);
    return {
      pools: this.usable().map((pool) => this.poolFigures(pool, bootable, shapeOf(pool))),
      boot: { p50Ms: this.bootMs('p50'), p90Ms: this.bootMs('p90'), samples: this.boots.length },
      orphans: this.orphans(objects, runs),
      missing: this.watches.flatMap(({ presence }) => (presence.state === 'forbidden' ? [presence.missing] : [])),
    };
  }

  /** Where the operator names our pools, the others are somebody else's to fill. */
  private usable(): NodePool[] {
    const { nodePools } = this.config;
    return this.pools.values().filter(({ metadata }) => nodePools?.includes(metadata.name) ?? true);
  }

  private poolFigures(pool: NodePool, { nodes }: Bootable, shape: NodeShape): PoolFigures {
    const { name } = pool.metadata;
    const claims = this.claims.values().filter((claim) => poolOf(claim) === name && !isGoing(claim));
    const booted = claims.filter((claim) => conditionOf(claim, 'Initialized')?.status === 'True').length;
    const worst = this.supplies.worstOf(name, performance.now());
    return {
      name,
      supply: worst.state,
      dryForMs: worst.untilMs === null ? null : Math.max(0, Math.round(worst.untilMs - performance.now())),
      detail: worst.detail ?? poolTrouble(pool),
      nodes: booted,
      booting: claims.length - booted,
      launchable: nodes.filter((node) => node.pool === name && node.claim === null).length,
      shapeFrom: shape.from,
    };
  }

  private orphans(objects: SiteObjects, runs: readonly (readonly PodDemand[])[]): Orphan[] {
    const isOurs = this.ours(runs);
    const pools = this.pools.values().filter(isOurs);
    const machines = { ...objects, pools, claims: this.claims.values() };
    const nowMs = Date.now();
    this.idle = idleSince(this.idle, machines, nowMs);
    const policy = { ...DEFAULT_ORPHAN_POLICY, marginMs: this.config.orphanAfterSeconds * 1000 };
    return orphanedMachines(machines, this.idle, policy, nowMs);
  }

  /** Those that are named in the configuration, or else those that take a pod of ours. */
  private ours(runs: readonly (readonly PodDemand[])[]): (pool: NodePool) => boolean {
    const { nodePools } = this.config;
    if (nodePools !== undefined) return ({ metadata }) => nodePools.includes(metadata.name);
    const pods = runs.flat();
    return ({ metadata, spec: { template } }) =>
      pods.some((pod) =>
        takes(
          {
            labels: { ...template.metadata.labels, 'karpenter.sh/nodepool': metadata.name },
            taints: template.spec.taints ?? [],
            undecided: { requirements: template.spec.requirements, open: [] },
          },
          pod,
        ),
      );
  }

  private shapeFor(runs: readonly (readonly PodDemand[])[]): (pool: NodePool) => NodeShape {
    return (pool) => assumedShape(pool, this.shapes.get(pool.metadata.name), this.config.nodeShape, runs);
  }

  /** What the claims say that they did not say before. */
  private hear(): void {
    const nowMs = performance.now();
    const before = nowMs - this.lookedAtMs > GAP_MAX_MS ? null : this.history;
    this.lookedAtMs = nowMs;
    const { news, history } = claimNews(before, this.claims.values(), this.pools.values(), Date.now());
    this.history = history;
    for (const one of news) this.take(one);
  }

  private take(news: ClaimNews): void {
    if (news.kind === 'initialized') {
      this.boots = withBoot(this.boots, news);
      return;
    }
    this.supplies.take(news, performance.now());
  }
}
