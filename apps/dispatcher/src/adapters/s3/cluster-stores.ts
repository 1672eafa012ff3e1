import type { Clock } from '@stead/platform/clock';
import { S3ObjectStore, type ObjectStoreConfig } from '@stead/platform/object-store';
import { NamedStore, Stores } from '../../application/replicate/stores';
import { PRIMARY_STORE } from '../../domain/replication';
import type { SiteConfig } from '../kube/site-config';

/** The stores that the configuration names: the primary one, and those that clusters have of their own. */
export class ClusterStores extends Stores {
  readonly primary: NamedStore;
  private readonly stores = new Map<string, NamedStore>();
  private readonly names = new Map<string, string>();
  private readonly prior = new Map<string, number>();
  private readonly opened: S3ObjectStore[] = [];

  constructor(
    primary: ObjectStoreConfig,
    sites: readonly SiteConfig[],
    own: ReadonlyMap<string, ObjectStoreConfig>,
    clock: Pick<Clock, 'monotonicMs'>,
  ) {
    super();
    this.primary = this.open(PRIMARY_STORE, primary, null, clock);
    const known = new Map([[placeOf(primary), PRIMARY_STORE]]);
    for (const { name, objectStore, bandwidthMbps } of sites) {
      const config = own.get(name);
      if (config === undefined) continue;
      // Two clusters may share a store of their own: it has the name of the first one.
      const store = known.get(placeOf(config)) ?? name;
      this.names.set(name, store);
      if (bandwidthMbps !== undefined && !this.prior.has(store)) this.prior.set(store, bandwidthMbps);
      if (this.stores.has(store)) continue;
      known.set(placeOf(config), store);
      const bandwidthMaxMbps = objectStore?.bandwidthMaxMbps;
      this.open(store, config, bandwidthMaxMbps === undefined ? null : (bandwidthMaxMbps * 1e6) / 8, clock);
    }
  }

  get several(): boolean {
    return this.stores.size > 1;
  }

  nameOf(cluster: string): string {
    return this.names.get(cluster) ?? PRIMARY_STORE;
  }

  all(): readonly NamedStore[] {
    return [...this.stores.values()];
  }

  get(name: string): NamedStore | null {
    return this.stores.get(name) ?? null;
  }

  priorMbps(name: string): number | null {
    return this.prior.get(name) ?? null;
  }

  close(): void {
    for (const store of this.opened) store.close();
  }

  private open(
    name: string,
    config: ObjectStoreConfig,
    bytesPerSMax: number | null,
    clock: Pick<Clock, 'monotonicMs'>,
  ): NamedStore {
    const objects = new S3ObjectStore(config);
    const store = new NamedStore(name, objects, bytesPerSMax, clock);
    this.opened.push(objects);
    this.stores.set(name, store);
    return store;
  }
}

/** What makes two configurations the same store. */
function placeOf({ endpoint, bucket }: ObjectStoreConfig): string {
  return `${endpoint.replace(/\/+$/, '')}/${bucket}`;
}
