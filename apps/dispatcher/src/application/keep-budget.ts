import type { Logger } from '@stead/platform/logging';
import type { Tx } from '@stead/platform/postgres';
import type { GiveUpAttempt } from './give-up-attempt';
import type { AttemptStore, BudgetStore, UnitOfWork } from './ports';
import { nextStep, toMicros } from '../domain/budget';
import type { Attempt } from '../domain/run';

/**
 * The hard stop of a budget: an attempt that has used up what was set aside for it gets more while its budgets have more, and
 * is ended when they have not. What it finished is kept; the run goes on where nothing is charged.
 */
export class KeepBudget {
  /** Holds of live attempts, as of the last look: most looks need no query. */
  private readonly held = new Map<string, number>();

  constructor(
    private readonly work: UnitOfWork,
    private readonly attempts: AttemptStore,
    private readonly budgets: BudgetStore,
    private readonly giveUp: GiveUpAttempt,
    private readonly logger: Logger,
  ) {}

  /** `cost`: what the attempt has cost until now. */
  async spent(attempt: Attempt, gpuSeconds: number, cost: number): Promise<void> {
    const spentMicros = toMicros(cost);
    const isOver = await this.work.run(async (tx) => {
      // Kept with the attempt: what a cluster that is lost has cost is known as far as it was seen.
      await this.attempts.note(tx, attempt.id, { gpuSeconds, cost });
      return this.keep(tx, attempt, spentMicros);
    });
    if (!isOver) return;
    this.held.delete(attempt.id);
    this.logger.warn({ run: attempt.runId, epoch: attempt.epoch, cost }, 'attempt is stopped by its budget');
    await this.giveUp.giveUp(attempt, { message: 'the budget for the cloud is used up', exclude: true });
  }

  private async keep(tx: Tx, attempt: Attempt, spentMicros: number): Promise<boolean> {
    const known = this.held.get(attempt.id) ?? (await this.budgets.heldBy(tx, [attempt.id])).get(attempt.id);
    if (known === undefined) return false; // nothing is set aside at home
    this.held.set(attempt.id, known);
    const step = nextStep(spentMicros, known, false);
    if (step.kind !== 'extend') return false;
    if (await this.budgets.extend(tx, attempt.workspaceId, attempt.id, step.byMicros)) {
      this.held.set(attempt.id, known + step.byMicros);
      return false;
    }
    return nextStep(spentMicros, known, true).kind === 'stop';
  }
}
