import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PostgresReplicationStore } from '../adapters/postgres/replication.store';
import type { Replication } from '../domain/replication';
import { TestHouse, type HouseOptions } from './test-house';
import { TestStore } from './test-store';

export type TwoStoreOptions = Pick<HouseOptions, 'pipelines' | 'ownPipeline' | 'env'> & {
  clusters: readonly { name: string; kind: 'onprem' | 'cloud'; slots: number; own: boolean }[];
};

/** A house with two object stores: the primary one, and one that only the clusters marked `own` use. */
export class TwoStores {
  private constructor(
    private readonly folder: string,
    readonly primary: TestStore,
    readonly cloud: TestStore,
    readonly house: TestHouse,
  ) {}

  static async open({ clusters, ...options }: TwoStoreOptions): Promise<TwoStores> {
    const folder = mkdtempSync(join(tmpdir(), 'stead-stores-'));
    const [primary, cloud] = await Promise.all([TestStore.start('primary', folder), TestStore.start('cloud', folder)]);
    const sites = clusters.map(({ own, ...site }) => ({ ...site, ...(own ? { store: cloud } : {}) }));
    return new TwoStores(folder, primary, cloud, await TestHouse.open({ ...options, clusters: sites, primary }));
  }

  /** As the rows say, in the order in which they were planned. */
  replications(runId: string): Promise<Replication[]> {
    return this.house.worker.tx((tx) => new PostgresReplicationStore().ofRun(tx, runId));
  }

  async inputs(runId: string): Promise<Replication | null> {
    return (await this.replications(runId)).find((one) => one.what === 'inputs') ?? null;
  }

  async close(): Promise<void> {
    await this.house.close();
    await this.cloud.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
