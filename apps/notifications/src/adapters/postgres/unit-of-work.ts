import type { Database, Tx } from '@stead/platform/postgres';
import { UnitOfWork } from '../../application/ports';

export class PostgresUnitOfWork extends UnitOfWork {
  constructor(private readonly database: Database) {
    super();
  }

  tenant<T>(workspaceId: string, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.database.tenantTx(workspaceId, work);
  }

  all<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.database.tx(work);
  }
}
