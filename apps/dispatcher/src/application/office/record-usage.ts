import type { Clock } from '@stead/platform/clock';
import type { InventoryStore, ObservedSite, OfficeRunStore, SnapshotStore, UsageSample, UsageStore } from './ports';
import type { UnitOfWork } from '../ports';
import type { Taken, TakeSnapshot } from '../take-snapshot';
import type { Policy } from '../../domain/policy';

/** One sample in so many seconds. */
export const SAMPLE_S = 10;
/** After a day one moment in five minutes is enough, and after a month none. */
const DENSE_MS = 86_400_000;
const SPARSE_STEP_S = 300;
const KEPT_MS = 31 * 86_400_000;
const THIN_BATCH = 5_000;
/** A longer queue looks no different. */
const QUEUE_COUNT_MAX = 100_000;

/** What only the leader sees, written down for the other processes and for later: nodes, GPUs, the queue's length. */
export class RecordUsage {
  private sampled = 0;
  /** Of all clusters, as of the last sample. */
  private health = '';

  constructor(
    private readonly work: UnitOfWork,
    private readonly sites: () => readonly ObservedSite[],
    private readonly snapshots: Pick<TakeSnapshot, 'take'>,
    private readonly office: OfficeRunStore,
    private readonly inventories: InventoryStore,
    private readonly live: SnapshotStore,
    private readonly usage: UsageStore,
    private readonly policy: Policy,
    private readonly clock: Clock,
  ) {}

  async turn(): Promise<void> {
    const now = this.clock.now();
    await this.work.run(async (tx) => {
      for (const site of this.sites()) {
        const inventory = site.inventory();
        if (inventory !== null) await this.inventories.save(tx, site.name, inventory, now);
      }
    });
    const moment = Math.floor(now.getTime() / 1000 / SAMPLE_S);
    const health = this.sites()
      .map((site) => `${site.name} ${site.health.state}`)
      .join();
    if (moment === this.sampled && health === this.health) return;
    // An outage may be over before the next moment.
    const at = moment === this.sampled ? now : new Date(moment * SAMPLE_S * 1000);
    this.sampled = moment;
    this.health = health;
    await this.sample(at, await this.snapshots.take());
  }

  /** True while there is more. */
  async thin(): Promise<boolean> {
    const nowMs = this.clock.now().getTime();
    const gone = await this.work.run(
      async (tx) =>
        (await this.usage.thin(tx, new Date(nowMs - DENSE_MS), SPARSE_STEP_S, THIN_BATCH)) +
        (await this.usage.forget(tx, new Date(nowMs - KEPT_MS), THIN_BATCH)),
    );
    return gone >= THIN_BATCH;
  }

  private async sample(at: Date, { at: takenAt, figures, snapshot }: Taken): Promise<void> {
    const inventories = new Map(this.sites().map((site) => [site.name, site.inventory()]));
    const samples = figures.map(({ site, figures: seen }): UsageSample => {
      const inventory = inventories.get(site.name) ?? null;
      return {
        cluster: site.name,
        kind: site.kind,
        health: seen.health,
        gpusTotal: inventory?.gpusTotal ?? null,
        gpusUsed: inventory?.gpusUsed ?? null,
        gpusWaiting: inventory?.gpusWaiting ?? null,
      };
    });
    await this.work.run(async (tx) => {
      await this.usage.insert(tx, at, samples, await this.office.openCounts(tx, QUEUE_COUNT_MAX));
      await this.live.save(tx, { at: takenAt, policy: this.policy, snapshot });
    });
  }
}
