import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { IDENTITY_HEADER, IdentitySigner } from '@stead/platform/auth';
import { freshDatabase, freshRedis, until, type FreshDatabase } from '@stead/testing/servers';
import { EventReader } from '../src/testing/event-reader';

const ROOT = resolve(__dirname, '../../..');
const IDENTITY_KEY = 'an-identity-key-of-more-than-32-characters';

/** What an operator's process manager sees: how the two programs of a service begin and end. */
describe('the processes of a service', () => {
  let fresh: FreshDatabase;
  let env: Record<string, string>;
  const children: ChildProcess[] = [];

  beforeAll(async () => {
    const [database, redis] = await Promise.all([freshDatabase({ contexts: ['notifications'] }), freshRedis()]);
    fresh = database;
    env = {
      NODE_ENV: 'test',
      DATABASE_URL: fresh.apiUrl('notifications'),
      WORKER_DATABASE_URL: fresh.workerUrl('notifications'),
      REDIS_URL: redis.url,
      IDENTITY_KEY,
      LOG_LEVEL: 'debug',
    };
  });
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    await fresh.drop();
  });

  function start(
    program: string,
    given: Record<string, string>,
  ): { child: ChildProcess; said: () => string; ended: Promise<unknown> } {
    const loader = resolve(ROOT, 'apps/local-store/src/testing/load-typescript.cjs');
    const child = spawn(process.execPath, ['-r', loader, resolve(ROOT, `apps/notifications/src/${program}.ts`)], {
      env: { PATH: process.env['PATH'] ?? '', ...given },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.push(child);
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (said += text.toString()));
    const ended = new Promise((done) => child.once('close', (code, signal) => done(code ?? signal)));
    return { child, said: () => said, ended };
  }

  it('the API ends by itself at SIGTERM, with a stream open, and every part of it cleanly', async () => {
    const api = start('main.api', env);
    const address = await until('it listens', () => /"address":"([^"]+)"/.exec(api.said())?.[1], 40_000);
    const signer = new IdentitySigner(IDENTITY_KEY);
    const identity = signer.sign({ kind: 'user', id: 'anna', workspaceId: randomUUID(), scopes: ['runs:read'] });
    await EventReader.open(`${address}/v1/events`, { [IDENTITY_HEADER]: identity });
    expect((await fetch(`${address}/readyz`)).status).toBe(200);
    api.child.kill('SIGTERM');
    expect(await api.ended).toBe(0);
    for (const part of ['notifications api', 'connections'])
      expect(api.said()).toMatch(new RegExp(`"part":"${part}".*"msg":"stopped"`));
    expect(api.said()).not.toContain('did not stop cleanly');
  });

  it('the worker tells that it is alive and ready, and what it has counted', async () => {
    const worker = start('main.worker', env);
    const address = await until('it serves', () => /"address":"([^"]+)"/.exec(worker.said())?.[1], 40_000);
    const ready = await until('it is ready', async () => {
      const answer = await fetch(`${address}/readyz`);
      return answer.status === 200 ? ((await answer.json()) as object) : null;
    });
    expect(ready).toEqual({
      service: 'notifications-worker',
      status: 'ready',
      checks: ['postgres', 'redis', 'running'].map((name) => ({ name, ok: true })),
    });
    expect(await (await fetch(`${address}/healthz`)).json()).toEqual({ service: 'notifications-worker', status: 'ok' });
    expect(await (await fetch(`${address}/metrics`)).text()).toMatch(/^# TYPE \w*outbox\w* /m);
  });

  it('the worker ends by itself at SIGTERM, cleanly: what takes work first, connections last', async () => {
    const worker = start('main.worker', env);
    await until('it runs', () => worker.said().includes('"msg":"worker runs"'), 40_000);
    worker.child.kill('SIGTERM');
    expect(await worker.ended).toBe(0);
    // The last lines of a process that leaves may change places on their way; their times do not.
    const stopped = worker
      .said()
      .split('\n')
      .filter((line) => line.includes('"msg":"stopped"'))
      .map((line) => JSON.parse(line) as { part: string; time: string });
    const timeOf = (name: string): string => stopped.find(({ part }) => part === name)?.time ?? '';
    const order = [
      ...['notifications webhooks', 'notifications feed sweep', 'notifications outbox', 'notifications messages'],
      ...['notifications operations', 'connections'],
    ];
    expect(stopped.map(({ part }) => part).sort()).toEqual([...order].sort());
    expect(order.map(timeOf)).toEqual(order.map(timeOf).sort());
    expect(worker.said()).not.toContain('did not stop cleanly');
  });

  it.each(['main.api', 'main.worker'])(
    '%s does not start on a configuration that is not whole, and names all that is wrong',
    async (program) => {
      const { DATABASE_URL: _left, ...rest } = env;
      const broken = start(program, { ...rest, IDENTITY_KEY: 'short', PORT: '99999' });
      expect(await broken.ended).toBe(1);
      for (const name of ['DATABASE_URL', 'IDENTITY_KEY', 'PORT']) expect(broken.said()).toContain(name);
      expect(broken.said()).not.toMatch(/^\s+at /m);
    },
  );

  it('the API does not start without its database', async () => {
    const lost = start('main.api', { ...env, DATABASE_URL: 'postgres://x:y@127.0.0.1:9/z' });
    expect(await lost.ended).toBe(1);
    expect(lost.said()).toMatch(/ECONNREFUSED|does not answer/);
  });
});
