import type { SqlExecutor, Tx } from '@stead/platform/postgres';
import { BudgetStore, type BudgetView, type NewHold } from '../../application/ports';
import { HOUSE, PERIODS, startOf, type Period } from '../../domain/budget';

interface SpendRow {
  scope: string;
  period: Period;
  cap: number | null;
  used: number;
}

/**
 * Reserved and settled money of a period never passes its cap: whoever changes either locks the period's rows first, always in
 * the order of scope and period, and a cap is changed under the same locks.
 */
export class PostgresBudgetStore extends BudgetStore {
  async left(tx: Tx, workspaceIds: readonly string[], at: Date): Promise<Map<string, number>> {
    const rows = await tx.query<{ scope: string; left: number }>(
      `SELECT b.scope, min(b.cap_micros - coalesce(s.reserved_micros + s.settled_micros, 0))::float8 AS left
       FROM dispatcher.budget b LEFT JOIN dispatcher.budget_spend s ON s.scope = b.scope AND s.period = b.period
         AND s.starts_on = CASE b.period WHEN 'day' THEN $2::date ELSE $3::date END
       WHERE b.scope = ANY($1::uuid[]) GROUP BY b.scope`,
      [[...workspaceIds, HOUSE], startOf('day', at), startOf('month', at)],
    );
    const byScope = new Map(rows.map(({ scope, left }) => [scope, left]));
    const ofHouse = byScope.get(HOUSE) ?? Infinity;
    const found = workspaceIds.map((id): [string, number] => [id, Math.max(0, Math.min(byScope.get(id) ?? Infinity, ofHouse))]);
    return new Map(found.filter(([, left]) => left !== Infinity));
  }

  async reserve(tx: Tx, { workspaceId, attemptId, amountMicros, at }: NewHold): Promise<boolean> {
    const rows = await this.lock(tx, workspaceId, startOf('day', at));
    if (rows.some(({ cap, used }) => cap !== null && used + amountMicros > cap)) return false;
    await this.add(tx, workspaceId, startOf('day', at), { reserved: amountMicros, settled: 0, overrun: 0 });
    await tx.execute(
      `INSERT INTO dispatcher.budget_hold (workspace_id, attempt_id, amount_micros, held_on) VALUES ($1::uuid, $2::uuid, $3, $4::date)`,
      [workspaceId, attemptId, amountMicros, startOf('day', at)],
    );
    return true;
  }

  async extend(tx: Tx, workspaceId: string, attemptId: string, byMicros: number): Promise<boolean> {
    const hold = await this.hold(tx, workspaceId, attemptId);
    if (hold === null) return false;
    const rows = await this.lock(tx, workspaceId, hold.heldOn);
    if (rows.some(({ cap, used }) => cap !== null && used + byMicros > cap)) return false;
    await this.add(tx, workspaceId, hold.heldOn, { reserved: byMicros, settled: 0, overrun: 0 });
    await tx.execute(
      `UPDATE dispatcher.budget_hold SET amount_micros = amount_micros + $3 WHERE workspace_id = $1::uuid AND attempt_id = $2::uuid`,
      [workspaceId, attemptId, byMicros],
    );
    return true;
  }

  async settle(tx: Tx, workspaceId: string, attemptId: string, spentMicros: number): Promise<void> {
    const hold = await this.hold(tx, workspaceId, attemptId);
    if (hold === null) return;
    await this.lock(tx, workspaceId, hold.heldOn);
    const settled = Math.min(spentMicros, hold.amountMicros);
    await this.add(tx, workspaceId, hold.heldOn, { reserved: -hold.amountMicros, settled, overrun: spentMicros - settled });
    await tx.execute(
      `UPDATE dispatcher.budget_hold SET settled_micros = $3 WHERE workspace_id = $1::uuid AND attempt_id = $2::uuid`,
      [workspaceId, attemptId, settled],
    );
  }

  async heldBy(tx: Tx, attemptIds: readonly string[]): Promise<Map<string, number>> {
    const rows = await tx.query<{ id: string; amount: number }>(
      `SELECT attempt_id AS id, amount_micros::float8 AS amount FROM dispatcher.budget_hold
       WHERE attempt_id = ANY($1::uuid[]) AND settled_micros IS NULL`,
      [attemptIds],
    );
    return new Map(rows.map(({ id, amount }) => [id, amount]));
  }

  async setCap(tx: Tx, scope: string, period: Period, capMicros: number | null, at: Date): Promise<BudgetView | null> {
    const [row] = await this.lockRows(tx, [{ scope, period, startsOn: startOf(period, at) }]);
    if (row === undefined) throw new Error(`no spend row of ${scope} for ${period}`);
    if (capMicros !== null && row.used > capMicros) return null;
    if (capMicros === null)
      await tx.execute(`DELETE FROM dispatcher.budget WHERE scope = $1::uuid AND period = $2`, [scope, period]);
    else
      await tx.execute(
        `INSERT INTO dispatcher.budget (scope, period, cap_micros, revision, updated_at) VALUES ($1::uuid, $2, $3, 1, $4)
         ON CONFLICT (scope, period) DO UPDATE SET cap_micros = excluded.cap_micros, revision = dispatcher.budget.revision + 1,
           updated_at = excluded.updated_at`,
        [scope, period, capMicros, at],
      );
    return (await this.list(tx, at)).find((one) => one.scope === scope && one.period === period) ?? null;
  }

  async list(tx: Tx, at: Date): Promise<BudgetView[]> {
    return tx.query<BudgetView>(
      `SELECT coalesce(b.scope, s.scope) AS scope, coalesce(b.period, s.period) AS period, b.cap_micros::float8 AS "capMicros",
         coalesce(s.reserved_micros, 0)::float8 AS "reservedMicros", coalesce(s.settled_micros, 0)::float8 AS "settledMicros",
         coalesce(s.overrun_micros, 0)::float8 AS "overrunMicros", coalesce(b.revision, 0) AS revision
       FROM dispatcher.budget b FULL JOIN (SELECT * FROM dispatcher.budget_spend
         WHERE starts_on = CASE period WHEN 'day' THEN $1::date ELSE $2::date END) s USING (scope, period)
       ORDER BY 1, 2 LIMIT 10000`,
      [startOf('day', at), startOf('month', at)],
    );
  }

  private async hold(tx: Tx, workspaceId: string, attemptId: string): Promise<{ amountMicros: number; heldOn: string } | null> {
    return tx.maybeOne<{ amountMicros: number; heldOn: string }>(
      `SELECT amount_micros::float8 AS "amountMicros", held_on::text AS "heldOn" FROM dispatcher.budget_hold
       WHERE workspace_id = $1::uuid AND attempt_id = $2::uuid AND settled_micros IS NULL FOR UPDATE`,
      [workspaceId, attemptId],
    );
  }

  private lock(tx: Tx, workspaceId: string, day: string): Promise<SpendRow[]> {
    return this.lockRows(tx, keysOf(workspaceId, day));
  }

  private async lockRows(tx: Tx, keys: readonly SpendKey[]): Promise<SpendRow[]> {
    const columns = [keys.map((key) => key.scope), keys.map((key) => key.period), keys.map((key) => key.startsOn)];
    await tx.execute(
      `INSERT INTO dispatcher.budget_spend (scope, period, starts_on, reserved_micros, settled_micros, overrun_micros)
       SELECT scope, period, starts_on, 0, 0, 0 FROM unnest($1::uuid[], $2::text[], $3::date[]) AS k(scope, period, starts_on)
       ORDER BY scope, period ON CONFLICT DO NOTHING`,
      columns,
    );
    await tx.query(
      `SELECT 1 FROM dispatcher.budget_spend s JOIN unnest($1::uuid[], $2::text[], $3::date[]) AS k(scope, period, starts_on)
         USING (scope, period, starts_on) ORDER BY s.scope, s.period FOR UPDATE OF s`,
      columns,
    );
    // Caps are read under the locks, by a statement of their own: what was committed while it waited is seen.
    return tx.query<SpendRow>(
      `SELECT s.scope, s.period, b.cap_micros::float8 AS cap, (s.reserved_micros + s.settled_micros)::float8 AS used
       FROM dispatcher.budget_spend s JOIN unnest($1::uuid[], $2::text[], $3::date[]) AS k(scope, period, starts_on)
         USING (scope, period, starts_on) LEFT JOIN dispatcher.budget b ON b.scope = s.scope AND b.period = s.period`,
      columns,
    );
  }

  private async add(
    tx: SqlExecutor,
    workspaceId: string,
    day: string,
    { reserved, settled, overrun }: { reserved: number; settled: number; overrun: number },
  ): Promise<void> {
    const keys = keysOf(workspaceId, day);
    await tx.execute(
      `UPDATE dispatcher.budget_spend s SET reserved_micros = reserved_micros + $4, settled_micros = settled_micros + $5,
         overrun_micros = overrun_micros + $6
       FROM unnest($1::uuid[], $2::text[], $3::date[]) AS k(scope, period, starts_on)
       WHERE s.scope = k.scope AND s.period = k.period AND s.starts_on = k.starts_on`,
      [
        ...[keys.map((key) => key.scope), keys.map((key) => key.period), keys.map((key) => key.startsOn)],
        reserved,
        settled,
        overrun,
      ],
    );
  }
}

interface SpendKey {
  scope: string;
  period: Period;
  startsOn: string;
}

/** The four sums that an attempt counts in: its workspace's and the house's, of the day and of the month. */
function keysOf(workspaceId: string, day: string): SpendKey[] {
  const at = new Date(`${day}T00:00:00Z`);
  return [workspaceId, HOUSE].flatMap((scope) => PERIODS.map((period) => ({ scope, period, startsOn: startOf(period, at) })));
}
