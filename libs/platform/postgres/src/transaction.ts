import type { PoolClient, QueryConfig, QueryResult } from 'pg';
import { classify } from './database-errors';
import type { StatementNames } from './statement-names';

/** What can run a statement inside a transaction: ours, or Prisma's. */
export interface SqlExecutor {
  /** Returns the number of rows that the statement changed. */
  execute(sql: string, params: readonly unknown[]): Promise<number>;
  /**
   * NOTIFY once the transaction has committed, and not as a part of it: that would make every such commit wait for the one
   * before it. It is lost when the process ends in between, as it is when a listener reconnects: listeners poll as well.
   */
  notify(channel: string, payload: string): void;
}

export interface Notification {
  channel: string;
  payload: string;
}

export interface Tx extends SqlExecutor {
  query<T extends object>(sql: string, params: readonly unknown[]): Promise<T[]>;
  /** Exactly one row; anything else is a bug and throws. */
  one<T extends object>(sql: string, params: readonly unknown[]): Promise<T>;
  maybeOne<T extends object>(sql: string, params: readonly unknown[]): Promise<T | null>;
}

/**
 * A transaction's statements go to its connection until it ends, and never after: the connection then belongs to somebody
 * else, perhaps to another tenant. Work that was not awaited (`Promise.all` of which one has failed) would get there.
 */
export class OpenTransaction implements Tx {
  private open = true;
  readonly notifications: Notification[] = [];

  constructor(
    private readonly client: PoolClient,
    private readonly names: StatementNames,
  ) {}

  end(): void {
    this.open = false;
  }

  notify(channel: string, payload: string): void {
    this.notifications.push({ channel, payload });
  }

  async execute(sql: string, params: readonly unknown[]): Promise<number> {
    return (await this.run(sql, params)).rowCount ?? 0;
  }

  async query<T extends object>(sql: string, params: readonly unknown[]): Promise<T[]> {
    return (await this.run<T>(sql, params)).rows;
  }

  async one<T extends object>(sql: string, params: readonly unknown[]): Promise<T> {
    const rows = await this.query<T>(sql, params);
    const [row] = rows;
    if (row === undefined || rows.length > 1) throw new Error(`expected one row, got ${rows.length}`);
    return row;
  }

  async maybeOne<T extends object>(sql: string, params: readonly unknown[]): Promise<T | null> {
    const rows = await this.query<T>(sql, params);
    if (rows.length > 1) throw new Error(`expected at most one row, got ${rows.length}`);
    return rows[0] ?? null;
  }

  private async run<T extends object>(sql: string, params: readonly unknown[]): Promise<QueryResult<T>> {
    if (!this.open) throw new Error('the transaction has ended; a statement came too late');
    try {
      return await this.client.query<T>(queryOf(this.names, sql, params));
    } catch (error) {
      throw classify(error);
    }
  }
}

/** Without parameters it may be several statements in one, which cannot be prepared. */
export function queryOf(names: StatementNames, sql: string, params: readonly unknown[]): QueryConfig {
  const name = params.length === 0 ? undefined : names.nameOf(sql);
  return { text: sql, values: [...params], ...(name === undefined ? {} : { name }) };
}
