import { assertFence, type Database, type Tx } from '@stead/platform/postgres';
import { TenantWork, UnitOfWork } from '../../application/ports';

/** What message handlers and the API write through: they change rows by compare-and-set and need no lease. */
export class PostgresTenantWork extends TenantWork {
  constructor(private readonly database: Database) {
    super();
  }

  tenant<T>(workspaceId: string, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.database.tenantTx(workspaceId, work);
  }
}

export const SCHEDULER_LEASE = 'dispatcher-scheduler';

/**
 * What the scheduler's leader writes through. Every transaction first proves that the lease is still this leader's, and keeps
 * others from taking the lease while it is open: one whose leader was paused or cut off in the middle is ended by Postgres after
 * `idleMaxMs`, or the next leader would have to wait for it.
 */
export class FencedUnitOfWork extends UnitOfWork {
  constructor(
    private readonly database: Database,
    private readonly fence: number,
    private readonly idleMaxMs: number,
  ) {
    super();
  }

  run<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.database.tx(async (tx) => {
      const idleMax = tx.execute(`SELECT set_config('idle_in_transaction_session_timeout', $1, true)`, [String(this.idleMaxMs)]);
      await Promise.all([idleMax, assertFence(tx, SCHEDULER_LEASE, this.fence)]); // in one round trip
      return work(tx);
    });
  }

  read<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.database.tx(work);
  }
}
