import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { RedisMissing, startEmbeddedRedis } from './embedded-redis';
import { isAlive } from './processes';

describe('the embedded Redis', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'stead redis "quoted" ')); // people's folders have such names
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('appends to a file, evicts nothing and asks for its password', async () => {
    const server = await startEmbeddedRedis({ folder });
    expect(await ask(server.url, (redis) => redis.config('GET', 'append*'))).toEqual(
      expect.arrayContaining(['appendonly', 'yes', 'appendfsync', 'everysec']),
    );
    expect(await ask(server.url, (redis) => redis.config('GET', 'maxmemory-policy'))).toEqual(['maxmemory-policy', 'noeviction']);
    await expect(ask(`redis://127.0.0.1:${server.port}`, (redis) => redis.get('x'))).rejects.toThrow(/NOAUTH/);
    expect(statSync(join(folder, 'password')).mode & 0o777).toBe(0o600);
    await server.stop();
    expect(isAlive(server.pid)).toBe(false);
  });

  it('keeps what it was told over a stop', async () => {
    const first = await startEmbeddedRedis({ folder });
    await ask(first.url, (redis) => redis.set('job', 'waiting'));
    await first.stop();
    const second = await startEmbeddedRedis({ folder });
    expect(await ask(second.url, (redis) => redis.get('job'))).toBe('waiting');
    await second.stop();
  });

  it('stops the server that a killed parent has left behind', async () => {
    const left = await startEmbeddedRedis({ folder });
    await ask(left.url, (redis) => redis.set('job', 'waiting'));
    writeFileSync(join(folder, 'owner'), '4194999 1'); // the killed parent: no such process
    const server = await startEmbeddedRedis({ folder });
    expect(server.notes.join()).toMatch(/left running/);
    expect(isAlive(left.pid)).toBe(false);
    expect(await ask(server.url, (redis) => redis.get('job'))).toBe('waiting');
    await server.stop();
  });

  it('says how to install it where there is none', async () => {
    const start = startEmbeddedRedis({ folder, programs: ['no-such-redis-server'] });
    await expect(start).rejects.toThrow(RedisMissing);
    await expect(start).rejects.toThrow(/apt-get install redis-server.*brew install redis/);
  });
});

async function ask<T>(url: string, question: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url, { maxRetriesPerRequest: 0, retryStrategy: () => null });
  redis.on('error', () => undefined); // the question rejects as well
  try {
    return await question(redis);
  } finally {
    redis.disconnect();
  }
}
