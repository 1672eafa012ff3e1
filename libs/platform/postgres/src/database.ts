import { Pool, type PoolConfig } from 'pg';
import { classify, isOutdatedPlan, isTransient } from './database-errors';
import { listenOn } from './listen';
import { Notifier } from './notifier';
import { StatementNames } from './statement-names';
import { OpenTransaction, queryOf, type Tx } from './transaction';

export interface ConnectOptions {
  url: string;
  applicationName: string;
  poolMax: number;
}

const IDLE_TIMEOUT_MS = 10_000;
const CONNECT_TIMEOUT_MS = 5_000;
/** The server gives up on a statement; the client, a little later, on a server that says nothing any more. */
const STATEMENT_TIMEOUT_MS = 30_000;
const ANSWER_TIMEOUT_MS = 35_000;
/** A transaction whose owner hangs must not hold its locks for ever. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 60_000;
const TRIES_MAX = 5;
const RETRY_BASE_MS = 10;

export function connect(options: ConnectOptions): Database {
  return new Database(options);
}

/**
 * A pool of connections as one role. Connections that break are thrown away and the next call opens a new one, so a restart
 * of Postgres costs the calls of that moment a `DatabaseUnavailable` and nothing more.
 */
export class Database {
  private readonly pool: Pool;
  private readonly names = new StatementNames();
  private readonly notifier = new Notifier((sql, params) => this.query(sql, params));

  constructor(private readonly options: ConnectOptions) {
    const config: PoolConfig & { pipeline: boolean } = {
      pipeline: true, // statements that do not wait for one another share a round trip; the types do not know of it yet
      connectionString: options.url,
      application_name: options.applicationName,
      max: options.poolMax,
      keepAlive: true,
      idleTimeoutMillis: IDLE_TIMEOUT_MS,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      query_timeout: ANSWER_TIMEOUT_MS,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
    };
    this.pool = new Pool(config);
    // Without a listener the death of an idle connection would end the process; the pool has already dropped it.
    this.pool.on('error', () => undefined);
  }

  async query<T extends object>(sql: string, params: readonly unknown[]): Promise<T[]> {
    return guard(() => this.withCurrentPlans(async () => (await this.pool.query<T>(queryOf(this.names, sql, params))).rows));
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
    const { url, applicationName } = this.options;
    return guard(() => listenOn({ url, applicationName: `${applicationName}-listen`, channel, onMessage }));
  }

  async close(): Promise<void> {
    await this.notifier.close();
    await this.pool.end();
  }

  private async transaction<T>(begin: string, work: (tx: Tx) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.withCurrentPlans(() => this.attempt(begin, work));
      } catch (error) {
        if (!isTransient(error) || attempt >= TRIES_MAX) throw error;
        // A random wait: two that have locked each other out once would do it again in step.
        await new Promise((resolve) => setTimeout(resolve, Math.random() * RETRY_BASE_MS * 2 ** attempt));
      }
    }
  }

  /** Such a statement was refused before it did anything, and with it the transaction. */
  private async withCurrentPlans<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!isOutdatedPlan(error)) throw error;
      this.names.forget();
      return work();
    }
  }

  private async attempt<T>(begin: string, work: (tx: Tx) => Promise<T>): Promise<T> {
    const client = await guard(() => this.pool.connect());
    // The pool listens to idle connections only: the death of this one between two statements would end the process.
    const onError = (): void => undefined;
    client.on('error', onError);
    const tx = new OpenTransaction(client, this.names);
    let broken: Error | undefined;
    try {
      // Not awaited by itself: it travels with the first statement, which fails when it does.
      const begun = guard(() => client.query(begin));
      begun.catch(() => undefined);
      const result = await work(tx);
      tx.end();
      await begun;
      await guard(() => client.query('COMMIT'));
      this.notifier.add(tx.notifications);
      return result;
    } catch (error) {
      tx.end();
      await client.query('ROLLBACK').catch((cause: unknown) => {
        broken = new Error('the connection cannot be used again', { cause });
      });
      throw error;
    } finally {
      client.removeListener('error', onError);
      client.release(broken);
    }
  }
}

async function guard<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw classify(error);
  }
}
