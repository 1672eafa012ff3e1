import type { Database, Tx } from '@stead/platform/postgres';
import { OfficeWork } from '../../../application/office/ports';

/** With the worker's role, which sees every workspace; row-level security closes the back office's tables to the other one. */
export class PostgresOfficeWork extends OfficeWork {
  constructor(private readonly worker: Database) {
    super();
  }

  run<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.worker.tx(work);
  }
}
