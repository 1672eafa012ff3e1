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

/** What the scheduler's leader writes through. Every transaction first proves that the lease is still this leader's. */
export class FencedUnitOfWork extends UnitOfWork {
  constructor(
    private readonly database: Database,
    private readonly fence: number,
  ) {
    super();
  }

  run<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.database.tx(async (tx) => {
      await assertFence(tx, SCHEDULER_LEASE, this.fence);
      return work(tx);
    });
  }

  read<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.database.tx(work);
  }
}
