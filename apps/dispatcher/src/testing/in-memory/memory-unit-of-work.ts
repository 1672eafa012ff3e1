import type { Tx } from '@stead/platform/postgres';
import { TenantWork, UnitOfWork } from '../../application/ports';
import type { MemoryDatabase } from './memory-database';

/** What a leader in memory writes through. `owner` is the process whose connections these are. */
export class MemoryUnitOfWork extends UnitOfWork {
  constructor(
    private readonly database: MemoryDatabase,
    private readonly fence: number,
    private readonly owner: object | null = null,
  ) {
    super();
  }

  run<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.database.transaction({ owner: this.owner }, async (tx) => {
      await tx.assertFence(this.fence);
      return work(tx);
    });
  }

  read<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.database.transaction({ owner: this.owner }, work);
  }
}

export class MemoryTenantWork extends TenantWork {
  constructor(
    private readonly database: MemoryDatabase,
    private readonly owner: object | null = null,
  ) {
    super();
  }

  tenant<T>(workspaceId: string, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.database.transaction({ owner: this.owner, workspaceId }, work);
  }
}
