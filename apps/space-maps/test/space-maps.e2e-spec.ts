import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { runChanged, type RunResult, type RunState } from '@stead/contracts/dispatcher';
import { messageKey } from '@stead/contracts/messaging';
import { PRESETS } from '@stead/contracts/pipeline';
import type { SpaceMapView } from '@stead/contracts/space-maps';
import { captureVerified } from '@stead/contracts/workspaces';
import { IDENTITY_HEADER, IdentitySigner, type Actor } from '@stead/platform/auth';
import { newId } from '@stead/platform/ids';
import { Lifecycle } from '@stead/platform/lifecycle';
import { BullClient } from '@stead/platform/queue';
import { openParts, startApi, startWorkers, type ServiceParts } from '@stead/platform/service';
import { freshDatabase, freshRedis, until, type FreshDatabase } from '@stead/testing/servers';
import { loadConfig, type SpaceMapsConfig } from '../src/config';
import { spaceMapsService } from '../src/service';

const IDENTITY_KEY = 'an-identity-key-of-more-than-32-characters';
const workspaceId = randomUUID();
const actor: Actor = { kind: 'user', id: 'anna', workspaceId, scopes: ['space-maps:read', 'space-maps:write'] };
const signer = new IdentitySigner(IDENTITY_KEY);

describe('space-maps over HTTP and queue', () => {
  let fresh: FreshDatabase;
  let redis: { url: string; flush(): Promise<void> };
  let parts: ServiceParts<SpaceMapsConfig>;
  let lifecycle: Lifecycle;
  let base: string;
  let neighbour: Server;
  let dispatcherQueue: Worker;
  let client: BullClient;
  let clientRedis: Redis;
  let workerRedis: Redis;
  const requested: { name: string; payload: Record<string, unknown> }[] = [];
  const knownCapture = randomUUID();
  const pendingCapture = randomUUID();

  beforeAll(async () => {
    [fresh, redis] = await Promise.all([freshDatabase({ contexts: ['space_maps'] }), freshRedis()]);
    neighbour = createServer((request, response) => {
      const id = request.url?.split('/').at(-1);
      response.setHeader('content-type', 'application/json');
      if (id !== pendingCapture) {
        response.statusCode = 404;
        response.end(
          JSON.stringify({
            type: 't',
            title: 'Capture not found',
            status: 404,
            detail: 'no',
            instance: '',
            code: 'workspaces/capture-not-found',
            traceId: 'x',
          }),
        );
        return;
      }
      response.end(
        JSON.stringify({
          captureId: id,
          revision: 1,
          state: 'probing',
          verified: false,
          kind: 'photos',
          name: 'n',
          files: 3,
          bytes: 9,
          megapixels: 1,
          points: null,
        }),
      );
    });
    await new Promise<void>((resolve) => neighbour.listen(0, '127.0.0.1', resolve));
    const { port } = neighbour.address() as { port: number };
    const config = loadConfig({
      NODE_ENV: 'test',
      DATABASE_URL: fresh.apiUrl('space_maps'),
      WORKER_DATABASE_URL: fresh.workerUrl('space_maps'),
      REDIS_URL: redis.url,
      IDENTITY_KEY,
      WORKSPACES_URL: `http://127.0.0.1:${port}`,
      LOG_LEVEL: 'error',
    });
    parts = openParts('space-maps', 'space_maps', config);
    lifecycle = new Lifecycle(parts.logger);
    lifecycle.add('parts', () => parts.close());
    base = await startApi(spaceMapsService, parts, lifecycle);
    await startWorkers(spaceMapsService, parts, lifecycle);
    clientRedis = new Redis(redis.url, { maxRetriesPerRequest: null });
    client = new BullClient(clientRedis, () => undefined);
    workerRedis = clientRedis.duplicate({ maxRetriesPerRequest: null });
    dispatcherQueue = new Worker(
      'svc.dispatcher',
      async (job) => {
        const { id, payload, origin } = job.data as { id: string; payload: Record<string, unknown>; origin: string };
        requested.push({ name: job.name, payload });
        await clientRedis.publish(`stead:ack:${origin}`, JSON.stringify({ id, receiver: 'dispatcher' }));
      },
      { connection: workerRedis, prefix: 'stead', removeOnComplete: { count: 0 } },
    );
    dispatcherQueue.on('error', () => undefined); // one test empties Redis under it
    await tell(captureVerified, {
      captureId: knownCapture,
      revision: 1,
      kind: 'photos',
      name: 'hall',
      files: 20,
      bytes: 1000,
      megapixels: 9.6,
      points: null,
    });
    await until(
      'the capture is known',
      async () => (await parts.worker.query('SELECT 1 FROM space_maps.capture', [])).length > 0,
    );
  });

  afterAll(async () => {
    await dispatcherQueue.close();
    await client.close();
    clientRedis.disconnect();
    workerRedis.disconnect();
    await lifecycle.stop();
    neighbour.close();
    await fresh.drop();
  });

  const tell = (message: Parameters<BullClient['emitAll']>[0][number]['message'], payload: unknown): Promise<void> =>
    client.emitAll([
      {
        receiver: 'space-maps',
        message,
        envelope: {
          id: newId(),
          origin: 'elsewhere',
          workspaceId,
          requestId: 'test-request',
          at: new Date().toISOString(),
          payload,
        },
      },
    ]);

  const call = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}, as: Actor = actor) => {
    const response = await fetch(base + path, {
      method,
      headers: {
        [IDENTITY_HEADER]: signer.sign(as),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: (text === '' ? null : JSON.parse(text)) as Record<string, unknown>,
    };
  };
  const create = async (name = 'Hall'): Promise<SpaceMapView> =>
    (await call('POST', '/v1/space-maps', { name, captureId: knownCapture, preset: 'preview' })).body as unknown as SpaceMapView;
  const news = (runId: string, revision: number, state: RunState, result: RunResult | null = null): Promise<void> =>
    tell(runChanged, { runId, revision, state, cluster: 'onprem', epoch: 1, why: 'there is room', result, failure: null });
  const version = async (map: SpaceMapView) =>
    (await call('GET', `/v1/space-maps/${map.id}`)).body['latestVersion'] as SpaceMapView['latestVersion'];
  const result: RunResult = {
    epoch: 1,
    bundlePrefix: 'workspaces/w/runs/r/e1/bundle/',
    manifestSha256: 'a'.repeat(64),
    bytes: 10,
    quality: {
      grade: 'A',
      images: 20,
      registered: 20,
      reprojectionPx: 0.5,
      sparsePoints: 5,
      points: 9,
      tiles: 1,
      facesBlurred: 0,
      platesBlurred: 0,
      scaleSource: 'none',
      gpsResidualM: null,
      notes: [],
      advice: [],
    },
  };

  it('accepts a map, asks the dispatcher for its run, and follows the run to a live version', async () => {
    const answer = await call('POST', '/v1/space-maps', { name: '전시실 🏛️', captureId: knownCapture });
    expect(answer.status).toBe(202);
    const map = answer.body as unknown as SpaceMapView;
    expect(answer.headers.get('location')).toBe(`/v1/runs/${map.latestVersion.runId}`);
    const request = await until('the run is asked for', () =>
      requested.find(({ payload }) => payload['runId'] === map.latestVersion.runId),
    );
    expect(request).toMatchObject({
      name: 'run.request.v1',
      payload: { entrypoint: 'photos', options: PRESETS.standard, title: '전시실 🏛️' },
    });
    await news(map.latestVersion.runId, 2, 'active');
    await until('running', async () => (await version(map)).state === 'running');
    await news(map.latestVersion.runId, 5, 'succeeded', result);
    await until('succeeded', async () => (await version(map)).state === 'succeeded');
    await news(map.latestVersion.runId, 3, 'failed'); // late, and older than what is known
    await news(map.latestVersion.runId, 6, 'failed'); // a final state is never left
    await until(
      'outbox is done',
      async () =>
        (await parts.worker.query(`SELECT 1 FROM space_maps.outbox WHERE message = 'map-version.ready.v1'`, [])).length === 1,
    );
    const read = await call('GET', `/v1/space-maps/${map.id}`);
    expect(read.body).toMatchObject({
      liveVersionId: map.latestVersion.id,
      latestVersion: { state: 'succeeded', quality: { grade: 'A' } },
    });
  });

  it('answers a repeated POST with the first answer, and refuses the key with another body', async () => {
    const body = { name: 'Once', captureId: knownCapture };
    const key = { 'idempotency-key': randomUUID() };
    const answers = await Promise.all(Array.from({ length: 20 }, () => call('POST', '/v1/space-maps', body, key)));
    const last = await call('POST', '/v1/space-maps', body, key);
    expect(last.headers.get('idempotent-replayed')).toBe('true');
    for (const answer of answers)
      expect(answer.status === 202 ? answer.body['id'] : answer.body['code']).toBe(
        answer.status === 202 ? last.body['id'] : 'platform/idempotency-in-flight',
      );
    const rows = await parts.worker.query(`SELECT 1 FROM space_maps.space_map WHERE name = 'Once'`, []);
    expect(rows).toHaveLength(1);
    const other = await call('POST', '/v1/space-maps', { ...body, name: 'Other' }, key);
    expect([other.status, other.body['code']]).toEqual([422, 'platform/idempotency-key-reused']);
  });

  it.each([
    ['an unknown field', { name: 'x', captureId: knownCapture, preset: 'standard', colour: 1 }, 400, '/colour'],
    ['a wrong type', { name: 7, captureId: knownCapture }, 400, '/name'],
    ['an unknown preset', { name: 'x', captureId: knownCapture, preset: 'best' }, 400, '/preset'],
    ['an option out of bounds', { name: 'x', captureId: knownCapture, options: { densePx: 1e9 } }, 400, '/options/densePx'],
    ['a deadline in the past', { name: 'x', captureId: knownCapture, deadline: '2001-01-01T00:00:00Z' }, 400, '/deadline'],
    ['no body', undefined, 400, '/name'],
  ])('names the field for %s', async (_case, body, status, pointer) => {
    const answer = await call('POST', '/v1/space-maps', body ?? {});
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.body['errors']).toEqual(expect.arrayContaining([expect.objectContaining({ pointer })]));
  });

  it.each([
    ['JSON of depth 10,000', '['.repeat(10_000) + ']'.repeat(10_000), 400],
    ['text that is not JSON', '{"name":', 400],
    ['a body of 2 MiB', JSON.stringify({ name: 'x'.repeat(2 << 20) }), 413],
  ])('refuses %s with a problem and no stack trace', async (_case, body, status) => {
    const answer = await call('POST', '/v1/space-maps', body);
    expect(answer.status).toBe(status);
    expect(JSON.stringify(answer.body)).not.toMatch(/node_modules|at .+\.js/);
  });

  it('answers 404 for a capture that is not there and 409 for one that is not verified', async () => {
    const missing = await call('POST', '/v1/space-maps', { name: 'x', captureId: randomUUID() });
    expect([missing.status, missing.body['code']]).toEqual([404, 'space-maps/capture-not-found']);
    const pending = await call('POST', '/v1/space-maps', { name: 'x', captureId: pendingCapture });
    expect([pending.status, pending.body['code']]).toEqual([409, 'space-maps/capture-not-ready']);
  });

  it('shows nothing of a workspace to another one, nor to somebody without the scope or the signature', async () => {
    const map = await create();
    const stranger = { ...actor, workspaceId: randomUUID() };
    for (const [method, path, body] of [
      ['GET', '', undefined],
      ['DELETE', '', undefined],
      ['PUT', '/live', { versionId: map.latestVersion.id }],
      ['POST', `/versions/${map.latestVersion.id}/cancel`, undefined],
    ] as const) {
      expect((await call(method, `/v1/space-maps/${map.id}${path}`, body, {}, stranger)).status).toBe(404);
    }
    expect((await call('GET', '/v1/space-maps', undefined, {}, stranger)).body).toEqual({ items: [], next: null });
    expect(
      (await call('DELETE', `/v1/space-maps/${map.id}`, undefined, {}, { ...actor, scopes: ['space-maps:read'] })).status,
    ).toBe(403);
    expect((await call('GET', `/v1/space-maps/${map.id}`, undefined, { [IDENTITY_HEADER]: 'forged.signature' })).status).toBe(
      401,
    );
  });

  it('cancels through the run, refuses to cancel what has ended, and retries from a step', async () => {
    const map = await create();
    const path = `/v1/space-maps/${map.id}/versions/${map.latestVersion.id}`;
    expect((await call('POST', `${path}/retry`, {})).status).toBe(409);
    expect((await call('POST', `${path}/cancel`)).status).toBe(202);
    await until('the run is told', () =>
      requested.some(
        ({ name, payload }) =>
          name === messageKey({ name: 'run.cancel', version: 1 }) && payload['runId'] === map.latestVersion.runId,
      ),
    );
    await news(map.latestVersion.runId, 2, 'cancelled');
    await until('cancelled', async () => (await version(map)).state === 'cancelled');
    const retried = await call('POST', `${path}/retry`, { fromStep: 'densify' });
    expect(retried.status).toBe(202);
    expect(retried.body).toMatchObject({ number: 2 });
    const run = await until('the second run is asked for', () =>
      requested.find(({ payload }) => payload['runId'] === retried.body['runId']),
    );
    expect(run.payload['reuse']).toEqual({ runId: map.latestVersion.runId, fromStep: 'densify' });
    expect((await call('POST', `${path}/retry`, { fromStep: 'frames' })).status).toBe(400);
    await news(String(retried.body['runId']), 9, 'succeeded', result);
    await until('succeeded', async () => (await version(map)).state === 'succeeded');
    const refused = await call('POST', `/v1/space-maps/${map.id}/versions/${String(retried.body['id'])}/cancel`);
    expect([refused.status, refused.body['code']]).toEqual([409, 'space-maps/version-not-cancellable']);
  });

  it('is renamed by whoever has read its newest state, and by nobody else', async () => {
    const map = await create('Old name');
    const path = `/v1/space-maps/${map.id}`;
    const read = { 'if-match': (await call('GET', path)).headers.get('etag') ?? '' };
    const renamed = await call('PATCH', path, { name: 'New name' }, read);
    expect([renamed.status, renamed.body['name']]).toEqual([200, 'New name']);
    const late = await call('PATCH', path, { name: 'Another name' }, read);
    expect([late.status, late.body['code']]).toEqual([412, 'platform/etag-mismatch']);
    const again = await call('PATCH', path, { name: 'Newest name' }, { 'if-match': renamed.headers.get('etag') ?? '' });
    expect([again.status, again.body['name']]).toEqual([200, 'Newest name']);
  });

  it('is built again beside the version that is live, and shows whichever is ready and chosen', async () => {
    const map = await create('Twice');
    const [path, first] = [`/v1/space-maps/${map.id}`, map.latestVersion];
    await news(first.runId, 9, 'succeeded', result);
    await until('the first is live', async () => (await call('GET', path)).body['liveVersionId'] === first.id);
    const second = await call('POST', `${path}/versions`, { preset: 'preview' });
    expect([second.status, second.body['number']]).toEqual([202, 2]);
    const listed = (await call('GET', `${path}/versions`)).body['items'] as SpaceMapView['latestVersion'][];
    expect(listed.map(({ number }) => number)).toEqual([2, 1]);
    expect((await call('GET', `${path}/versions/${first.id}`)).body).toMatchObject({ number: 1, state: 'succeeded' });
    expect((await call('GET', `${path}/versions/${newId()}`)).status).toBe(404);

    const choose = (versionId: unknown, tag?: string | null): ReturnType<typeof call> =>
      call('PUT', `${path}/live`, { versionId }, { 'if-match': tag ?? '*' });
    const early = await choose(second.body['id']);
    expect([early.status, early.body['code']]).toEqual([409, 'space-maps/version-not-ready']);
    await news(String(second.body['runId']), 9, 'succeeded', result);
    await until('the second is ready', async () => (await version(map)).state === 'succeeded');
    const tag = (await call('GET', path)).headers.get('etag');
    const chosen = await choose(first.id, tag);
    expect([chosen.status, chosen.body['liveVersionId']]).toEqual([200, first.id]);
    expect((await choose(second.body['id'], tag)).status).toBe(412);
    expect((await choose(second.body['id'], chosen.headers.get('etag'))).body['liveVersionId']).toBe(second.body['id']);
  });

  it('is not built again from a capture that is not there or not verified', async () => {
    const map = await create('Other files');
    const from = async (captureId: string): Promise<unknown[]> => {
      const { status, body } = await call('POST', `/v1/space-maps/${map.id}/versions`, { captureId });
      return [status, body['code']];
    };
    expect(await from(randomUUID())).toEqual([404, 'space-maps/capture-not-found']);
    expect(await from(pendingCapture)).toEqual([409, 'space-maps/capture-not-ready']);
  });

  it('tells what the presets stand for', async () => {
    expect((await call('GET', '/v1/presets')).body).toEqual({ presets: PRESETS });
  });

  it('deletes a map that is being built: its run is cancelled and late news changes nothing', async () => {
    const map = await create('Gone');
    expect((await call('DELETE', `/v1/space-maps/${map.id}`)).status).toBe(204);
    expect((await call('GET', `/v1/space-maps/${map.id}`)).status).toBe(404);
    await until(
      'cancelled and purged',
      () => requested.filter(({ payload }) => payload['runId'] === map.latestVersion.runId).length === 3,
    );
    await news(map.latestVersion.runId, 4, 'succeeded', result);
    await until('the news is handled', async () => (await parts.worker.query(`SELECT 1 FROM space_maps.effect`, [])).length > 0);
    expect((await call('GET', `/v1/space-maps/${map.id}`)).status).toBe(404);
  });

  it('lists the newest first, whatever ids the idempotency keys gave them', async () => {
    const made: string[] = [];
    for (let i = 0; i < 6; i += 1) {
      const key = { 'idempotency-key': randomUUID() };
      const answer = await call('POST', '/v1/space-maps', { name: `Order ${i}`, captureId: knownCapture }, key);
      made.unshift(String(answer.body['id']));
    }
    const first = (await call('GET', '/v1/space-maps?limit=4')).body;
    const second = (await call('GET', `/v1/space-maps?limit=2&cursor=${String(first['next'])}`)).body;
    const listed = [first, second].flatMap((page) => (page['items'] as SpaceMapView[]).map(({ id }) => id));
    expect(listed).toEqual(made);
  });

  it('pages through a list without losing or repeating a row while rows are added', async () => {
    const made = await Promise.all(Array.from({ length: 7 }, (_, i) => create(`Page ${i}`)));
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Record<string, unknown> = (
        await call('GET', `/v1/space-maps?limit=3${cursor === null ? '' : `&cursor=${cursor}`}`)
      ).body;
      seen.push(...(page['items'] as SpaceMapView[]).map((item) => item.id));
      cursor = page['next'] as string | null;
      await create('Between');
    } while (cursor !== null);
    expect(new Set(seen).size).toBe(seen.length);
    for (const map of made) expect(seen).toContain(map.id);
    expect((await call('GET', '/v1/space-maps?cursor=nonsense')).status).toBe(400);
    expect((await call('GET', '/v1/space-maps?limit=1000')).status).toBe(400);
  });

  it('sends again what Redis forgot: everything is emptied in mid-flight, and every run is still asked for', async () => {
    const before = new Set(requested.map(({ payload }) => payload['runId']));
    const pending = Array.from({ length: 25 }, () => create('Flushed'));
    await redis.flush();
    const made = await Promise.all(pending);
    await redis.flush();
    await parts.worker.query(`UPDATE space_maps.outbox SET next_send_at = now() WHERE done_at IS NULL`, []);
    for (const map of made) {
      expect(before.has(map.latestVersion.runId)).toBe(false);
      await until(
        'asked for after the flush',
        () => requested.some(({ payload }) => payload['runId'] === map.latestVersion.runId),
        30_000,
      );
    }
  });
});
