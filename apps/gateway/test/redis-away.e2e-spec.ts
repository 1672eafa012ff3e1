import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { startEmbeddedRedis, type EmbeddedServer } from '@stead/platform/embedded';
import { until } from '@stead/testing/servers';
import { KEY_ID, RunningGateway } from '../src/testing/running-gateway';

const RATE = 5;

describe('a gateway whose Redis goes away', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stead-gateway-'));
  const log = join(folder, 'gateway.log');
  const gateway = new RunningGateway();
  let redis: EmbeddedServer;
  let replicas: string[] = [];
  beforeAll(async () => {
    redis = await startEmbeddedRedis({ folder: join(folder, 'redis') });
    replicas = await gateway.start(redis.url, { RATE_PER_MINUTE: String(RATE), LOG_LEVEL: 'info', LOG_FILE: log }, 2);
  });
  afterAll(async () => {
    await gateway.stop();
    await redis.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const call = (base = '', path = '/v1/space-maps'): Promise<Response> =>
    fetch(base + path, { headers: { 'x-api-key': gateway.apiKey } });
  const ready = async (base = ''): Promise<{ status: number; redis: boolean | undefined }> => {
    const answer = await fetch(`${base}/readyz`);
    const { checks } = (await answer.json()) as { checks: { name: string; ok: boolean }[] };
    return { status: answer.status, redis: checks.find(({ name }) => name === 'redis')?.ok };
  };
  const logged = (text: string): number => readFileSync(log, 'utf8').split(text).length - 1;

  it('answers all the same, counts for itself, says so once, and stays ready', async () => {
    const { url } = redis;
    await until('Redis to be connected', async () => (await ready(replicas[0])).redis);
    await redis.stop();
    await until('both to have noticed', () => logged('redis is away') === 2);
    const statuses: number[] = [];
    for (let i = 0; i <= RATE; i += 1) statuses.push((await call(replicas[0])).status);
    expect(statuses).toEqual([...Array<number>(RATE).fill(200), 429]);
    expect((await call(replicas[1])).status).toBe(200); // a count of its own
    expect(await ready(replicas[0])).toEqual({ status: 200, redis: false });
    expect(logged('redis is away')).toBe(2);

    redis = await startEmbeddedRedis({ folder: join(folder, 'redis'), port: Number(new URL(url).port) });
    await until('both to have come back', () => logged('redis is back') === 2, 30_000);
    await until('counting together again', async () => {
      const left = async (base?: string): Promise<number> =>
        Number(/r=(\d+)/.exec((await call(base)).headers.get('ratelimit') ?? '')?.[1]);
      const first = await left(replicas[0]);
      return (await left(replicas[1])) === Math.max(0, first - 1);
    });
  });

  it('hears of revoked keys again once it is back', async () => {
    const asked = (): number => gateway.workspaces.seen.filter(({ url }) => url === '/internal/api-keys/verify').length;
    const publisher = new Redis(redis.url);
    await call(replicas[0], '/v1/presets');
    await until('a revocation to be heard', async () => {
      const before = asked();
      await publisher.publish('stead:api-key-revoked', KEY_ID);
      await call(replicas[0], '/v1/presets');
      return asked() > before;
    });
    publisher.disconnect();
  });
});

describe('a gateway that starts while Redis is away', () => {
  it('serves', async () => {
    const gateway = new RunningGateway();
    const [base = ''] = await gateway.start('redis://127.0.0.1:1');
    const answer = await fetch(`${base}/v1/space-maps`, { headers: { 'x-api-key': gateway.apiKey } });
    expect(answer.status).toBe(200);
    await gateway.stop();
  });
});
