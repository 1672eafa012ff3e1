import { HOUSE, startOf } from '../../domain/budget';
import type { MemoryDatabase, SpendRecord } from '../in-memory/memory-database';
import type { MemoryTransaction } from '../in-memory/memory-transaction';
import type { Fail } from './violation';

/** Spent and set aside together never grow past the cap, and no cap is set below them. One of today says nothing of yesterday. */
export function checkSpending(tx: MemoryTransaction, { spends, budgets }: MemoryDatabase, now: Date, fail: Fail): void {
  for (const [key, spend] of spends.writtenBy(tx)) {
    if (spend === null) continue;
    const grows = usedOf(spend) > usedOf(spends.rows.get(key));
    const cap = budgets.get(tx, `${spend.scope} ${spend.period}`)?.capMicros ?? Infinity;
    if ((grows && usedOf(spend) > cap) || spend.reservedMicros < 0)
      fail('I6 within the budget', `${spend.scope} comes to ${usedOf(spend)} of ${cap} millionths`);
  }
  for (const budget of budgets.writtenBy(tx).values()) {
    if (budget === null) continue;
    const used = usedOf(spends.get(tx, `${budget.scope} ${budget.period} ${startOf(budget.period, now)}`));
    if (used > budget.capMicros) fail('I6 within the budget', `${budget.scope} is capped below the ${used} that it uses`);
  }
}

/** Every hold is settled, once, and the sums say the same. */
export function checkAccounts({ holds, spends }: MemoryDatabase, fail: Fail): void {
  const open = [...holds.rows.values()].filter((hold) => hold.settledMicros === null);
  if (open.length > 0) fail('I6 within the budget', `${open.length} holds are not settled`);
  const settled = [...holds.rows.values()].reduce((sum, hold) => sum + (hold.settledMicros ?? 0), 0);
  const days = [...spends.rows.values()].filter(({ scope, period }) => scope === HOUSE && period === 'day');
  const spent = days.reduce((sum, spend) => sum + spend.settledMicros, 0);
  const reserved = days.reduce((sum, spend) => sum + spend.reservedMicros, 0);
  if (spent !== settled || reserved !== 0)
    fail('I6 within the budget', `${settled} are settled, ${spent} charged and ${reserved} still set aside`);
}

function usedOf(spend: SpendRecord | null | undefined): number {
  return (spend?.reservedMicros ?? 0) + (spend?.settledMicros ?? 0);
}
