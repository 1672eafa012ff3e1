import { isKubeError } from '@stead/platform/kube';
import type { Orphan } from '@stead/platform/capacity';
import type { Clock } from '@stead/platform/clock';
import type { Logger } from '@stead/platform/logging';
import type { DispatchMetrics } from './dispatch-metrics';
import type { CloudFigures, CloudStore } from './machines';
import type { AttemptStore, Site, Sites, UnitOfWork } from './ports';

/** What is learned and shown of machines is written down this often, if it has changed. */
const SAVE_MS = 2_000;
/** A claim whose deletion was asked for is asked about again after this. */
const REAP_AGAIN_MS = 60_000;
const DELETE = 'delete on nodeclaims.karpenter.sh';

/**
 * Machines that come and go cost money whether or not they serve anybody. What a cluster shows of them is kept for people and
 * for the next leader; those that nobody needs any more are named, and ended where the operator wants that. Ending machines
 * is Karpenter's work: one that is left over is a sign that something keeps it from that, which somebody should know.
 */
export class MindMachines {
  private readonly saved = new Map<string, { text: string; atMs: number }>();
  private readonly known = new Set<string>();
  private readonly reapedAtMs = new Map<string, number>();
  /** Clusters that do not let us delete claims. */
  private readonly forbidden = new Set<string>();
  private readonly interruptions = new Map<string, number>();

  constructor(
    private readonly work: UnitOfWork,
    private readonly attempts: AttemptStore,
    private readonly clouds: CloudStore,
    private readonly sites: Sites,
    private readonly metrics: DispatchMetrics,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  async turn(): Promise<void> {
    // Pools that are gone must not stand there for ever.
    for (const gauge of [this.metrics.machines, this.metrics.poolDry]) gauge.reset();
    for (const site of this.sites.all()) {
      const seen = site.cloudFigures();
      if (seen === null) continue;
      // Old news is no reason to end anything, nor to wake anybody.
      const isFresh = site.health.state === 'ok' || site.health.state === 'half-open';
      if (isFresh) await this.mind(site, seen.orphans);
      const missing = this.forbidden.has(site.name) ? [...seen.missing, DELETE] : seen.missing;
      this.measure(site, seen);
      await this.save(site, { ...seen, missing });
    }
  }

  private async mind(site: Site, orphans: readonly Orphan[]): Promise<void> {
    for (const orphan of orphans) {
      const key = `${site.name} ${orphan.reason} ${orphan.claim?.uid ?? orphan.node ?? ''}`;
      if (!this.known.has(key)) this.logger.warn({ cluster: site.name, orphan }, 'a machine serves nobody and is still there');
      this.known.add(key);
    }
    if (!site.reapMachines) return;
    // A run that is on its way may be meant for the very machine that is idle now.
    const onTheWay = await this.work.read((tx) => this.attempts.inStates(tx, ['reserved', 'intent', 'created']));
    const isQuiet = onTheWay.every(({ cluster }) => cluster !== site.name);
    for (const { claim, reason } of orphans) {
      if (claim === null || reason === 'not-removed' || (reason === 'idle' && !isQuiet)) continue;
      await this.reap(site, claim);
    }
  }

  private async reap(site: Site, { name, uid }: { name: string; uid: string }): Promise<void> {
    const nowMs = this.clock.monotonicMs();
    if (nowMs - (this.reapedAtMs.get(uid) ?? -Infinity) < REAP_AGAIN_MS) return;
    this.reapedAtMs.set(uid, nowMs);
    try {
      const asked = await site.api.deleteNodeClaim(name, uid);
      this.forbidden.delete(site.name);
      if (!asked) return;
      this.metrics.machinesReaped.inc({ cluster: site.name });
      this.logger.warn({ cluster: site.name, claim: name }, 'an orphaned machine is ended');
    } catch (error) {
      if (isKubeError(error) && error.kind === 'forbidden') this.forbidden.add(site.name);
      this.logger.warn({ cluster: site.name, claim: name, error }, 'an orphaned machine was not ended');
    }
  }

  private measure(site: Site, { pools, orphans, boot, interruptions }: CloudFigures): void {
    const cluster = site.name;
    for (const pool of pools) {
      this.metrics.machines.set({ cluster, pool: pool.name, state: 'ready' }, pool.nodes);
      this.metrics.machines.set({ cluster, pool: pool.name, state: 'booting' }, pool.booting);
      this.metrics.poolDry.set({ cluster, pool: pool.name }, pool.supply === 'dry' ? 1 : 0);
    }
    for (const reason of ['idle', 'not-joined', 'not-removed', 'without-claim'] as const)
      this.metrics.orphanedMachines.set({ cluster, reason }, orphans.filter((orphan) => orphan.reason === reason).length);
    this.metrics.bootSeconds.set({ cluster, quantile: '0.5' }, boot.p50Ms / 1000);
    this.metrics.bootSeconds.set({ cluster, quantile: '0.9' }, boot.p90Ms / 1000);
    this.metrics.interruptions.inc({ cluster }, interruptions - (this.interruptions.get(cluster) ?? 0));
    this.interruptions.set(cluster, interruptions);
  }

  private async save(site: Site, figures: CloudFigures): Promise<void> {
    const nowMs = this.clock.monotonicMs();
    const before = this.saved.get(site.name);
    if (before !== undefined && nowMs - before.atMs < SAVE_MS) return;
    const learnt = site.learntCloud();
    const text = JSON.stringify([figures, learnt]);
    if (text === before?.text) return;
    await this.work.run((tx) => this.clouds.save(tx, site.name, figures, learnt));
    this.saved.set(site.name, { text, atMs: nowMs });
  }
}
