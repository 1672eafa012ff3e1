import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres, type EmbeddedServer } from '@stead/platform/embedded';
import { freshDatabase, until, type FreshDatabase } from '@stead/testing/servers';
import { connect, type Database } from './database';
import { DatabaseUnavailable } from './database-errors';
import type { Tx } from './transaction';

describe('transactions', () => {
  let fresh: FreshDatabase;
  let database: Database;

  beforeAll(async () => {
    fresh = await freshDatabase({ contexts: [] });
    database = connect({ url: fresh.adminUrl, applicationName: 'spec', poolMax: 3 });
    await database.query('CREATE TABLE account (id int PRIMARY KEY, balance int NOT NULL)', []);
  });
  afterAll(async () => {
    await database.close();
    await fresh.drop();
  });
  beforeEach(async () => {
    await database.query('TRUNCATE account', []);
    await database.query('INSERT INTO account VALUES (1, 0), (2, 0)', []);
  });
  const balances = async (): Promise<number[]> =>
    (await database.query<{ balance: number }>('SELECT balance FROM account ORDER BY id', [])).map((row) => row.balance);
  const add = (tx: Tx, id: number): Promise<number> => tx.execute('UPDATE account SET balance = balance + 1 WHERE id = $1', [id]);

  it('keep all of their work or none of it', async () => {
    await expect(
      database.tx(async (tx) => {
        await add(tx, 1);
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    expect(await balances()).toEqual([0, 0]);
    expect(await database.tx((tx) => add(tx, 1))).toBe(1);
    expect(await balances()).toEqual([1, 0]);
  });

  it('are repeated when the server breaks a deadlock, so that both end well', async () => {
    let met = 0;
    const cross = (first: number, second: number): Promise<void> => {
      let tries = 0;
      return database.tx(async (tx) => {
        tries += 1;
        await add(tx, first);
        met += 1;
        if (tries === 1) await until('both hold their first row', () => met >= 2);
        await add(tx, second);
      });
    };
    await Promise.all([cross(1, 2), cross(2, 1)]);
    expect(await balances()).toEqual([2, 2]);
  });

  it('are repeated a bounded number of times, then fail with what the server said', async () => {
    let tries = 0;
    const hopeless = database.tx(async (tx) => {
      tries += 1;
      await tx.execute(`DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END $$`, []);
    });
    await expect(hopeless).rejects.toMatchObject({ code: '40001' });
    expect(tries).toBe(5);
  });

  it('are over for work that comes late: the connection may serve another workspace by then', async () => {
    let release: () => void = () => undefined;
    const late = new Promise<void>((resolve) => (release = resolve));
    let straggler: Promise<unknown> = Promise.resolve();
    const failing = database.tenantTx(randomUUID(), async (tx) => {
      straggler = late.then(() => add(tx, 1));
      throw new Error('the other half failed');
    });
    await expect(failing).rejects.toThrow('the other half failed');
    release();
    await expect(straggler).rejects.toThrow(/transaction has ended/);
    expect(await balances()).toEqual([0, 0]);
  });

  it('do not take an error of the work for one of the database', async () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    await expect(database.tx(() => Promise.reject(refused))).rejects.toBe(refused);
  });

  it('say so when a question that has one answer gets none or several', async () => {
    await expect(database.tx((tx) => tx.one('SELECT * FROM account', []))).rejects.toThrow('expected one row, got 2');
    await expect(database.tx((tx) => tx.one('SELECT * FROM account WHERE id = 9', []))).rejects.toThrow(
      'expected one row, got 0',
    );
    await expect(database.tx((tx) => tx.maybeOne('SELECT * FROM account WHERE id = 9', []))).resolves.toBeNull();
  });

  it('take no workspace that is not a UUID', async () => {
    await expect(database.tenantTx(`x', true); DROP TABLE account; --`, async () => undefined)).rejects.toThrow(/UUID/);
  });

  it('get their own answers, however many use a statement at once', async () => {
    const rows = await Promise.all(
      Array.from({ length: 50 }, (_, i) => database.query<{ n: number }>('SELECT $1::int AS n', [i])),
    );
    expect(rows.map(([row]) => row?.n)).toEqual(Array.from({ length: 50 }, (_, i) => i));
  });

  it('that come again are parsed once per connection', async () => {
    const single = connect({ url: fresh.adminUrl, applicationName: 'spec', poolMax: 1 });
    for (let i = 0; i < 10; i += 1) await single.query('SELECT $1::int AS n', [i]);
    const prepared = await single.query<{ uses: string }>(
      `SELECT generic_plans + custom_plans AS uses FROM pg_prepared_statements WHERE statement = $1`,
      ['SELECT $1::int AS n'],
    );
    expect(prepared).toEqual([{ uses: '8' }]);
    await single.close();
  });

  it('survive a migration that changes the columns of what they select', async () => {
    await database.query('CREATE TABLE migrated (a int)', []);
    const select = 'SELECT * FROM migrated WHERE $1::int IS NOT NULL';
    await database.query('INSERT INTO migrated VALUES (1)', []);
    for (let i = 0; i < 5; i += 1) expect(await database.query(select, [i])).toEqual([{ a: 1 }]);
    await database.query('ALTER TABLE migrated ADD COLUMN b int DEFAULT 2', []);
    expect(await database.query(select, [1])).toEqual([{ a: 1, b: 2 }]);
    for (let i = 0; i < 5; i += 1) expect(await database.tx((tx) => tx.query(select, [i]))).toEqual([{ a: 1, b: 2 }]);
    await database.query('ALTER TABLE migrated DROP COLUMN a', []);
    expect(await database.tx((tx) => tx.query(select, [1]))).toEqual([{ b: 2 }]);
    await database.query('DROP TABLE migrated', []);
  });
});

describe('a database that goes away', () => {
  let folder: string;
  let server: EmbeddedServer;
  let database: Database;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'stead-restart-'));
    chmodSync(folder, 0o755); // Postgres's own user has to pass through it
    server = await startEmbeddedPostgres({ folder, durable: false });
    database = connect({ url: server.url, applicationName: 'spec', poolMax: 4 });
  });
  afterAll(async () => {
    await database.close();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('costs the calls of that moment a DatabaseUnavailable, and the pool and its listeners come back by themselves', async () => {
    const heard: string[] = [];
    const stop = await database.listen('spec', (payload) => heard.push(payload));
    await Promise.all([1, 2, 3].map(() => database.query('SELECT pg_sleep(0.01)', []))); // idle connections in the pool
    let inTransaction: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => (inTransaction = resolve));
    let restart: () => void = () => undefined;
    const gone = new Promise<void>((resolve) => (restart = resolve));
    const cut = database.tx(async (tx) => {
      await tx.query('SELECT 1', []);
      inTransaction();
      await gone; // the connection dies between two statements
      await tx.query('SELECT 1', []);
    });
    const cutFails = expect(cut).rejects.toThrow(DatabaseUnavailable);
    const sleeping = expect(database.query('SELECT pg_sleep(20)', [])).rejects.toThrow(DatabaseUnavailable);
    await begun;
    const { port } = server;
    await server.stop();
    restart();
    await Promise.all([cutFails, sleeping]);
    await expect(database.query('SELECT 1', [])).rejects.toThrow(DatabaseUnavailable);
    server = await startEmbeddedPostgres({ folder, port, durable: false });
    expect(server.port).toBe(port);
    expect(await database.query('SELECT 1 AS n', [])).toEqual([{ n: 1 }]);
    await until('a notification arrives again', async () => {
      await database.query(`NOTIFY spec, 'hello'`, []);
      return heard.includes('hello');
    });
    await stop();
  });

  it('is what a start without a database is told', async () => {
    const nobody = connect({ url: 'postgres://x:y@127.0.0.1:1/z', applicationName: 'spec', poolMax: 1 });
    await expect(nobody.query('SELECT 1', [])).rejects.toThrow(DatabaseUnavailable);
    await expect(nobody.tx(async () => undefined)).rejects.toThrow(DatabaseUnavailable);
    await expect(nobody.listen('spec', () => undefined)).rejects.toThrow(DatabaseUnavailable);
    await nobody.close();
  });
});
