import type { Redis } from 'ioredis';
import type { Database, Tx } from '@stead/platform/postgres';

/** Where a relay's turn can end, in their order. */
export const TURN_EDGES = ['before the pick', 'after the pick', 'after the send', 'after the mark', 'after the commit'] as const;
export type TurnEdge = (typeof TURN_EDGES)[number];

/** Ends a turn where it is told to, as a killed process does: the transaction that was open is gone, what Redis heard is not. */
export class CrashPoint {
  private armed: TurnEdge | null = null;

  arm(edge: TurnEdge): void {
    this.armed = edge;
  }

  get waits(): boolean {
    return this.armed !== null;
  }

  /** The same database, through which a relay meets its end. */
  in(database: Database): Database {
    const tx = async <T>(work: (tx: Tx) => Promise<T>): Promise<T> => {
      const result = await database.tx((open) => work(this.inTransaction(open)));
      this.pass('after the commit');
      return result;
    };
    return new Proxy(database, {
      get: (target, name) => (name === 'tx' ? tx : bound(target, name)),
    });
  }

  private inTransaction(open: Tx): Tx {
    return {
      notify: (channel, payload) => open.notify(channel, payload),
      one: (sql, params) => open.one(sql, params),
      maybeOne: (sql, params) => open.maybeOne(sql, params),
      query: async <T extends object>(sql: string, params: readonly unknown[]) => {
        this.pass('before the pick');
        const rows = await open.query<T>(sql, params);
        if (rows.length > 0) this.pass('after the pick');
        return rows;
      },
      execute: async (sql, params) => {
        this.pass('after the send'); // the mark is the one statement that follows the send
        const count = await open.execute(sql, params);
        this.pass('after the mark');
        return count;
      },
    };
  }

  private pass(edge: TurnEdge): void {
    if (this.armed !== edge) return;
    this.armed = null;
    throw new Error(`killed ${edge}`);
  }
}

/** The same Redis, on which the next acknowledgements are lost. */
export class LossyRedis {
  toLose = 0;

  in(redis: Redis): Redis {
    const publish = (channel: string, text: string): Promise<number> => {
      if (this.toLose === 0) return redis.publish(channel, text);
      this.toLose -= 1;
      return Promise.resolve(0);
    };
    return new Proxy(redis, { get: (target, name) => (name === 'publish' ? publish : bound(target, name)) });
  }
}

function bound(target: object, name: string | symbol): unknown {
  const value: unknown = Reflect.get(target, name);
  return typeof value === 'function' ? (value.bind(target) as unknown) : value;
}
