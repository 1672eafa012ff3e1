import { randomUUID } from 'node:crypto';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import type { PayloadOf } from '@stead/contracts/messaging';
import { mapVersionReady, spaceMapDeleted } from '@stead/contracts/space-maps';
import type { publicationChanged, PublicationSettings } from '@stead/contracts/studio';
import { IDENTITY_HEADER, IdentitySigner, type Actor } from '@stead/platform/auth';
import { newId } from '@stead/platform/ids';
import { Lifecycle } from '@stead/platform/lifecycle';
import { createLogger } from '@stead/platform/logging';
import { BullClient } from '@stead/platform/queue';
import { openParts, startApi, startWorkers, type ServiceParts } from '@stead/platform/service';
import { freshDatabase, freshRedis, until, type FreshDatabase } from '@stead/testing/servers';
import { loadConfig } from '../src/config';
import { studioService } from '../src/service';

type News = PayloadOf<typeof publicationChanged>;

const IDENTITY_KEY = 'an-identity-key-of-more-than-32-characters';
const workspaceId = randomUUID();
const actor: Actor = { kind: 'user', id: 'anna', workspaceId, scopes: ['publications:read', 'publications:write'] };
const signer = new IdentitySigner(IDENTITY_KEY);

describe('studio over HTTP and queue', () => {
  let fresh: FreshDatabase;
  let parts: ServiceParts;
  /** Stops what was started, also where not everything could be. */
  const lifecycle = new Lifecycle(createLogger({ service: 'studio-test', level: 'error' }));
  let base: string;
  let client: BullClient;
  let clientRedis: Redis;
  const told: News[] = [];

  beforeAll(async () => {
    const [database, redis] = await Promise.all([freshDatabase({ contexts: ['studio'] }), freshRedis()]);
    fresh = database;
    lifecycle.add('database', () => fresh.drop());
    const config = loadConfig({
      NODE_ENV: 'test',
      DATABASE_URL: fresh.apiUrl('studio'),
      WORKER_DATABASE_URL: fresh.workerUrl('studio'),
      REDIS_URL: redis.url,
      IDENTITY_KEY,
      LOG_LEVEL: 'error',
    });
    parts = openParts('studio', 'studio', config);
    lifecycle.add('parts', () => parts.close());
    clientRedis = new Redis(redis.url, { maxRetriesPerRequest: null });
    lifecycle.add('redis', () => clientRedis.disconnect());
    base = await startApi(studioService, parts, lifecycle);
    await startWorkers(studioService, parts, lifecycle);
    client = new BullClient(clientRedis, () => undefined);
    lifecycle.add('client', () => client.close());
    for (const receiver of ['viewing', 'notifications'] as const) listenAs(receiver);
  });

  afterAll(async () => lifecycle.stop());

  /** A neighbour at the wire: hears what studio says, and says that it has heard. */
  const listenAs = (receiver: 'viewing' | 'notifications'): void => {
    const connection = clientRedis.duplicate({ maxRetriesPerRequest: null });
    const worker = new Worker(
      `svc.${receiver}`,
      async (job) => {
        const { id, payload, origin } = job.data as { id: string; payload: News; origin: string };
        if (receiver === 'viewing') told.push(payload);
        await clientRedis.publish(`stead:ack:${origin}`, JSON.stringify({ id, receiver }));
      },
      { connection, prefix: 'stead', removeOnComplete: { count: 0 } },
    );
    worker.on('error', () => undefined);
    lifecycle.add(receiver, async () => {
      await worker.close();
      connection.disconnect();
    });
  };

  const tell = (
    message: Parameters<BullClient['emitAll']>[0][number]['message'],
    payload: unknown,
    id = newId(),
  ): Promise<void> =>
    client.emitAll([
      {
        receiver: 'studio',
        message,
        envelope: { id, origin: 'elsewhere', workspaceId, requestId: 'test-request', at: new Date().toISOString(), payload },
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
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      etag: response.headers.get('etag') ?? '',
      headers: response.headers,
      body: (text === '' ? {} : JSON.parse(text)) as PublicationSettings & {
        code?: string;
        items: PublicationSettings[];
        next: string | null;
      },
    };
  };

  const readyVersion = async (spaceMapId: string, number: number): Promise<PayloadOf<typeof mapVersionReady>> => {
    const version = {
      spaceMapId,
      versionId: randomUUID(),
      number,
      name: 'Great hall',
      bundlePrefix: `workspaces/${workspaceId}/runs/${randomUUID()}/e1/bundle/`,
      manifestSha256: 'ab'.repeat(32),
      bytes: 1000,
    };
    await tell(mapVersionReady, version);
    await until(
      'the version is known',
      async () => (await parts.worker.query('SELECT 1 FROM studio.map_version WHERE id = $1', [version.versionId])).length === 1,
    );
    return version;
  };

  /** Nothing waits for studio any more. */
  const handled = async (): Promise<void> => {
    const queue = new Queue('svc.studio', { connection: clientRedis, prefix: 'stead' });
    await until('the queue is empty', async () => (await queue.getJobCountByTypes('waiting', 'active', 'delayed')) === 0);
    await queue.close();
  };

  const newsOf = (publicationId: string): News[] => told.filter((news) => news.publicationId === publicationId);
  const lastNews = (publicationId: string, revision: number): Promise<News> =>
    until(`revision ${revision} is announced`, () => newsOf(publicationId).find((news) => news.revision === revision));

  it('publishes the newest version that is ready, under the name of the map, and says so', async () => {
    const spaceMapId = randomUUID();
    await readyVersion(spaceMapId, 1);
    const second = await readyVersion(spaceMapId, 2);
    const made = await call('POST', '/v1/publications', { spaceMapId });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      title: 'Great hall',
      visibility: 'link',
      state: 'published',
      versionId: second.versionId,
      versionNumber: 2,
    });
    expect(made.body.path).toBe(`/v/${made.body.id}`);
    const { bundlePrefix, manifestSha256, versionId } = second;
    expect(await lastNews(made.body.id, 1)).toEqual({
      ...{ publicationId: made.body.id, revision: 1, state: 'published', visibility: 'link', title: 'Great hall' },
      ...{ spaceMapId, versionId, bundlePrefix, manifestSha256 },
    });
    const read = await call('GET', `/v1/publications/${made.body.id}/settings`);
    expect(read.body).toEqual(made.body);
  });

  it('makes one publication of a repeated POST, and gives it an id that the key does not tell', async () => {
    const spaceMapId = randomUUID();
    await readyVersion(spaceMapId, 1);
    const key = { 'idempotency-key': 'publish-hall' };
    const answers = await Promise.all(Array.from({ length: 10 }, () => call('POST', '/v1/publications', { spaceMapId }, key)));
    const last = await call('POST', '/v1/publications', { spaceMapId }, key);
    const made = answers.filter(({ status }) => status === 201);
    expect(new Set([...made, last].map(({ body }) => body.id)).size).toBe(1);
    expect(last.body.id).toMatch(/^.{14}4/);
    const rows = await parts.worker.query('SELECT 1 FROM studio.publication WHERE space_map_id = $1', [spaceMapId]);
    expect(rows).toHaveLength(1);
  });

  it('moves to another version and rolls back the way it came', async () => {
    const spaceMapId = randomUUID();
    const first = await readyVersion(spaceMapId, 1);
    const second = await readyVersion(spaceMapId, 2);
    const third = await readyVersion(spaceMapId, 3);
    const { body: made } = await call('POST', '/v1/publications', { spaceMapId, versionId: first.versionId, title: 'Hall' });
    const path = `/v1/publications/${made.id}`;
    for (const { versionId } of [second, third]) {
      const moved = await call('PATCH', path, { versionId });
      expect(moved.body).toMatchObject({ versionId, title: 'Hall' });
    }
    const back = await call('POST', `${path}/rollback`);
    expect([back.status, back.body.versionId, back.body.earlierVersionIds]).toEqual([200, second.versionId, [first.versionId]]);
    expect((await call('POST', `${path}/rollback`)).body.versionId).toBe(first.versionId);
    const over = await call('POST', `${path}/rollback`);
    expect([over.status, over.body.code]).toEqual([409, 'studio/nothing-to-roll-back']);
    expect((await lastNews(made.id, 5)).bundlePrefix).toBe(first.bundlePrefix);
    expect(
      newsOf(made.id)
        .map(({ revision }) => revision)
        .sort(),
    ).toEqual([1, 2, 3, 4, 5]);
  });

  it('unpublishes and publishes again under the same address; repeating either changes nothing', async () => {
    const spaceMapId = randomUUID();
    await readyVersion(spaceMapId, 1);
    const { body: made } = await call('POST', '/v1/publications', { spaceMapId });
    const path = `/v1/publications/${made.id}`;
    expect((await call('DELETE', path)).status).toBe(204);
    expect((await call('DELETE', path)).status).toBe(204);
    expect((await lastNews(made.id, 2)).state).toBe('unpublished');
    expect((await call('PATCH', path, { title: 'Hall, closed' })).body.state).toBe('unpublished');
    expect((await lastNews(made.id, 3)).state).toBe('unpublished');
    const again = await call('POST', `${path}/publish`);
    expect(again.body).toMatchObject({ id: made.id, state: 'published', title: 'Hall, closed' });
    expect((await lastNews(made.id, 4)).state).toBe('published');
    expect((await call('POST', `${path}/publish`)).etag).toBe(again.etag);
  });

  it('changes only the revision that the caller has seen', async () => {
    const spaceMapId = randomUUID();
    await readyVersion(spaceMapId, 1);
    const made = await call('POST', '/v1/publications', { spaceMapId });
    const path = `/v1/publications/${made.body.id}`;
    const changes = await Promise.all(
      ['One', 'Two', 'Three'].map((title) => call('PATCH', path, { title }, { 'if-match': made.etag })),
    );
    expect(changes.map(({ status }) => status).sort()).toEqual([200, 412, 412]);
    const same = await call('PATCH', path, { visibility: 'link' });
    expect(same.etag).toBe('"r2"'); // nothing changed, nothing is announced
    expect((await call('PATCH', path, { visibility: 'public' })).body.visibility).toBe('public');
  });

  it('closes what shows a deleted map, for good, and a late `ready` does not bring the map back', async () => {
    const spaceMapId = randomUUID();
    const version = await readyVersion(spaceMapId, 1);
    const { body: made } = await call('POST', '/v1/publications', { spaceMapId });
    const late = { ...version, versionId: randomUUID(), number: 2 };
    await tell(spaceMapDeleted, { spaceMapId, versionIds: [version.versionId, late.versionId] });
    expect((await lastNews(made.id, 2)).state).toBe('unpublished');
    await tell(mapVersionReady, late);
    await tell(mapVersionReady, version);
    const path = `/v1/publications/${made.id}`;
    await handled();
    expect((await call('GET', `${path}/settings`)).body.state).toBe('closed');
    for (const attempt of [call('POST', `${path}/publish`), call('PATCH', path, { title: 'x' })]) {
      const refused = await attempt;
      expect([refused.status, refused.body.code]).toEqual([409, 'studio/publication-closed']);
    }
    const again = await call('POST', '/v1/publications', { spaceMapId });
    expect([again.status, again.body.code]).toEqual([409, 'studio/space-map-not-ready']);
    expect((await call('GET', `/v1/publications?spaceMapId=${spaceMapId}`)).body.items).toEqual([]);
  });

  it('never leaves a publication of a deleted map behind, however publishing and deleting cross', async () => {
    for (let round = 0; round < 8; round += 1) {
      const spaceMapId = randomUUID();
      const version = await readyVersion(spaceMapId, 1);
      const [made] = await Promise.all([
        call('POST', '/v1/publications', { spaceMapId }),
        tell(spaceMapDeleted, { spaceMapId, versionIds: [version.versionId] }),
      ]);
      await until('the version is forgotten', async () => {
        const rows = await parts.worker.query('SELECT 1 FROM studio.map_version WHERE id = $1 AND deleted_at IS NOT NULL', [
          version.versionId,
        ]);
        return rows.length === 1;
      });
      if (made.status === 201) expect((await call('GET', `/v1/publications/${made.body.id}/settings`)).body.state).toBe('closed');
      else expect(made.status).toBe(409);
    }
  });

  it.each([
    ['an unknown field', { spaceMapId: randomUUID(), password: 'x' }, '/password'],
    ['no map', {}, '/spaceMapId'],
    ['an empty title', { spaceMapId: randomUUID(), title: '  ' }, '/title'],
    ['a visibility that is not there', { spaceMapId: randomUUID(), visibility: 'secret' }, '/visibility'],
  ])('names the field for %s', async (_, body, pointer) => {
    const answer = await call('POST', '/v1/publications', body);
    expect(answer.status).toBe(400);
    expect((answer.body as unknown as { errors: { pointer: string }[] }).errors).toEqual([expect.objectContaining({ pointer })]);
  });

  it('refuses a change that changes nothing by name', async () => {
    expect((await call('PATCH', `/v1/publications/${randomUUID()}`, {})).status).toBe(400);
  });

  it('answers 404 for a version that is not ready, or of another map', async () => {
    const [one, other] = [randomUUID(), randomUUID()];
    await readyVersion(one, 1);
    const foreign = await readyVersion(other, 1);
    const unknown = await call('POST', '/v1/publications', { spaceMapId: one, versionId: randomUUID() });
    expect([unknown.status, unknown.body.code]).toEqual([404, 'studio/map-version-not-found']);
    expect((await call('POST', '/v1/publications', { spaceMapId: one, versionId: foreign.versionId })).status).toBe(404);
    const { body: made } = await call('POST', '/v1/publications', { spaceMapId: one });
    expect((await call('PATCH', `/v1/publications/${made.id}`, { versionId: foreign.versionId })).status).toBe(404);
  });

  it('shows nothing of a workspace to another one, nor lets anybody write without the scope', async () => {
    const spaceMapId = randomUUID();
    await readyVersion(spaceMapId, 1);
    const { body: made } = await call('POST', '/v1/publications', { spaceMapId });
    const path = `/v1/publications/${made.id}`;
    const stranger = { ...actor, workspaceId: randomUUID() };
    for (const [method, address, body] of [
      ['GET', `${path}/settings`, undefined],
      ['PATCH', path, { title: 'mine' }],
      ['POST', `${path}/rollback`, undefined],
      ['POST', `${path}/publish`, undefined],
      ['DELETE', path, undefined],
    ] as const) {
      expect((await call(method, address, body, {}, stranger)).status).toBe(404);
      const reader = { ...actor, scopes: method === 'GET' ? [] : ['publications:read'] };
      expect((await call(method, address, body, {}, reader)).status).toBe(403);
    }
    expect((await call('POST', '/v1/publications', { spaceMapId }, {}, stranger)).status).toBe(409);
    expect((await call('GET', '/v1/publications', undefined, {}, stranger)).body.items).toEqual([]);
  });

  it('pages through the list, newest first, without losing or repeating one while others are made', async () => {
    const spaceMapId = randomUUID();
    await readyVersion(spaceMapId, 1);
    const made: string[] = [];
    for (let i = 0; i < 7; i += 1) made.push((await call('POST', '/v1/publications', { spaceMapId, title: `P${i}` })).body.id);
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const query: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const page = await call('GET', `/v1/publications?spaceMapId=${spaceMapId}&limit=3${query}`);
      seen.push(...page.body.items.map(({ id }) => id));
      cursor = page.body.next;
      await call('POST', '/v1/publications', { spaceMapId, title: 'Between' });
    }
    expect(seen).toEqual(made.toReversed());
  });
});
