import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { startEmbeddedPostgres } from './embedded-postgres';
import { isAlive, sight } from './processes';

describe('the embedded Postgres', () => {
  let folder: string;
  const start = (port?: number): ReturnType<typeof startEmbeddedPostgres> =>
    startEmbeddedPostgres({ folder, port, durable: false });

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'stead-postgres-'));
    chmodSync(folder, 0o755); // Postgres's own user has to pass through it
    const server = await start();
    await ask(server.url, 'CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)');
    await server.stop();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('keeps its data over a stop, and is warm in a moment', async () => {
    const startedMs = performance.now();
    const server = await start();
    const warmMs = performance.now() - startedMs;
    expect(await ask(server.url, 'SELECT n FROM kept')).toEqual([{ n: 7 }]);
    await server.stop();
    expect(isAlive(server.pid)).toBe(false);
    expect(warmMs).toBeLessThan(3_000); // 0.2 s on an idle machine
  });

  it('writes to the disk before it answers, unless told otherwise', async () => {
    const server = await startEmbeddedPostgres({ folder });
    expect(await ask(server.url, 'SHOW fsync')).toEqual([{ fsync: 'on' }]);
    await server.stop();
  });

  it('lets nobody in without the password, which its owner alone can read', async () => {
    const server = await start();
    const wrong = new URL(server.url);
    wrong.password = 'guess';
    await expect(ask(wrong.toString(), 'SELECT 1')).rejects.toThrow(/password authentication failed/);
    expect(statSync(join(folder, 'password')).mode & 0o777).toBe(0o600);
    await server.stop();
  });

  it('takes the port that is asked for, and another when somebody has it', async () => {
    const taken = createServer();
    const port = await new Promise<number>((resolve) => {
      taken.listen(0, '127.0.0.1', () => resolve((taken.address() as { port: number }).port)); // a TCP server's address
    });
    const server = await start(port);
    expect(server.port).not.toBe(port);
    await server.stop();
    await new Promise((resolve) => taken.close(resolve));
    const again = await start(port);
    expect(again.port).toBe(port);
    await again.stop();
  });

  it('stops the server that a killed parent has left behind, and starts over the same data', async () => {
    const left = await start();
    writeFileSync(join(folder, 'owner'), '4194999 1'); // the killed parent: no such process
    const server = await start();
    expect(server.notes.join()).toMatch(/left running/);
    expect(isAlive(left.pid)).toBe(false);
    expect(await ask(server.url, 'SELECT n FROM kept')).toEqual([{ n: 7 }]);
    await server.stop();
  });

  it('starts after the server itself was killed', async () => {
    const killed = await start();
    process.kill(killed.pid, 'SIGKILL');
    const server = await start();
    expect(await ask(server.url, 'SELECT n FROM kept')).toEqual([{ n: 7 }]);
    await server.stop();
  });

  it('is not stopped by a pid file whose number belongs to another program by now', async () => {
    const other = spawn('sleep', ['60']);
    writeFileSync(
      join(folder, 'data', 'postmaster.pid'),
      `${other.pid}\n${join(folder, 'data')}\n1\n5432\n\n127.0.0.1\n1\nready\n`,
    );
    const server = await start();
    expect(readFileSync(join(folder, 'data', 'postmaster.pid'), 'utf8').split('\n')[0]).toBe(String(server.pid));
    expect(other.exitCode).toBeNull();
    other.kill();
    await server.stop();
  });

  it('puts the data elsewhere, and says so, when it runs as a user who cannot enter the folder', async () => {
    const closed = mkdtempSync(join(tmpdir(), 'stead-postgres-closed-')); // 0700: of whoever runs this
    const server = await startEmbeddedPostgres({ folder: closed, durable: false });
    const elsewhere = /its data lies in (\S+)/.exec(server.notes.join())?.[1];
    // Only root hands Postgres to another user.
    expect(elsewhere !== undefined).toBe(process.getuid?.() === 0);
    const home = elsewhere ?? closed;
    expect(existsSync(join(home, 'data', 'PG_VERSION'))).toBe(true);
    await ask(server.url, 'CREATE TABLE kept (n int)');
    await server.stop();
    const again = await startEmbeddedPostgres({ folder: closed, durable: false });
    expect(await ask(again.url, 'SELECT n FROM kept')).toEqual([]);
    await again.stop();
    for (const path of [home, closed]) rmSync(path, { recursive: true, force: true });
  });

  it('leaves a folder alone on which another process is running', async () => {
    const other = spawn('sleep', ['60']);
    const pid = other.pid ?? 0;
    writeFileSync(join(folder, 'owner'), `${pid} ${sight(pid)?.startedAt}`);
    await expect(start()).rejects.toMatchObject({ failure: 'folder-in-use', message: expect.stringContaining(`process ${pid}`) });
    other.kill();
    rmSync(join(folder, 'owner'));
  });
});

async function ask(url: string, sql: string): Promise<object[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<object>(sql)).rows;
  } finally {
    await client.end();
  }
}
