import type { Tx } from '@stead/platform/postgres';
import type { Lifecycles } from '../move-run';
import type { AttemptStore, RunStore } from '../ports';
import type { Attempt } from '../../domain/run';

/** Ends attempts by order of an operator: their runs begin again elsewhere, and what is left of them is swept like any orphan. */
export class GiveUp {
  constructor(
    private readonly runs: RunStore,
    private readonly attempts: AttemptStore,
    private readonly lifecycles: Lifecycles,
  ) {}

  /** Null where there is nothing to give up any more: the attempt is in none of these states. */
  async run(
    tx: Tx,
    { id, runId }: Pick<Attempt, 'id' | 'runId'>,
    states: readonly Attempt['state'][],
    why: string,
    now: Date,
  ): Promise<'requeued' | 'given-up' | null> {
    const run = await this.runs.lock(tx, runId);
    const attempt = await this.attempts.find(tx, id);
    if (run === null || attempt === null || !states.includes(attempt.state)) return null;
    const lost = await this.lifecycles.moveAttempt(tx, attempt, 'lose', { lostAt: now, finishedAt: now, message: why });
    if (lost === null) return null;
    if (run.epoch !== attempt.epoch) return 'given-up';
    const moved = await this.lifecycles.moveRun(tx, run, 'requeue', {
      ...{ cluster: null, lastReason: null, etaS: null },
      why: `Waits for another cluster: ${why}.`,
    });
    return moved === null ? 'given-up' : 'requeued';
  }
}
