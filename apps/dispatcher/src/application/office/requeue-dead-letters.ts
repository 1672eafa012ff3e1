import type { RequeueManyBody, RequeuedManyView } from '@stead/contracts/dispatcher';
import type { Clock } from '@stead/platform/clock';
import { isAppError } from '@stead/platform/errors';
import type { Audit } from './audit';
import type { OfficeRunStore, OfficeWork, OperatorActor } from './ports';
import { latestStartOf } from './reprioritise';
import type { Lifecycles } from '../move-run';
import type { RunStore, StepStore } from '../ports';
import { wakeScheduler } from '../wake';
import { officeError } from '../../domain/office-errors';

/**
 * Takes runs out of the dead letters once what broke them was mended. The run goes on with its next epoch and takes over the steps
 * that had finished; its evidence stays, so the same failure once more brings it back at once.
 */
export class RequeueDeadLetters {
  constructor(
    private readonly work: OfficeWork,
    private readonly runs: RunStore,
    private readonly steps: StepStore,
    private readonly office: OfficeRunStore,
    private readonly lifecycles: Lifecycles,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  async one(actor: OperatorActor, runId: string, reason: string | undefined): Promise<void> {
    await this.work.run(async (tx) => {
      const run = await this.runs.lock(tx, runId);
      if (run === null) throw officeError['run-not-found'](`There is no run ${runId}`);
      if (run.state !== 'dead-letter') throw officeError['not-a-dead-letter'](`The run is ${run.state}`);
      if (await this.office.isPurged(tx, runId)) throw officeError['run-purged']('Its owner has deleted what it was for');
      // A deadline that has passed while it lay here would only make it rush.
      const deadline = run.deadline !== null && run.deadline <= this.clock.now() ? null : run.deadline;
      await this.lifecycles.moveRun(tx, run, 'revive', {
        ...{
          failure: null,
          result: null,
          finishedAt: null,
          verifyingEpoch: null,
          cluster: null,
          lastReason: null,
          notBefore: null,
        },
        ...{ requeues: 0, excluded: {}, etaS: null, deadline },
        latestStart: await latestStartOf(tx, this.steps, run, deadline),
        why: 'Waits: an operator has taken it out of the dead letters.',
      });
      await this.audit.write(tx, actor, {
        ...{ action: 'run.requeue', subject: runId, reason },
        before: { state: run.state, failure: run.failure, requeues: run.requeues, deadline: run.deadline },
        after: { state: 'queued', deadline },
      });
      wakeScheduler(tx, 'place');
    });
  }

  /** Each run for itself: one that cannot go back keeps no other from it. */
  async many(actor: OperatorActor, { filter, limit, dryRun, reason }: RequeueManyBody): Promise<RequeuedManyView> {
    const { workspaceId, pipeline, code } = filter;
    const before = filter.before === undefined ? undefined : new Date(filter.before);
    const found = await this.work.run((tx) =>
      this.office.deadLetters(tx, { workspaceId, pipeline, code, before }, null, limit + 1),
    );
    const chosen = found.slice(0, limit);
    const done: RequeuedManyView = { matched: chosen.length, requeued: 0, skipped: [], more: found.length > limit };
    if (dryRun) return done;
    for (const run of chosen) {
      try {
        await this.one(actor, run.id, reason);
        done.requeued += 1;
      } catch (error) {
        if (!isAppError(error)) throw error;
        done.skipped.push({ runId: run.id, code: error.code, detail: error.message });
      }
    }
    return done;
  }
}
