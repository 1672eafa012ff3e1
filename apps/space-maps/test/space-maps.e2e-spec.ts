import { randomUUID } from 'node:crypto';
import type { RunResult, RunState } from '@stead/contracts/dispatcher';
import { messageKey } from '@stead/contracts/messaging';
import { PRESETS } from '@stead/contracts/pipeline';
import type { SpaceMapView } from '@stead/contracts/space-maps';
import { IDENTITY_HEADER, type Actor } from '@stead/platform/auth';
import { until } from '@stead/testing/servers';
import {
  KNOWN_CAPTURE as knownCapture,
  RunningService,
  aResult,
  internalAnswer,
  type Answer,
} from '../src/testing/running-service';

const result = aResult();

describe('space-maps over HTTP and queue', () => {
  let service: RunningService;
  let actor: Actor;
  const pendingCapture = randomUUID();

  beforeAll(async () => {
    service = await RunningService.start();
    ({ actor } = service);
    service.asked.set(pendingCapture, internalAnswer(pendingCapture, { state: 'probing', verified: false }));
  });
  afterAll(() => service.stop());

  const call = (method: string, path: string, body?: unknown, headers?: Record<string, string>, as?: Actor): Promise<Answer> =>
    service.call(method, path, body, headers, as);
  const create = (name?: string): Promise<SpaceMapView> => service.create(name);
  const news = (runId: string, revision: number, state: RunState, ended: RunResult | null = null): Promise<void> =>
    service.news(runId, revision, state, { result: ended });
  const version = async (map: SpaceMapView): Promise<SpaceMapView['latestVersion']> => (await service.read(map)).latestVersion;

  it('accepts a map, asks the dispatcher for its run, and follows the run to a live version', async () => {
    const answer = await call('POST', '/v1/space-maps', { name: '전시실 🏛️', captureId: knownCapture });
    expect(answer.status).toBe(202);
    const map = answer.body as unknown as SpaceMapView;
    expect(answer.headers.get('location')).toBe(`/v1/runs/${map.latestVersion.runId}`);
    const request = await until('the run is asked for', () =>
      service.requested.find(({ payload }) => payload['runId'] === map.latestVersion.runId),
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
        (await service.parts.worker.query(`SELECT 1 FROM space_maps.outbox WHERE message = 'map-version.ready.v1'`, []))
          .length === 1,
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
    const rows = await service.parts.worker.query(`SELECT 1 FROM space_maps.space_map WHERE name = 'Once'`, []);
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
      service.requested.some(
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
      service.requested.find(({ payload }) => payload['runId'] === retried.body['runId']),
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
    expect((await call('GET', `${path}/versions/${randomUUID()}`)).status).toBe(404);

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
      () => service.requested.filter(({ payload }) => payload['runId'] === map.latestVersion.runId).length === 3,
    );
    await news(map.latestVersion.runId, 4, 'succeeded', result);
    await until(
      'the news is handled',
      async () => (await service.parts.worker.query(`SELECT 1 FROM space_maps.effect`, [])).length > 0,
    );
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

  it('finds maps by a part of their name and by what their newest version is, page after page', async () => {
    const [first, second, third] = [await create('Old 100% mill'), await create('The MILL'), await create('Mill pond')];
    await create('Pond');
    await news(second.latestVersion.runId, 3, 'succeeded', result);
    await until('succeeded', async () => (await version(second)).state === 'succeeded');
    const found = async (query: string): Promise<string[]> => {
      const names: string[] = [];
      for (let cursor: unknown = ''; cursor !== null;) {
        const page = (await call('GET', `/v1/space-maps?limit=1&${query}${cursor === '' ? '' : `&cursor=${String(cursor)}`}`))
          .body;
        names.push(...(page['items'] as SpaceMapView[]).map(({ name }) => name));
        cursor = page['next'];
      }
      return names;
    };
    expect(await found('name=mill')).toEqual(['Mill pond', 'The MILL', 'Old 100% mill']);
    expect(await found('name=100%25')).toEqual(['Old 100% mill']);
    expect(await found('name=mill&state=succeeded')).toEqual(['The MILL']);
    expect(await found('name=mill&state=requested')).toEqual(['Mill pond', 'Old 100% mill']);
    // A new version is what counts, and older news of the one before does not come in between.
    await call('POST', `/v1/space-maps/${second.id}/versions`, {});
    expect(await found('name=mill&state=succeeded')).toEqual([]);
    await news(second.latestVersion.runId, 4, 'succeeded', result);
    await call('DELETE', `/v1/space-maps/${third.id}`);
    expect(await found('name=mill&state=requested')).toEqual(['The MILL', 'Old 100% mill']);
    expect(await found(`name=${first.id}`)).toEqual([]);
    expect(await found(`runId=${second.latestVersion.runId}`)).toEqual(['The MILL']);
    expect(await found(`runId=${third.latestVersion.runId}`)).toEqual([]);
    expect((await call('GET', '/v1/space-maps?state=nonsense')).status).toBe(400);
    expect((await call('GET', '/v1/space-maps?name=')).status).toBe(400);
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
    const before = new Set(service.requested.map(({ payload }) => payload['runId']));
    const pending = Array.from({ length: 25 }, () => create('Flushed'));
    await service.redis.flush();
    const made = await Promise.all(pending);
    await service.redis.flush();
    await service.parts.worker.query(`UPDATE space_maps.outbox SET next_send_at = now() WHERE done_at IS NULL`, []);
    for (const map of made) {
      expect(before.has(map.latestVersion.runId)).toBe(false);
      await until(
        'asked for after the flush',
        () => service.requested.some(({ payload }) => payload['runId'] === map.latestVersion.runId),
        30_000,
      );
    }
  });
});
