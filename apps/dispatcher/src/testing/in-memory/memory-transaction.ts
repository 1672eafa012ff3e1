import { DatabaseUnavailable, LeaseLost, type Tx } from '@stead/platform/postgres';
import type { MemoryDatabase } from './memory-database';
import type { Holder } from './row-locks';
import type { Reader, Table, Written } from './table';

export interface TransactionOptions {
  /** The one workspace that it sees; null sees all. */
  workspaceId?: string | null;
  /** Whoever has the connection: when it dies, so do its transactions. */
  owner?: object | null;
}

/** What one transaction has changed and locked. Nobody else sees any of it before the commit. */
export class MemoryTransaction implements Tx, Reader, Holder {
  readonly workspaceId: string | null;
  readonly owner: object | null;
  waitsFor: Holder | null = null;
  /** When the server last heard of it, by the server's clock. */
  heardAtMs: number;
  /** The fence that was found to be the lease's. Nobody takes the lease before this transaction has ended. */
  fence: number | null = null;
  private readonly touched = new Set<Written>();
  private state: 'open' | 'ended' | 'aborted' = 'open';

  constructor(
    private readonly database: MemoryDatabase,
    { workspaceId = null, owner = null }: TransactionOptions,
  ) {
    this.workspaceId = workspaceId;
    this.owner = owner;
    this.heardAtMs = database.nowMs();
  }

  /** Begins a statement of the transaction that a store is given. */
  static async statementOf(tx: object, what: string): Promise<MemoryTransaction> {
    if (!(tx instanceof MemoryTransaction)) throw new Error('a store in memory was given the transaction of another database');
    await tx.statement(what);
    return tx;
  }

  async statement(what: string): Promise<void> {
    const others = this.database.seam.at('statement', this, what);
    if (others !== undefined) await others;
    this.assertOpen();
    this.heardAtMs = this.database.nowMs();
  }

  /** Waits until no other transaction holds the row, whether or not there is such a row yet. */
  async lock<Row extends object>(table: Table<Row>, key: string): Promise<void> {
    const others = this.database.locks.take(`${table.name} ${key}`, this);
    if (others !== undefined) await others;
    this.assertOpen();
  }

  /** Of a row that it has locked, or that nobody else can know of. */
  write<Row extends object>(table: Table<Row>, key: string, row: Row): void {
    this.touched.add(table);
    table.write(this, key, row);
  }

  remove<Row extends object>(table: Table<Row>, key: string): void {
    this.touched.add(table);
    table.remove(this, key);
  }

  async assertFence(fence: number): Promise<void> {
    await this.statement('lease');
    if (fence !== this.database.fence) throw new LeaseLost('in-memory', fence);
    this.fence = fence;
  }

  async commit(): Promise<void> {
    if (this.touched.size === 0) return this.end('ended');
    const before = this.database.seam.at('commit', this, 'commit');
    if (before !== undefined) await before;
    this.assertOpen();
    this.database.seam.committing?.(this);
    for (const table of this.touched) table.apply(this);
    this.end('ended');
    const after = this.database.seam.at('committed', this, 'committed');
    if (after !== undefined) await after;
  }

  /** What is left when the work is over, however it ended. */
  close(): void {
    if (this.state === 'open') this.end('ended');
  }

  /** The server gives it up: its connection is gone, or was silent for too long. */
  abort(): void {
    if (this.state === 'open') this.end('aborted');
  }

  execute(): Promise<number> {
    return Promise.reject(new NoSql());
  }

  query<T extends object>(): Promise<T[]> {
    return Promise.reject(new NoSql());
  }

  one<T extends object>(): Promise<T> {
    return Promise.reject(new NoSql());
  }

  maybeOne<T extends object>(): Promise<T | null> {
    return Promise.reject(new NoSql());
  }

  /** Nobody listens; a wake-up may always be lost. */
  notify(): void {
    this.assertOpen();
  }

  private assertOpen(): void {
    if (this.state === 'aborted') throw new DatabaseUnavailable(new Error('the server has given up the transaction'));
    if (this.state === 'ended') throw new Error('the transaction has ended; a statement came too late');
  }

  private end(state: 'ended' | 'aborted'): void {
    this.state = state;
    for (const table of this.touched) table.discard(this);
    this.database.ended(this);
  }
}

class NoSql extends Error {
  constructor() {
    super('there is no SQL in memory: only the stores beside it work on this transaction');
    this.name = 'NoSql';
  }
}
