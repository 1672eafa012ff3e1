import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import {
  cancelRun,
  decisionsSchema,
  clustersSchema,
  purgeRun,
  requestRun,
  runFilesSchema,
  runSchema,
  runSummarySchema,
} from '@stead/contracts/dispatcher';
import type { MessageDefinition, PayloadOf } from '@stead/contracts/messaging';
import { PRESETS, keys } from '@stead/contracts/pipeline';
import { IDENTITY_HEADER, IdentitySigner, type Actor } from '@stead/platform/auth';
import { pageSchema } from '@stead/platform/http';
import { newId } from '@stead/platform/ids';
import { S3ObjectStore } from '@stead/platform/object-store';
import { BullClient } from '@stead/platform/queue';
import { until } from '@stead/testing/servers';
import { TestHouse } from '../src/testing/test-house';

const SCOPES = ['runs:read', 'runs:write', 'clusters:read'];

describe('the dispatcher over HTTP and queue', () => {
  let house: TestHouse;
  let base: string;
  let redis: Redis;
  let queue: BullClient;
  let signer: IdentitySigner;

  beforeAll(async () => {
    house = await TestHouse.open({
      pipelines: [
        { name: 'echo', steps: [{ name: 'ingest' }, { name: 'bundle' }] },
        { name: 'echo-slow', steps: [{ name: 'ingest', mode: 'sleep-2500' }, { name: 'bundle' }] },
      ],
    });
    await house.startWorker();
    base = String((await house.startApi()).ready['address']);
    redis = new Redis(house.config.REDIS_URL, { maxRetriesPerRequest: null });
    queue = new BullClient(redis, () => undefined);
    signer = new IdentitySigner(house.config.IDENTITY_KEY);
  });

  afterAll(async () => {
    await queue.close();
    redis.disconnect();
    await house.close();
  });

  const actorOf = (change: Partial<Actor> = {}): Actor => ({
    kind: 'user',
    id: 'anna',
    workspaceId: house.workspaceId,
    scopes: SCOPES,
    ...change,
  });

  async function call(
    method: 'GET' | 'POST',
    path: string,
    actor = actorOf(),
  ): Promise<{ status: number; text: string; json: unknown }> {
    const response = await fetch(base + path, { method, headers: { [IDENTITY_HEADER]: signer.sign(actor) } });
    const text = await response.text();
    return {
      status: response.status,
      text,
      json: response.headers.get('content-type')?.includes('json') === true ? JSON.parse(text) : null,
    };
  }

  async function tell<M extends MessageDefinition>(message: M, payload: PayloadOf<M>, id = newId()): Promise<void> {
    const envelope = {
      id,
      origin: 'space_maps',
      workspaceId: house.workspaceId,
      requestId: 'req-1',
      at: new Date().toISOString(),
      payload,
    };
    await queue.emitAll([{ receiver: 'dispatcher', message, envelope }]);
  }

  const requestOf = (change: Partial<PayloadOf<typeof requestRun>> = {}): PayloadOf<typeof requestRun> => ({
    ...{ runId: newId(), pipeline: 'echo', entrypoint: 'photos', captureId: newId(), options: PRESETS.preview, title: 'Lobby' },
    ...{
      priority: 50,
      deadline: null,
      reuse: null,
      placement: null,
      features: { files: 20, megapixels: 40, points: null, bytes: 1_000_000 },
    },
    ...change,
  });

  async function read(runId: string) {
    return runSchema.parse((await call('GET', `/v1/runs/${runId}`)).json);
  }

  it('tells everything about a run that came over the queue: steps, place and why, attempts, cost, result', async () => {
    const request = requestOf({ title: 'Museum, ground floor' });
    await tell(requestRun, request);
    await house.untilExists(request.runId);
    await house.untilState(request.runId, 'succeeded');
    const run = await read(request.runId);
    expect(run).toMatchObject({
      state: 'succeeded',
      percent: 100,
      cluster: 'onprem',
      epoch: 1,
      title: 'Museum, ground floor',
      failure: null,
    });
    expect(run.why).toBe('Runs on onprem: your own GPUs have room.');
    // Kubernetes tells times in whole seconds: steps that begin in the same one have no order between them.
    const steps = run.steps.map(({ name, state, cluster, epoch }) => ({ name, state, cluster, epoch }));
    expect(steps.sort((a, b) => (a.name < b.name ? 1 : -1))).toEqual([
      { name: 'ingest', state: 'succeeded', cluster: 'onprem', epoch: 1 },
      { name: 'bundle', state: 'succeeded', cluster: 'onprem', epoch: 1 },
    ]);
    expect(run.attempts).toMatchObject([
      { epoch: 1, cluster: 'onprem', state: 'done', outcome: 'succeeded', reason: 'onprem-has-room' },
    ]);
    const gpuSeconds = run.attempts[0]?.gpuSeconds ?? 0;
    expect(run.costSoFar).toBeCloseTo((gpuSeconds / 3600) * 0.36, 4);
    expect(run.result).toMatchObject({ epoch: 1, quality: { grade: 'B' } });
    const decisions = decisionsSchema.parse((await call('GET', `/v1/runs/${request.runId}/decisions`)).json);
    expect(decisions.items[0]).toMatchObject({
      kind: 'place',
      reason: 'onprem-has-room',
      verdicts: [{ cluster: 'onprem', reason: 'has-room', why: 'onprem has room' }],
    });
  });

  it('is the same run when its request is repeated, under whatever message id', async () => {
    const request = requestOf();
    await Promise.all([tell(requestRun, request), tell(requestRun, request), tell(requestRun, request)]);
    await house.untilExists(request.runId);
    await house.untilState(request.runId, 'succeeded');
    await tell(requestRun, request);
    const again = requestOf();
    await tell(requestRun, again);
    await house.untilExists(again.runId);
    await house.untilState(again.runId, 'succeeded');
    expect(await house.attempts(request.runId)).toHaveLength(1);
  });

  it('lists runs in pages, newest first, by state and by title, and those that have not ended', async () => {
    const workspaceId = randomUUID();
    const actor = actorOf({ workspaceId });
    const ids: string[] = [];
    for (const title of ['Hall', 'Roof hall', 'Cellar'])
      ids.push(await house.request({ title, pipeline: 'no-such-pipeline' }, workspaceId));
    const pages = pageSchema(runSummarySchema);
    const first = pages.parse((await call('GET', '/v1/runs?limit=2', actor)).json);
    expect(first.items.map((run) => run.title)).toEqual(['Cellar', 'Roof hall']);
    const second = pages.parse((await call('GET', `/v1/runs?limit=2&cursor=${first.next ?? ''}`, actor)).json);
    expect(second).toMatchObject({ items: [{ title: 'Hall' }], next: null });
    const halls = pages.parse((await call('GET', '/v1/runs?title=hall', actor)).json);
    expect(halls.items.map((run) => run.title)).toEqual(['Roof hall', 'Hall']);
    expect(pages.parse((await call('GET', '/v1/runs?state=succeeded', actor)).json).items).toEqual([]);
    expect((await call('POST', `/v1/runs/${ids[1] ?? ''}/cancel`, actor)).status).toBe(202);
    const open = pages.parse((await call('GET', '/v1/runs?open=true', actor)).json);
    expect(open.items.map((run) => run.title)).toEqual(['Cellar', 'Hall']);
    for (const runId of [ids[0], ids[2]]) expect((await call('POST', `/v1/runs/${runId ?? ''}/cancel`, actor)).status).toBe(202);
    expect(pages.parse((await call('GET', '/v1/runs?state=cancelled', actor)).json).items).toHaveLength(3);
  });

  it('says why a run waits, and waits no more once it is cancelled', async () => {
    const runId = await house.request({ pipeline: 'no-such-pipeline' });
    const waiting = await until('the reason is known', async () => {
      const run = await read(runId);
      return run.why?.includes('no cluster has room') === true ? run : null;
    });
    expect(waiting).toMatchObject({ state: 'queued', cluster: null });
    const decisions = decisionsSchema.parse((await call('GET', `/v1/runs/${runId}/decisions`)).json);
    expect(decisions.items[0]?.verdicts).toMatchObject([
      { cluster: 'onprem', reason: 'template-missing', inputs: { pipeline: 'no-such-pipeline' } },
    ]);
    await call('POST', `/v1/runs/${runId}/cancel`);
    expect(await read(runId)).toMatchObject({ state: 'cancelled', failure: { kind: 'cancelled' } });
  });

  it('keeps nobody waiting behind runs that no cluster could ever take', async () => {
    const stuck = await Promise.all(
      Array.from({ length: 40 }, () => house.request({ pipeline: 'no-such-pipeline', priority: 100 })),
    );
    const runId = await house.request({ priority: 1 });
    await house.untilState(runId, 'succeeded');
    for (const id of stuck) await house.cancel(id);
  });

  it('ends the workflow of a cancelled run, and refuses to cancel what has ended', async () => {
    const runId = await house.request({ pipeline: 'echo-slow' });
    await until('it runs', async () => (await house.attempts(runId))[0]?.state === 'running');
    expect((await call('POST', `/v1/runs/${runId}/cancel`)).status).toBe(202);
    await until('its workflow ended', async () => (await house.attempts(runId))[0]?.state === 'fenced');
    expect((await call('POST', `/v1/runs/${runId}/cancel`)).status).toBe(202);
    const done = await house.request();
    await house.untilState(done, 'succeeded');
    const refused = await call('POST', `/v1/runs/${done}/cancel`);
    expect(refused).toMatchObject({
      status: 409,
      json: { code: 'runs/run-not-cancellable', detail: 'The run is already succeeded' },
    });
  });

  it('shows nothing of a run to another workspace, nor to somebody without the scope', async () => {
    const runId = await house.request();
    await house.untilState(runId, 'succeeded');
    const stranger = actorOf({ workspaceId: randomUUID() });
    for (const path of ['', '/decisions', '/files', '/logs']) {
      expect((await call('GET', `/v1/runs/${runId}${path}`, stranger)).json).toMatchObject({
        status: 404,
        code: 'runs/run-not-found',
      });
      expect((await call('GET', `/v1/runs/${runId}${path}`, actorOf({ scopes: [] }))).status).toBe(403);
    }
    expect((await call('POST', `/v1/runs/${runId}/cancel`, stranger)).status).toBe(404);
    expect((await call('GET', '/v1/runs/not-an-id')).status).toBe(404);
  });

  it('lists the files of the bundle in pages, by step and by path, with the amount of all that was asked for', async () => {
    const objects = new S3ObjectStore(house.config.objectStore);
    const runId = await house.request({ pipeline: 'echo-slow' });
    const files = (query = '') => call('GET', `/v1/runs/${runId}/files${query}`);
    const list = async (query = '') => runFilesSchema.parse((await files(query)).json);
    expect(await list()).toEqual({ items: [], next: null, total: { files: 0, bytes: 0 }, kinds: [] });
    await house.untilState(runId, 'succeeded');
    const first = await list('?limit=2');
    expect(first.items.map(({ path, kind, step }) => [path, kind, step])).toEqual([
      ['manifest.json', 'manifest', 'bundle'],
      ['poster.jpg', 'poster', 'bundle'],
    ]);
    const second = await list(`?limit=2&cursor=${first.next ?? ''}`);
    expect([second.items.map(({ path }) => path), second.next]).toEqual([['tiles/tileset.json'], null]);
    expect(second.total).toEqual(first.total);
    expect(first.total.bytes).toBe([...first.items, ...second.items].reduce((sum, { bytes }) => sum + bytes, 0));

    // A step says what it has made in its record; the echo of a pipeline leaves none.
    const { path, bytes, sha256, mediaType } = second.items[0] ?? {};
    const key = keys.stepFile(house.workspaceId, runId, 1, 'tile', 'x/tileset.json');
    const record = {
      ...{ schemaVersion: 1, step: 'tile', runId, epoch: 1, inputsHash: '', provider: 'x', metrics: {}, notes: [] },
      ...{ startedAt: new Date().toISOString(), seconds: 1, takenOverFrom: null },
      files: [{ path, key, bytes, sha256, mediaType }],
    };
    await objects.put(keys.stepRecord(house.workspaceId, runId, 1, 'tile'), Buffer.from(JSON.stringify(record)), {
      mediaType: 'application/json',
    });
    const tiles = await list('?step=tile&path=TILES');
    expect(tiles).toEqual({
      items: [{ ...second.items[0], step: 'tile' }],
      next: null,
      total: { files: 1, bytes },
      kinds: [{ kind: 'tiles', files: 1, bytes }],
    });
    for (const [query, pointer] of [
      ['?cursor=x', '?cursor'],
      ['?step=cook', '?step'],
    ] as const)
      expect((await files(query)).json).toMatchObject({ status: 400, errors: [{ pointer }] });
  });

  it('gives the output of steps while they run and after their pods are gone', async () => {
    const runId = await house.request({ pipeline: 'echo-slow' });
    await until('it runs', async () => (await house.attempts(runId))[0]?.state === 'running');
    const followed = call('GET', `/v1/runs/${runId}/logs?follow=true`);
    const live = await until('the first line is there', async () => {
      const { status, text } = await call('GET', `/v1/runs/${runId}/logs?step=ingest`);
      return status === 200 && text.includes(`ingest of ${runId}`) ? text : null;
    });
    expect(live).toBe(`ingest of ${runId} epoch 1 sleep-2500\n`);
    expect((await call('GET', `/v1/runs/${runId}/logs?step=bundle`)).json).toMatchObject({
      status: 404,
      code: 'runs/log-not-found',
    });
    await house.untilState(runId, 'succeeded');
    expect((await followed).text).toBe(`=== ingest ===\n${live}\n=== bundle ===\nbundle of ${runId} epoch 1 ok\n`);
    await until('logs are stored', async () => (await read(runId)).steps.every((step) => step.log === 'stored'));
    await house.cluster('onprem').kill();
    expect((await call('GET', `/v1/runs/${runId}/logs`)).text).toContain(`bundle of ${runId} epoch 1 ok`);
    await house.cluster('onprem').start();
    await house.untilHealth('onprem', 'ok');
  });

  it('lists the clusters with their health, room and price', async () => {
    const { items } = await until('figures are fresh', async () => {
      const list = clustersSchema.parse((await call('GET', '/v1/clusters')).json);
      // It was killed a moment ago: its row may still be the one from before, and then it is on trial.
      return list.items[0]?.slotsFree === 4 && list.items[0].health === 'ok' ? list : null;
    });
    expect(items).toMatchObject([
      { name: 'onprem', kind: 'onprem', health: 'ok', slotsTotal: 4, slotsFree: 4, inFlight: 0, pricePerGpuHour: 0.36 },
    ]);
    expect((await call('GET', '/v1/clusters', actorOf({ scopes: ['runs:read'] }))).status).toBe(403);
  });

  it('removes what a run left once its owner was deleted', async () => {
    const objects = new S3ObjectStore(house.config.objectStore);
    const request = requestOf();
    await tell(requestRun, request);
    await house.untilExists(request.runId);
    await house.untilState(request.runId, 'succeeded');
    const prefix = keys.runPrefix(house.workspaceId, request.runId);
    expect((await objects.list(prefix)).objects).not.toEqual([]);
    await tell(cancelRun, { runId: request.runId });
    await tell(purgeRun, { runId: request.runId, what: 'everything' });
    await until('nothing is left', async () => (await objects.list(prefix)).objects.length === 0);
    expect((await read(request.runId)).state).toBe('succeeded');
  });

  it('removes the parts of a run that were asked for, keeps its records and logs, and later the whole', async () => {
    const objects = new S3ObjectStore(house.config.objectStore);
    const request = requestOf();
    await tell(requestRun, request);
    await house.untilExists(request.runId);
    await house.untilState(request.runId, 'succeeded');
    const prefix = keys.runPrefix(house.workspaceId, request.runId);
    const left = async (): Promise<string[]> =>
      (await objects.list(prefix)).objects.map(({ key }) =>
        key.slice(keys.epochPrefix(house.workspaceId, request.runId, 1).length),
      );
    // What a pipeline of several steps leaves beside what the echo does.
    for (const step of ['ingest', 'tile', 'plan', 'bundle'] as const)
      await objects.put(keys.stepFile(house.workspaceId, request.runId, 1, step, 'x'), Buffer.from('x'), {
        mediaType: 'text/plain',
      });
    await objects.put(keys.stepRecord(house.workspaceId, request.runId, 1, 'tile'), Buffer.from('{}'), {
      mediaType: 'text/plain',
    });
    expect((await left()).some((key) => key.startsWith('bundle/'))).toBe(true);
    const listed = async () => runFilesSchema.parse((await call('GET', `/v1/runs/${request.runId}/files`)).json).total.files;
    expect(await listed()).toBe(3);

    await tell(purgeRun, { runId: request.runId, what: 'published' });
    await until(
      'what was published is gone',
      async () => !(await left()).some((key) => /^(bundle|work\/(tile|plan|bundle))\//.test(key)),
    );
    expect(await left()).toEqual(expect.arrayContaining(['work/ingest/x', 'steps/tile.json']));
    expect(await listed()).toBe(0);

    await tell(purgeRun, { runId: request.runId, what: 'work' });
    await tell(purgeRun, { runId: request.runId, what: 'work' });
    await until('the work is gone', async () => !(await left()).some((key) => key.startsWith('work/')));
    expect(await left()).toEqual(expect.arrayContaining(['steps/tile.json']));
    await until('nothing is left to do', async () => {
      const rows = await house.worker.query(`SELECT 1 FROM dispatcher.run WHERE id = $1::uuid AND purge_parts = '{}'`, [
        request.runId,
      ]);
      return rows.length === 1;
    });

    await tell(purgeRun, { runId: request.runId, what: 'everything' });
    await until('nothing is left', async () => (await objects.list(prefix)).objects.length === 0);
  });

  it('goes on when Redis forgets everything and every database connection is cut', async () => {
    const admin = new Client({ connectionString: house.database.adminUrl });
    await admin.connect();
    const runId = await house.request({ pipeline: 'echo-slow' });
    await until('it runs', async () => (await house.attempts(runId))[0]?.state === 'running');
    await redis.flushdb();
    await admin.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    );
    await admin.end();
    expect(await house.untilState(runId, 'succeeded')).toMatchObject({ epoch: 1, publishedEpoch: 1, requeues: 0 });
    const next = requestOf();
    await tell(requestRun, next);
    await house.untilExists(next.runId);
    await house.untilState(next.runId, 'succeeded');
  });
});
