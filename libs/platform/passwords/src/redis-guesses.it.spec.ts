import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { createLogger } from '@stead/platform/logging';
import { freePort } from '@stead/platform/embedded';
import { freshRedis, until, type FreshRedis } from '@stead/testing/servers';
import { RedisGuesses } from './redis-guesses';

const WINDOW_S = 15 * 60;
const logger = createLogger({ service: 'spec', level: 'silent' });

describe('guesses, here at passwords of accounts,', () => {
  let server: FreshRedis;
  let redis: Redis;
  let replicas: RedisGuesses[];

  beforeAll(async () => {
    server = await freshRedis();
    redis = new Redis(server.url);
    replicas = [new RedisGuesses(redis, logger, 'sign-in'), new RedisGuesses(redis, logger, 'sign-in')];
    await until('both replicas count', async () => {
      for (const replica of replicas) await replica.take('probe', 'probe');
      return (await redis.get('stead:sign-in:address:probe')) === '2' ? true : void (await server.flush());
    });
  });
  beforeEach(() => server.flush());
  afterAll(() => {
    for (const replica of replicas) replica.close();
    redis.disconnect();
  });

  const take = (email: string, address: string, replica = 0): Promise<{ retryAfterS: number } | null> =>
    replicas[replica]?.take(email, address) ?? Promise.reject(new Error('no such replica'));
  const many = (count: number, attempt: (i: number) => Promise<unknown>): Promise<unknown[]> =>
    Promise.all(Array.from({ length: count }, (_, i) => attempt(i)));
  const allowed = (outcomes: unknown[]): number => outcomes.filter((outcome) => outcome === null).length;

  it('of an account are ten, whatever their address, however many come at once, over all replicas', async () => {
    expect(allowed(await many(50, (i) => take('A@example.com', `10.0.0.${i}`, i % 2)))).toBe(10);
    const refused = await take('a@EXAMPLE.com', '10.0.1.1', 1);
    expect(refused?.retryAfterS).toBeGreaterThan(WINDOW_S - 60);
    expect(refused?.retryAfterS).toBeLessThanOrEqual(WINDOW_S);
    expect(await take('b@example.com', '10.0.0.1')).toBeNull(); // nobody else waits
  });

  it('of an address are a hundred, whichever accounts they try, and a /64 is one address', async () => {
    expect(allowed(await many(150, (i) => take(`user-${i}@example.com`, `2001:db8::${i.toString(16)}`)))).toBe(100);
    expect(await take('other@example.com', '2001:db8::ffff')).not.toBeNull();
    expect(await take('other@example.com', '2001:db8:0:1::1')).toBeNull();
  });

  it('that are refused are not counted, so that they prolong nothing', async () => {
    await many(10, () => take('a@example.com', '10.0.0.1'));
    await redis.pexpire(await accountKey(), 5_000); // most of the window has passed
    await many(20, () => take('a@example.com', '10.0.0.1'));
    const last = await take('a@example.com', '10.0.0.1');
    expect(last?.retryAfterS).toBeLessThanOrEqual(5);
    expect(await redis.get('stead:sign-in:address:10.0.0.1')).toBe('10');
  });

  it('are forgotten for the account that got in, and for its address but for the failures', async () => {
    await many(9, () => take('a@example.com', '10.0.0.1'));
    await take('a@example.com', '10.0.0.1');
    await replicas[0]?.forgive('a@example.com', '10.0.0.1');
    expect(await redis.get('stead:sign-in:address:10.0.0.1')).toBe('9'); // nobody clears an address with an account of their own
    expect(allowed(await many(11, () => take('a@example.com', '10.0.0.1')))).toBe(10);
  });

  it('are forgotten by a Redis that was emptied, and counted anew', async () => {
    await many(10, () => take('a@example.com', '10.0.0.1'));
    expect(await take('a@example.com', '10.0.0.1')).not.toBeNull();
    await server.flush();
    expect(allowed(await many(12, () => take('a@example.com', '10.0.0.1')))).toBe(10);
  });

  it('leave no address of a person in Redis, and nothing that stays', async () => {
    await take('someone@example.com', '10.0.0.1');
    await replicas[0]?.forgive('never@example.com', '10.9.9.9');
    for (const key of await redis.keys('stead:sign-in:*')) {
      expect(key).not.toContain('someone');
      expect(await redis.pttl(key)).toBeGreaterThan(0);
    }
  });

  const accountKey = async (): Promise<string> => (await redis.keys('stead:sign-in:subject:*'))[0] ?? 'none';
});

describe('guesses without Redis', () => {
  let folder: string;
  let destination: string;
  let attempts: RedisGuesses;
  let redis: Redis;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'stead-attempts-'));
    destination = join(folder, 'log');
    writeFileSync(destination, '');
  });
  afterEach(() => {
    attempts.close();
    redis.disconnect();
    rmSync(folder, { recursive: true, force: true });
  });

  async function allowedAndLogged(): Promise<void> {
    const startedMs = performance.now();
    expect(await attempts.take('a@example.com', '10.0.0.1')).toBeNull();
    await attempts.forgive('a@example.com', '10.0.0.1');
    expect(performance.now() - startedMs).toBeLessThan(2_500); // half a second each, on a busy machine
    await until('it is logged', () => readFileSync(destination, 'utf8').includes('guesses (sign-in) are not counted'));
  }

  it('are allowed at once and logged when nobody listens', async () => {
    redis = new Redis(`redis://127.0.0.1:${await freePort()}`);
    redis.on('error', () => undefined);
    attempts = new RedisGuesses(redis, createLogger({ service: 'spec', destination }), 'sign-in');
    await allowedAndLogged();
  });

  it('are allowed soon and logged when it holds the connection and answers nothing', async () => {
    const { url } = await freshRedis();
    const upstream = new URL(url);
    const pairs: [Socket, Socket][] = [];
    const proxy = createServer((client) => {
      const server = createConnection(Number(upstream.port), upstream.hostname);
      client.pipe(server).pipe(client);
      pairs.push([client, server]);
    });
    await new Promise<void>((resolve) => void proxy.listen(0, '127.0.0.1', resolve));
    try {
      const address = proxy.address();
      if (typeof address !== 'object' || address === null) throw new Error('the proxy has no port');
      const through = new URL(url);
      through.port = String(address.port);
      redis = new Redis(through.toString());
      attempts = new RedisGuesses(redis, createLogger({ service: 'spec', destination }), 'sign-in');
      await until('attempts are counted', async () => {
        for (let i = 0; i < 11; i += 1) if ((await attempts.take('full@example.com', '10.0.0.1')) !== null) return true;
        return false;
      });
      writeFileSync(destination, '');
      for (const [client, server] of pairs) server.unpipe(client);
      expect(await attempts.take('full@example.com', '10.0.0.1')).toBeNull();
      await allowedAndLogged();
    } finally {
      for (const socket of pairs.flat()) socket.destroy();
      await new Promise((resolve) => proxy.close(resolve));
    }
  });
});
