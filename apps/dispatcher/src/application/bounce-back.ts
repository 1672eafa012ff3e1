import type { Clock } from '@stead/platform/clock';
import type { Logger } from '@stead/platform/logging';
import type { DispatchMetrics } from './dispatch-metrics';
import type { UnplacedPod } from './machines';
import { Overtaken, type Lifecycles } from './move-run';
import type { AttemptStore, RunStore, Site, Sites, UnitOfWork } from './ports';
import { wakeScheduler } from './wake';
import { bounceAfterMs, bounceExclusionMs, type BouncePolicy } from '../domain/bounce';
import type { Attempt } from '../domain/run';

/** Marks attempts that were taken back: how often a run was turned away by a cluster is counted by it. */
const SIGNATURE = 'bounced:unschedulable';

/**
 * Takes runs back from clusters that have no node for them after all: room was counted that others took, or that only seemed to
 * fit. The workflow is ended, and the run waits in our queue again, where it costs nobody anything and any cluster may take it;
 * that is no failure of its own and counts as none. A pod of a later step may wait for longer, and only leaves for a cluster
 * that is well. What starts no pod at all is `MindSilence`'s to notice.
 */
export class BounceBack {
  constructor(
    private readonly work: UnitOfWork,
    private readonly runs: RunStore,
    private readonly attempts: AttemptStore,
    private readonly sites: Sites,
    private readonly lifecycles: Lifecycles,
    private readonly policy: BouncePolicy,
    private readonly metrics: DispatchMetrics,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  async turn(): Promise<void> {
    for (const site of this.sites.all()) {
      if (site.health.state !== 'ok' && site.health.state !== 'half-open') continue;
      const unplaced = site.unplacedPods();
      if (unplaced.length === 0) continue;
      const live = await this.work.read((tx) => this.attempts.inStates(tx, ['created', 'running']));
      for (const attempt of live.filter(({ cluster }) => cluster === site.name)) {
        const pod = unplaced.find((one) => one.workflow === attempt.workflow && this.isTooLong(site, attempt, one));
        if (pod !== undefined) await this.takeBack(site, attempt, pod);
      }
    }
  }

  private isTooLong(site: Site, attempt: Attempt, { forMs, canBoot }: UnplacedPod): boolean {
    const hasRun = attempt.state === 'running';
    const elsewhere = this.sites.all().some((other) => other.name !== site.name && other.health.state === 'ok');
    if (hasRun && !elsewhere) return false;
    return forMs > bounceAfterMs({ hasRun, canBoot, bootP90Ms: site.bootP90Ms }, this.policy);
  }

  private async takeBack(site: Site, attempt: Attempt, { pod, forMs, detail }: UnplacedPod): Promise<void> {
    const message = `no node of ${site.name} has taken ${pod} for ${Math.round(forMs / 1000)} s: ${detail}`.slice(0, 500);
    try {
      if (!(await this.requeue(attempt, message))) return;
    } catch (error) {
      if (error instanceof Overtaken) return; // the next turn looks again
      throw error;
    }
    this.metrics.bounceBacks.inc({ cluster: site.name });
    this.logger.warn({ run: attempt.runId, epoch: attempt.epoch, cluster: site.name, message }, 'run taken back');
    try {
      // At once, so that its pod takes no room and starts no machine any more; the sweep sees it through.
      if (attempt.uid !== null) await site.api.patchShutdown(attempt.workflow, 'Terminate', attempt.uid);
    } catch (error) {
      this.logger.debug({ attempt: attempt.id, cluster: site.name, error }, 'workflow not ended yet');
    }
  }

  private requeue(attempt: Attempt, message: string): Promise<boolean> {
    return this.work.run(async (tx) => {
      const run = await this.runs.lock(tx, attempt.runId);
      const current = await this.attempts.find(tx, attempt.id);
      if (run === null || run.epoch !== attempt.epoch || current?.state !== attempt.state) return false; // it got further
      const now = this.clock.now();
      const change = { lostAt: now, finishedAt: now, message, signature: SIGNATURE };
      if ((await this.lifecycles.moveAttempt(tx, current, 'lose', change)) === null) return false;
      const earlier = (await this.attempts.ofRun(tx, run.id)).filter(
        (other) => other.id !== attempt.id && other.cluster === attempt.cluster && other.signature === SIGNATURE,
      ).length;
      const until = new Date(now.getTime() + bounceExclusionMs(earlier, this.policy)).toISOString();
      await this.lifecycles.moveRun(tx, run, 'requeue', {
        why: `Waits for room: ${message}.`.slice(0, 500),
        cluster: null,
        lastReason: null,
        etaS: null,
        excluded: { ...run.excluded, [attempt.cluster]: { until, reason: message } },
      });
      wakeScheduler(tx);
      return true;
    });
  }
}
