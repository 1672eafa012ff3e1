import type { Clock } from '@stead/platform/clock';
import type { Tx } from '@stead/platform/postgres';
import type { Lifecycles } from './move-run';
import type { RunStore, TenantWork } from './ports';
import { wakeScheduler } from './wake';
import { runError } from '../domain/errors';
import type { Run } from '../domain/run';
import { isFinal } from '../domain/run.machine';

/**
 * Ends a run because its owner wants it. The run is cancelled at once, whether or not its cluster can be told: from then on
 * nothing of it can be published, and the sweep ends what is left of it as soon as the cluster answers.
 */
export class CancelRun {
  constructor(
    private readonly work: TenantWork,
    private readonly runs: RunStore,
    private readonly lifecycles: Lifecycles,
    private readonly clock: Clock,
  ) {}

  /** By the run's owner, who learns when it is too late. */
  async ask(workspaceId: string, runId: string): Promise<Run> {
    return this.work.tenant(workspaceId, async (tx) => {
      const run = await this.runs.lock(tx, runId);
      if (run === null || run.workspaceId !== workspaceId) throw runError['run-not-found'](`This workspace has no run ${runId}`);
      if (run.state === 'cancelled') return run;
      if (isFinal(run.state)) throw runError['run-not-cancellable'](`The run is already ${run.state}`);
      return this.cancel(tx, run);
    });
  }

  /** By another service. A run that is over needs no cancelling. */
  async order(workspaceId: string, runId: string): Promise<void> {
    await this.work.tenant(workspaceId, async (tx) => {
      const run = await this.runs.lock(tx, runId);
      // Messages may overtake each other: the request is on its way, and this one comes again until it has arrived.
      if (run?.workspaceId !== workspaceId) throw runError['run-not-known-yet'](`Run ${runId} has not been requested yet`);
      if (!isFinal(run.state)) await this.cancel(tx, run);
    });
  }

  private async cancel(tx: Tx, run: Run): Promise<Run> {
    const now = this.clock.now();
    const failure = {
      kind: 'cancelled',
      code: 'cancelled',
      step: run.step,
      detail: 'The run was cancelled',
      advice: [],
    } as const;
    const moved = await this.lifecycles.moveRun(tx, run, 'cancel', {
      finishedAt: now,
      etaS: null,
      why: 'Cancelled by its owner.',
      failure: { ...failure, advice: [] },
    });
    await this.lifecycles.loseLive(tx, run.id, now, 'the run was cancelled');
    wakeScheduler(tx);
    return moved ?? run;
  }
}
