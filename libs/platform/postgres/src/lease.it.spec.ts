import { randomUUID } from 'node:crypto';
import { freshDatabase, until, type FreshDatabase } from '@stead/testing/servers';
import { connect, type Database } from './database';
import { LeaseLost, assertFence, release, renew, tryAcquire } from './lease';
import { LeaseKeeper } from './lease-keeper';

describe('a lease in Postgres', () => {
  let fresh: FreshDatabase;
  let database: Database;
  let name: string;
  /** The server's clock moved past the end of the lease, which is all that a paused holder differs by. */
  const expire = (): Promise<object[]> =>
    database.query(`UPDATE platform.lease SET expires_at = now() - interval '1 second' WHERE name = $1`, [name]);

  beforeAll(async () => {
    fresh = await freshDatabase({ contexts: ['space_maps'] });
    database = connect({ url: fresh.workerUrl('space_maps'), applicationName: 'lease-spec', poolMax: 4 });
  });
  afterAll(async () => {
    await database.close();
    await fresh.drop();
  });
  beforeEach(() => {
    name = `spec.${randomUUID()}`;
  });

  it('has one holder however many ask at once', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => tryAcquire(database, name, `replica-${i}`, 60_000)));
    expect(answers.filter((lease) => lease !== null)).toEqual([{ fence: 1 }]);
  });

  it('gives each new holder a higher fence, after a release and after an expiry', async () => {
    expect(await tryAcquire(database, name, 'a', 60_000)).toEqual({ fence: 1 });
    await release(database, name, 'a', 1);
    expect(await tryAcquire(database, name, 'b', 60_000)).toEqual({ fence: 2 });
    await expire();
    expect(await tryAcquire(database, name, 'a', 60_000)).toEqual({ fence: 3 });
  });

  it('is not renewed or released by who has lost it', async () => {
    await tryAcquire(database, name, 'a', 60_000);
    await expire();
    expect(await renew(database, name, 'a', 1, 60_000)).toBe(false);
    await tryAcquire(database, name, 'b', 60_000);
    await release(database, name, 'a', 1);
    expect(await renew(database, name, 'b', 2, 60_000)).toBe(true);
  });

  it('refuses the write of a holder that was paused while another took over', async () => {
    await tryAcquire(database, name, 'paused', 60_000);
    await expire();
    await tryAcquire(database, name, 'next', 60_000);
    const stale = database.tx(async (tx) => {
      await tx.execute(`INSERT INTO space_maps.effect (message_id, step) VALUES ($1, $2)`, [randomUUID(), name]);
      await assertFence(tx, name, 1);
    });
    await expect(stale).rejects.toThrow(LeaseLost);
    expect(await database.query('SELECT 1 FROM space_maps.effect WHERE step = $1', [name])).toEqual([]);
    await database.tx((tx) => assertFence(tx, name, 2));
  });

  it('makes a takeover wait for the transaction that has checked its fence', async () => {
    await tryAcquire(database, name, 'a', 60_000);
    await expire();
    const order: string[] = [];
    let takeover: Promise<unknown> = Promise.resolve();
    await database.tx(async (tx) => {
      await assertFence(tx, name, 1);
      takeover = tryAcquire(database, name, 'b', 60_000).then(() => order.push('takeover'));
      await until('the takeover waits for a lock', async () => {
        const waiting = await database.query(
          `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%platform.lease%'`,
          [],
        );
        return waiting.length > 0;
      });
      order.push('commit');
    });
    await takeover;
    expect(order).toEqual(['commit', 'takeover']);
  });

  it('keeps a leader in office, and lets the next one in when it stops', async () => {
    const log: string[] = [];
    const keeper = (holder: string): { stop: AbortController; done: Promise<void> } => {
      const stop = new AbortController();
      const onGained = (fence: number): void => void log.push(`${holder} ${fence}`);
      const onLost = (): void => void log.push(`${holder} lost`);
      const onError = (error: unknown): never => {
        throw error;
      };
      return { stop, done: new LeaseKeeper({ database, name, holder, ttlMs: 300, onGained, onLost, onError }).run(stop.signal) };
    };
    const first = keeper('first');
    await until('the first leads', () => log.length === 1);
    const second = keeper('second');
    const { expires_at: before } = await currentLease();
    await until('the lease was renewed three times its length', async () => {
      return (await currentLease()).expires_at.getTime() - before.getTime() > 900;
    });
    expect(log).toEqual(['first 1']);
    first.stop.abort();
    await first.done;
    await until('the second leads', () => log.length === 3);
    expect(log).toEqual(['first 1', 'first lost', 'second 2']);
    second.stop.abort();
    await second.done;
  });

  it('tells a leader that lost the lease, through its signal too, and wants the lease again', async () => {
    const stop = new AbortController();
    const gained: { fence: number; lost: AbortSignal }[] = [];
    const keeper = new LeaseKeeper({
      database,
      name,
      holder: 'a',
      ttlMs: 300,
      onGained: (fence, lost) => void gained.push({ fence, lost }),
      onLost: () => undefined,
      onError: () => undefined,
    });
    const done = keeper.run(stop.signal);
    await until('it leads', () => gained.length === 1);
    await database.query(`UPDATE platform.lease SET holder = 'thief', fence = fence + 1, expires_at = now() WHERE name = $1`, [
      name,
    ]);
    await until('it leads again', () => gained.length === 2);
    expect(gained.map(({ fence, lost }) => [fence, lost.aborted])).toEqual([
      [1, true],
      [3, false],
    ]);
    stop.abort();
    await done;
    expect(keeper.fence).toBeNull();
  });

  async function currentLease(): Promise<{ expires_at: Date }> {
    const [row] = await database.query<{ expires_at: Date }>('SELECT expires_at FROM platform.lease WHERE name = $1', [name]);
    if (row === undefined) throw new Error(`no lease ${name}`);
    return row;
  }
});
