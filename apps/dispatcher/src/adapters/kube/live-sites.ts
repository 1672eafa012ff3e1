import type { ChangingSites } from '../../application/office/obey-wishes';
import type { Registration, SetFigures, Wish } from '../../application/office/ports';
import type { SecretBox } from '@stead/platform/secret-box';
import { Sites } from '../../application/ports';
import { figuresInForce } from '../../domain/cluster-figures';
import type { ClusterSite } from './cluster-site';
import { siteConfigSchema, type WatchedConfig } from './site-config';

interface Watched {
  site: ClusterSite;
  /** Of a registered cluster: what tells its credentials from earlier ones. */
  credentials: number | null;
}

/**
 * The clusters that a leader watches: those of the configuration for as long as it leads, and those that operators register, change
 * and remove meanwhile. Until `apply` was called once only the first are there, so nobody may ask before.
 */
export class LiveSites extends Sites implements ChangingSites {
  private readonly watched = new Map<string, Watched>();
  private begin: ((site: ClusterSite) => void) | null = null;

  constructor(
    private readonly configured: readonly WatchedConfig[],
    private readonly make: (config: WatchedConfig) => ClusterSite,
    private readonly secrets: SecretBox,
  ) {
    super();
    for (const config of configured) this.watched.set(config.name, { site: make(config), credentials: null });
  }

  all(): readonly ClusterSite[] {
    return [...this.watched.values()].map(({ site }) => site);
  }

  get(name: string): ClusterSite | null {
    return this.watched.get(name)?.site ?? null;
  }

  names(): string[] {
    return [...this.watched.keys()];
  }

  /** From here on each cluster that is there or comes is begun with. */
  start(begin: (site: ClusterSite) => void): void {
    this.begin = begin;
    for (const site of this.all()) begin(site);
  }

  async apply(
    registered: readonly Registration[],
    set: ReadonlyMap<string, SetFigures>,
    wishes: ReadonlyMap<string, Wish>,
  ): Promise<boolean> {
    const wanted = registered.filter(({ name }) => !this.configured.some((config) => config.name === name));
    const gone = [...this.watched].filter(
      ([name, { credentials }]) => credentials !== null && !wanted.some((registration) => registration.name === name),
    );
    const stops = gone.map(([name, { site }]) => {
      this.watched.delete(name);
      return site.stop();
    });
    for (const registration of wanted) {
      const there = this.watched.get(registration.name);
      if (there?.credentials === registration.credentials) {
        there.site.reprice({ ...registration, elasticSlotsMax: registration.elasticSlots });
        continue;
      }
      const site = this.make(configOf(registration, this.secrets));
      this.watched.set(registration.name, { site, credentials: registration.credentials });
      this.begin?.(site);
      if (there !== undefined) stops.push(there.site.stop());
    }
    for (const config of this.configured) {
      const figures = set.get(config.name)?.figures;
      const elasticSlotsMax = figures?.elasticSlots ?? config.elasticSlotsMax;
      this.get(config.name)?.reprice({ ...figuresInForce(config, figures), elasticSlotsMax });
    }
    for (const site of this.all()) site.cordoned = (wishes.get(site.name)?.wish ?? 'open') !== 'open';
    await Promise.all(stops);
    return gone.length > 0;
  }

  async stop(): Promise<void> {
    await Promise.all(this.all().map((site) => site.stop()));
  }
}

/** One whose kubeconfig cannot be opened is there all the same, and says so: its work is not taken for lost. */
export function configOf(registration: Registration, secrets: SecretBox): WatchedConfig {
  const { name, kind, namespace, pricePerGpuHour, elasticSlots, bootSeconds, instanceId } = registration;
  const label = `of the registered cluster ${name}`;
  return {
    ...siteConfigSchema.parse({
      ...{ name, kind, namespace, pricePerGpuHour, elasticSlots, bootSeconds, kubeconfig: label },
      ...(instanceId === null ? {} : { instanceId }),
    }),
    kubeconfig: { label, read: () => secrets.open(registration.kubeconfig, name) },
  };
}
