import type { Clock } from '@stead/platform/clock';
import type { Logger } from '@stead/platform/logging';
import type { Lifecycles } from './move-run';
import type { AttemptStore, RunStore, UnitOfWork } from './ports';
import { wakeScheduler } from './wake';
import type { Policy } from '../domain/policy';
import type { Attempt } from '../domain/run';

export interface GivenUp {
  /** What people read: "onprem has not answered for 70 s". */
  message: string;
  /** The run is to go elsewhere although the cluster answers. */
  exclude: boolean;
}

/** Ends an attempt whose workflow may still be alive: the run goes on without it, and the sweep ends what is left of it. */
export class GiveUpAttempt {
  constructor(
    private readonly work: UnitOfWork,
    private readonly runs: RunStore,
    private readonly attempts: AttemptStore,
    private readonly lifecycles: Lifecycles,
    private readonly policy: Policy,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  async giveUp(attempt: Attempt, { message, exclude }: GivenUp): Promise<void> {
    const now = this.clock.now();
    const until = new Date(now.getTime() + this.policy.exclusionMs).toISOString();
    const moved = await this.work.run(async (tx) => {
      const run = await this.runs.lock(tx, attempt.runId);
      const current = await this.attempts.find(tx, attempt.id);
      if (run === null || current === null) return null;
      // It got further since it was judged: what was only promised then may run now, and what was stuck may have begun.
      if (current.state !== attempt.state) return null;
      const lost = await this.lifecycles.moveAttempt(tx, current, 'lose', { lostAt: now, finishedAt: now, message });
      if (lost === null) return null;
      if (run.epoch === attempt.epoch) {
        const excluded = exclude ? { ...run.excluded, [attempt.cluster]: { until, reason: message } } : run.excluded;
        await this.lifecycles.moveRun(tx, run, 'requeue', {
          excluded,
          cluster: null,
          lastReason: null,
          etaS: null,
          why: `Waits for another cluster: ${message}.`,
        });
      }
      wakeScheduler(tx);
      return lost;
    });
    if (moved === null) return;
    this.logger.warn(
      { run: attempt.runId, epoch: attempt.epoch, cluster: attempt.cluster, state: moved.state, message },
      'attempt given up',
    );
  }
}
