import type { SqlExecutor } from '@stead/platform/postgres';
import { BudgetLocks } from '../../../application/office/ports';
import type { Period } from '../../../domain/budget';

export class PostgresBudgetLocks extends BudgetLocks {
  async take(tx: SqlExecutor, scope: string, period: Period): Promise<void> {
    await tx.execute(`SELECT pg_advisory_xact_lock(hashtextextended('budget ' || $1 || ' ' || $2, 0))`, [scope, period]);
  }
}
