import type { BudgetView, SetBudgetBody } from '@stead/contracts/dispatcher';
import type { Clock } from '@stead/platform/clock';
import type { Tx } from '@stead/platform/postgres';
import { requireMatch } from '@stead/platform/revision';
import type { Audit } from './audit';
import type { BudgetLocks, OfficeWork, OperatorActor } from './ports';
import type { BudgetStore, BudgetView as StoredBudget } from '../ports';
import { wakeScheduler } from '../wake';
import { HOUSE, MICROS, toMicros, type Period } from '../../domain/budget';
import { officeError } from '../../domain/office-errors';

type Scope = BudgetView['scope'];

/** What may be spent in clouds, by whom, in a day and in a month; and what is spent of it. */
export class BudgetsOffice {
  constructor(
    private readonly work: OfficeWork,
    private readonly budgets: BudgetStore,
    private readonly locks: BudgetLocks,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  /** Those with a cap, and those that something was spent of in this period; the house first. */
  async list(): Promise<BudgetView[]> {
    const rows = await this.work.run((tx) => this.budgets.list(tx, this.clock.now()));
    return rows.map(present);
  }

  /** A cap below what is spent and set aside already would be passed from its first moment on: it is refused. */
  async set(
    actor: OperatorActor,
    { scope, period }: { scope: Scope; period: Period },
    ifMatch: string | null,
    { cap, reason }: SetBudgetBody,
  ): Promise<BudgetView> {
    const id = scope === 'house' ? HOUSE : scope;
    return this.work.run(async (tx) => {
      const now = this.clock.now();
      await this.locks.take(tx, id, period);
      const before = await this.find(tx, id, period, now);
      requireMatch(ifMatch, before?.revision ?? 0);
      await this.budgets.setCap(tx, id, period, cap === null ? null : toMicros(cap), now);
      const after = await this.find(tx, id, period, now);
      if ((after?.capMicros ?? null) !== (cap === null ? null : toMicros(cap))) throw belowUse(after, cap);
      await this.audit.write(tx, actor, {
        ...{ action: 'budget.set', subject: `${scope}/${period}`, reason },
        before: before === null || before.capMicros === null ? null : { cap: before.capMicros / MICROS },
        after: { cap },
      });
      wakeScheduler(tx, 'place');
      return after === null ? nothingOf(scope, period) : present(after);
    });
  }

  private async find(tx: Tx, scope: string, period: Period, at: Date): Promise<StoredBudget | null> {
    return (await this.budgets.list(tx, at)).find((one) => one.scope === scope && one.period === period) ?? null;
  }
}

function belowUse(budget: StoredBudget | null, cap: number | null): Error {
  const [spent, reserved] = [(budget?.settledMicros ?? 0) / MICROS, (budget?.reservedMicros ?? 0) / MICROS];
  const least = (spent + reserved).toFixed(2);
  return officeError['budget-below-use'](
    `${spent.toFixed(2)} are spent and ${reserved.toFixed(2)} set aside for runs that are under way; set ${least} or more`,
    { errors: [{ pointer: '/cap', detail: `${cap ?? ''} is less than the ${least} that are used already` }] },
  );
}

function present({ scope, period, capMicros, reservedMicros, settledMicros, overrunMicros, revision }: StoredBudget): BudgetView {
  return {
    ...{ scope: scope === HOUSE ? 'house' : scope, period, revision },
    cap: capMicros === null ? null : capMicros / MICROS,
    reserved: reservedMicros / MICROS,
    spent: settledMicros / MICROS,
    overrun: overrunMicros / MICROS,
    left: capMicros === null ? null : Math.max(0, capMicros - reservedMicros - settledMicros) / MICROS,
  };
}

function nothingOf(scope: Scope, period: Period): BudgetView {
  return { ...{ scope, period, revision: 0, cap: null, left: null }, ...{ reserved: 0, spent: 0, overrun: 0 } };
}
