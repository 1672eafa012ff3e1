import { Client, Pool, type PoolClient } from 'pg';
import { classify, isTransient } from './database-errors';

/** What can run a statement inside a transaction: ours, or Prisma's. */
export interface SqlExecutor {
  /** Returns the number of rows that the statement changed. */
  execute(sql: string, params: readonly unknown[]): Promise<number>;
}

export interface Tx extends SqlExecutor {
  query<T extends object>(sql: string, params: readonly unknown[]): Promise<T[]>;
  /** Exactly one row; anything else is a bug and throws. */
  one<T extends object>(sql: string, params: readonly unknown[]): Promise<T>;
  maybeOne<T extends object>(sql: string, params: readonly unknown[]): Promise<T | null>;
}

export interface ConnectOptions {
  url: string;
  applicationName: string;
  poolMax: number;
}

const IDLE_TIMEOUT_MS = 10_000;
const CONNECT_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 30_000;
const TRIES_MAX = 5;
const LISTEN_RETRY_MS = 500;

export function connect(options: ConnectOptions): Database {
  return new Database(options);
}

/**
 * A pool of connections as one role. Connections that break are thrown away and the next call opens a new one, so a restart
 * of Postgres costs the calls of that moment a `DatabaseUnavailable` and nothing more.
 */
export class Database {
  private readonly pool: Pool;

  constructor(private readonly options: ConnectOptions) {
    this.pool = new Pool({
      connectionString: options.url,
      application_name: options.applicationName,
      max: options.poolMax,
      idleTimeoutMillis: IDLE_TIMEOUT_MS,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      statement_timeout: STATEMENT_TIMEOUT_MS,
    });
    // Without a listener the death of an idle connection would end the process; the pool has already dropped it.
    this.pool.on('error', () => undefined);
  }

  async query<T extends object>(sql: string, params: readonly unknown[]): Promise<T[]> {
    return this.guard(async () => (await this.pool.query<T>(sql, [...params])).rows);
  }

  /** A statement that the server parses and plans once per connection: for hot paths. */
  async prepared<T extends object>(name: string, sql: string, params: readonly unknown[]): Promise<T[]> {
    return this.guard(async () => (await this.pool.query<T>({ name, text: sql, values: [...params] })).rows);
  }

  /** Repeats the work when the server gave up on it (deadlock, serialization failure): it must have no effect elsewhere. */
  async tx<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.transaction('BEGIN', work);
  }

  /** The same, seeing the rows of one workspace. The setting ends with the transaction, so it cannot leak to the next user. */
  async tenantTx<T>(workspaceId: string, work: (tx: Tx) => Promise<T>): Promise<T> {
    if (!/^[0-9a-f-]{36}$/i.test(workspaceId)) throw new Error('a workspace id is a UUID');
    return this.transaction(`BEGIN; SELECT set_config('app.workspace', '${workspaceId}', true)`, work);
  }

  /** Calls back for each NOTIFY on a channel. Notifications during a lost connection are lost: poll as well. */
  async listen(channel: string, onMessage: (payload: string) => void): Promise<() => Promise<void>> {
    let stopped = false;
    let client: Client | null = null;
    let timer: NodeJS.Timeout | null = null;

    const open = async (): Promise<void> => {
      const next = new Client({
        connectionString: this.options.url,
        application_name: `${this.options.applicationName}-listen`,
        keepAlive: true,
      });
      next.on('error', () => undefined); // 'end' follows
      next.on('end', () => {
        if (!stopped) timer = setTimeout(() => void open().catch(() => undefined), LISTEN_RETRY_MS);
      });
      next.on('notification', (message) => onMessage(message.payload ?? ''));
      await next.connect();
      await next.query(`LISTEN ${channel}`);
      client = next;
    };

    await this.guard(open);
    return async () => {
      stopped = true;
      if (timer !== null) clearTimeout(timer);
      await client?.end().catch(() => undefined); // it may be gone already
    };
  }

  async close(): Promise<void> {
    await this.pool.end();
  }

  private async transaction<T>(begin: string, work: (tx: Tx) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.guard(() => this.attempt(begin, work));
      } catch (error) {
        if (!isTransient(error) || attempt >= TRIES_MAX) throw error;
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 10 * 2 ** attempt));
      }
    }
  }

  private async attempt<T>(begin: string, work: (tx: Tx) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    let broken: Error | undefined;
    try {
      await client.query(begin);
      const result = await work(txOf(client));
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch((rollback: unknown) => {
        broken = rollback instanceof Error ? rollback : new Error(String(rollback));
      });
      throw error;
    } finally {
      client.release(broken);
    }
  }

  private async guard<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw classify(error);
    }
  }
}

function txOf(client: PoolClient): Tx {
  const query = async <T extends object>(sql: string, params: readonly unknown[]): Promise<T[]> =>
    (await client.query<T>(sql, [...params])).rows;
  return {
    query,
    execute: async (sql, params) => (await client.query(sql, [...params])).rowCount ?? 0,
    one: async <T extends object>(sql: string, params: readonly unknown[]) => {
      const rows = await query<T>(sql, params);
      const [row] = rows;
      if (row === undefined || rows.length > 1) throw new Error(`expected one row, got ${rows.length}`);
      return row;
    },
    maybeOne: async <T extends object>(sql: string, params: readonly unknown[]) => {
      const rows = await query<T>(sql, params);
      if (rows.length > 1) throw new Error(`expected at most one row, got ${rows.length}`);
      return rows[0] ?? null;
    },
  };
}
