import type { ClusterWish, PlatformClusterDetailView, PlatformClusterView } from '@stead/contracts/dispatcher';
import type { Clock } from '@stead/platform/clock';
import type { Tx } from '@stead/platform/postgres';
import { notFound, type KnownClusters } from './known-clusters';
import type {
  ConfiguredCluster,
  FiguresStore,
  Inventory,
  InventoryStore,
  OfficeRunStore,
  OfficeWork,
  Registration,
  RegistrationStore,
  SetFigures,
  Wish,
  WishStore,
} from './ports';
import type { ClusterRow, ClusterStore } from '../ports';
import { figuresInForce, figuresOf } from '../../domain/cluster-figures';

const ORPHANS_SHOWN_MAX = 100;

/** Everything that is known of a cluster: what it is, what is wanted of it, and what the leader sees of it. */
export class ReadClusters {
  constructor(
    private readonly work: OfficeWork,
    private readonly registrations: RegistrationStore,
    private readonly figures: FiguresStore,
    private readonly wishes: WishStore,
    private readonly inventories: InventoryStore,
    private readonly clusters: ClusterStore,
    private readonly office: OfficeRunStore,
    private readonly known: KnownClusters,
    private readonly clock: Clock,
  ) {}

  async list(): Promise<PlatformClusterView[]> {
    const all = await this.work.run((tx) => this.read(tx));
    return all.map(({ view }) => view);
  }

  async get(name: string): Promise<PlatformClusterDetailView> {
    return this.work.run(async (tx) => {
      const found = (await this.read(tx)).find(({ view }) => view.name === name);
      if (found === undefined) throw notFound(name);
      const { view, inventory } = found;
      const orphans = view.orphans === 0 ? [] : await this.office.attemptsOn(tx, name, ['lost'], ORPHANS_SHOWN_MAX);
      return {
        ...view,
        nodes: [...(inventory?.nodes ?? [])],
        nodesLeftOut: inventory?.nodesLeftOut ?? 0,
        orphanAttempts: orphans.map(({ runId, epoch, workflow, lostAt }) => ({
          ...{ runId, epoch, workflow },
          lostAt: lostAt?.toISOString() ?? null,
        })),
        observedAt: inventory?.observedAt ?? null,
      };
    });
  }

  private async read(tx: Tx): Promise<{ view: PlatformClusterView; inventory: Inventory | null }[]> {
    const registered = (await this.registrations.list(tx)).filter(({ name }) => !this.known.isConfigured(name));
    const rows = new Map((await this.clusters.list(tx)).map((row) => [row.name, row]));
    const wishes = new Map((await this.wishes.list(tx)).map((wish) => [wish.name, wish]));
    const inventories = await this.inventories.list(tx);
    const set = new Map((await this.figures.list(tx)).map((one) => [one.name, one]));
    const configured = this.known.configured.map((cluster) => ofConfiguration(cluster, set.get(cluster.name)));
    const counts = new Map((await this.office.attemptCounts(tx)).map((count) => [count.cluster, count]));
    const nowMs = this.clock.now().getTime();
    return [...configured, ...registered.map(described)].map((cluster) => {
      const inventory = inventories.get(cluster.name) ?? null;
      const { live = 0, lost = 0 } = counts.get(cluster.name) ?? {};
      const view = {
        ...cluster,
        ...wishOf(wishes.get(cluster.name), live),
        ...seenOf(rows.get(cluster.name), nowMs),
        swept: inventory?.swept ?? null,
        gpusTotal: inventory?.gpusTotal ?? null,
        gpusUsed: inventory?.gpusUsed ?? null,
        gpusWaiting: inventory?.gpusWaiting ?? null,
        inFlight: live,
        orphans: lost,
      };
      return { view, inventory };
    });
  }
}

type Described = Pick<
  PlatformClusterView,
  | 'name'
  | 'kind'
  | 'source'
  | 'revision'
  | 'server'
  | 'namespace'
  | 'instanceId'
  | 'pricePerGpuHour'
  | 'elasticSlots'
  | 'bootSeconds'
  | 'configured'
>;

function ofConfiguration(cluster: ConfiguredCluster, set: SetFigures | undefined): Described {
  const { name, kind, namespace, instanceId = null } = cluster;
  const isSet = Object.values(set?.figures ?? {}).some((value) => value !== null);
  return {
    ...{ name, kind, namespace, instanceId, source: 'configuration', server: null },
    ...figuresInForce(cluster, set?.figures),
    configured: isSet ? figuresOf(cluster) : null,
    revision: set?.revision ?? 0,
  };
}

/** Nothing of its kubeconfig but the address. */
export function described(registration: Registration): Described {
  const { name, kind, server, namespace, instanceId, pricePerGpuHour, elasticSlots, bootSeconds, revision } = registration;
  return {
    ...{ name, kind, server, namespace, instanceId, pricePerGpuHour, elasticSlots, bootSeconds, revision },
    ...{ source: 'registered', configured: null },
  };
}

function wishOf(
  wish: Wish | undefined,
  live: number,
): Pick<PlatformClusterView, 'wish' | 'wishReason' | 'wishedBy' | 'wishedAt'> {
  const told: ClusterWish = wish?.wish === 'draining' && live === 0 ? 'drained' : (wish?.wish ?? 'open');
  return {
    wish: told,
    wishReason: wish?.reason ?? null,
    wishedBy: wish?.wishedBy ?? null,
    wishedAt: wish?.wishedAt.toISOString() ?? null,
  };
}

function seenOf(
  row: ClusterRow | undefined,
  nowMs: number,
): Pick<PlatformClusterView, 'health' | 'healthDetail' | 'unreachableSince' | 'heartbeatAgeS' | 'slotsFree' | 'slotsTotal'> {
  const observedAt = row?.observedAt ?? null;
  return {
    health: row?.health ?? 'unknown',
    healthDetail: row?.detail ?? null,
    unreachableSince: row?.unreachableSince?.toISOString() ?? null,
    heartbeatAgeS: observedAt === null ? null : Math.max(0, Math.round((nowMs - observedAt.getTime()) / 1000)),
    slotsFree: row?.slotsFree ?? null,
    slotsTotal: row?.slotsTotal ?? null,
  };
}
