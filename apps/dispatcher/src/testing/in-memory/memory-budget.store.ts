import { BudgetStore, type BudgetView, type NewHold } from '../../application/ports';
import { HOUSE, PERIODS, startOf, type Period } from '../../domain/budget';
import type { HoldRecord, MemoryDatabase, SpendRecord } from './memory-database';
import { MemoryTransaction } from './memory-transaction';

type Key = Pick<SpendRecord, 'scope' | 'period' | 'startsOn'>;
type Sums = Pick<SpendRecord, 'reservedMicros' | 'settledMicros' | 'overrunMicros'>;

const NOTHING: Sums = { reservedMicros: 0, settledMicros: 0, overrunMicros: 0 };

export class MemoryBudgetStore extends BudgetStore {
  constructor(private readonly database: MemoryDatabase) {
    super();
  }

  async left(handle: object, workspaceIds: readonly string[], at: Date): Promise<Map<string, number>> {
    const tx = await MemoryTransaction.statementOf(handle, 'budgets.left');
    const leftOf = (scope: string): number =>
      Math.min(...PERIODS.map((period) => this.room(tx, { scope, period, startsOn: startOf(period, at) })));
    const ofHouse = leftOf(HOUSE);
    const found = workspaceIds.map((id): [string, number] => [id, Math.max(0, Math.min(leftOf(id), ofHouse))]);
    return new Map(found.filter(([, left]) => left !== Infinity));
  }

  async reserve(handle: object, { workspaceId, attemptId, amountMicros, at }: NewHold): Promise<boolean> {
    const tx = await MemoryTransaction.statementOf(handle, 'budgets.reserve');
    const heldOn = startOf('day', at);
    if (!(await this.charge(tx, workspaceId, heldOn, { ...NOTHING, reservedMicros: amountMicros }))) return false;
    const { attempts, holds } = this.database;
    if (attempts.get(tx, attemptId)?.workspaceId !== workspaceId || holds.get(tx, attemptId) !== null)
      throw new Error('violates a constraint of "budget_hold"');
    tx.write(holds, attemptId, { workspaceId, attemptId, amountMicros, heldOn, settledMicros: null });
    return true;
  }

  async extend(handle: object, workspaceId: string, attemptId: string, byMicros: number): Promise<boolean> {
    const tx = await MemoryTransaction.statementOf(handle, 'budgets.extend');
    const hold = await this.hold(tx, workspaceId, attemptId);
    if (hold === null) return false;
    if (!(await this.charge(tx, workspaceId, hold.heldOn, { ...NOTHING, reservedMicros: byMicros }))) return false;
    tx.write(this.database.holds, attemptId, { ...hold, amountMicros: hold.amountMicros + byMicros });
    return true;
  }

  async settle(handle: object, workspaceId: string, attemptId: string, spentMicros: number): Promise<void> {
    const tx = await MemoryTransaction.statementOf(handle, 'budgets.settle');
    const hold = await this.hold(tx, workspaceId, attemptId);
    if (hold === null) return;
    const settledMicros = Math.min(spentMicros, hold.amountMicros);
    const sums = { reservedMicros: -hold.amountMicros, settledMicros, overrunMicros: spentMicros - settledMicros };
    await this.charge(tx, workspaceId, hold.heldOn, sums);
    tx.write(this.database.holds, attemptId, { ...hold, settledMicros });
  }

  async heldBy(handle: object, attemptIds: readonly string[]): Promise<Map<string, number>> {
    const tx = await MemoryTransaction.statementOf(handle, 'budgets.heldBy');
    return new Map(
      attemptIds.flatMap((id) => {
        const hold = this.database.holds.get(tx, id);
        return hold === null || hold.settledMicros !== null ? [] : [[id, hold.amountMicros] as const];
      }),
    );
  }

  async setCap(handle: object, scope: string, period: Period, capMicros: number | null, at: Date): Promise<BudgetView | null> {
    const { budgets } = this.database;
    const tx = await MemoryTransaction.statementOf(handle, 'budgets.setCap');
    const spend = await this.locked(tx, { scope, period, startsOn: startOf(period, at) });
    if (capMicros !== null && spend.reservedMicros + spend.settledMicros > capMicros) return null;
    const key = `${scope} ${period}`;
    await tx.lock(budgets, key);
    const revision = (budgets.get(tx, key)?.revision ?? 0) + 1;
    if (capMicros === null) tx.remove(budgets, key);
    else tx.write(budgets, key, { scope, period, capMicros, revision });
    return (await this.list(tx, at)).find((one) => one.scope === scope && one.period === period) ?? null;
  }

  async list(handle: object, at: Date): Promise<BudgetView[]> {
    const { budgets, spends } = this.database;
    const tx = await MemoryTransaction.statementOf(handle, 'budgets.list');
    const current = spends.all(tx).filter(({ period, startsOn }) => startsOn === startOf(period, at));
    const keys = new Map([...budgets.all(tx), ...current].map((row) => [`${row.scope} ${row.period}`, row]));
    return [...keys]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, { scope, period }]) => {
        const budget = budgets.get(tx, key);
        const { reservedMicros, settledMicros, overrunMicros } = spends.get(tx, `${key} ${startOf(period, at)}`) ?? NOTHING;
        const sums = { reservedMicros, settledMicros, overrunMicros };
        return { scope, period, capMicros: budget?.capMicros ?? null, ...sums, revision: budget?.revision ?? 0 };
      });
  }

  /** Adds to the four sums that an attempt counts in, under their locks; false, and nothing is added, when a cap would be passed. */
  private async charge(tx: MemoryTransaction, workspaceId: string, day: string, sums: Sums): Promise<boolean> {
    const rows: SpendRecord[] = [];
    for (const key of keysOf(workspaceId, day)) rows.push(await this.locked(tx, key));
    const isTooMuch = rows.some((row) => sums.reservedMicros > 0 && sums.reservedMicros > this.room(tx, row));
    if (isTooMuch) return false;
    for (const row of rows)
      tx.write(this.database.spends, keyOf(row), {
        ...row,
        reservedMicros: row.reservedMicros + sums.reservedMicros,
        settledMicros: row.settledMicros + sums.settledMicros,
        overrunMicros: row.overrunMicros + sums.overrunMicros,
      });
    return true;
  }

  private async locked(tx: MemoryTransaction, key: Key): Promise<SpendRecord> {
    const { spends } = this.database;
    await tx.lock(spends, keyOf(key));
    const there = spends.get(tx, keyOf(key));
    const row = there ?? { ...NOTHING, scope: key.scope, period: key.period, startsOn: key.startsOn };
    if (there === null) tx.write(spends, keyOf(key), row);
    return row;
  }

  private async hold(tx: MemoryTransaction, workspaceId: string, attemptId: string): Promise<HoldRecord | null> {
    const { holds } = this.database;
    const isOpen = (row: HoldRecord | null): boolean => row?.workspaceId === workspaceId && row.settledMicros === null;
    if (!isOpen(holds.get(tx, attemptId))) return null;
    await tx.lock(holds, attemptId);
    const row = holds.get(tx, attemptId);
    return isOpen(row) ? row : null;
  }

  private room(tx: MemoryTransaction, key: Key): number {
    const { budgets, spends } = this.database;
    const cap = budgets.get(tx, `${key.scope} ${key.period}`)?.capMicros ?? Infinity;
    const { reservedMicros, settledMicros } = spends.get(tx, keyOf(key)) ?? NOTHING;
    return cap - reservedMicros - settledMicros;
  }
}

function keyOf({ scope, period, startsOn }: Key): string {
  return `${scope} ${period} ${startsOn}`;
}

/** The workspace's and the house's sums of the day and of the month, in the order in which everybody locks them. */
function keysOf(workspaceId: string, day: string): Key[] {
  const at = new Date(`${day}T00:00:00Z`);
  return [workspaceId, HOUSE]
    .sort()
    .flatMap((scope) => PERIODS.map((period) => ({ scope, period, startsOn: startOf(period, at) })));
}
