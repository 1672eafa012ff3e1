import { randomUUID } from 'node:crypto';
import type { PayloadOf } from '@stead/contracts/messaging';
import { mapVersionReady, spaceMapDeleted } from '@stead/contracts/space-maps';
import type { PublicationSettings } from '@stead/contracts/studio';
import { systemActor, type Actor } from '@stead/platform/auth';
import { until } from '@stead/testing/servers';
import { StudioHouse, type Answer, type News } from '../src/testing/studio-house';

type Body = PublicationSettings & { items: PublicationSettings[]; next: string | null };

describe('studio over HTTP and queue', () => {
  let house: StudioHouse;

  beforeAll(async () => {
    house = await StudioHouse.open();
  });
  afterAll(() => house.close());

  const call = (
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
    as?: Actor,
  ): Promise<Answer<Body>> => house.call<Body>(method, path, body, headers, as);
  const readyVersion = (spaceMapId: string, number: number): Promise<PayloadOf<typeof mapVersionReady>> =>
    house.readyVersion(spaceMapId, number);
  const newsOf = (publicationId: string): News[] => house.told.filter((news) => news.publicationId === publicationId);
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
      ...{ spaceMapId, versionId, bundlePrefix, manifestSha256, contents: null },
      ...{ embedSites: null, preview: null, photos: false },
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
    const rows = await house.parts.worker.query('SELECT 1 FROM studio.publication WHERE space_map_id = $1', [spaceMapId]);
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
    expect([back.status, back.body.versionId, back.body.earlier]).toEqual([
      200,
      second.versionId,
      [{ versionId: first.versionId, sceneRevision: null }],
    ]);
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
    await house.tell(spaceMapDeleted, { spaceMapId, versionIds: [version.versionId, late.versionId] });
    expect((await lastNews(made.id, 2)).state).toBe('unpublished');
    await house.tell(mapVersionReady, late);
    await house.tell(mapVersionReady, version);
    const path = `/v1/publications/${made.id}`;
    await house.handled();
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
        house.tell(spaceMapDeleted, { spaceMapId, versionIds: [version.versionId] }),
      ]);
      await until('the version is forgotten', async () => {
        const rows = await house.parts.worker.query('SELECT 1 FROM studio.map_version WHERE id = $1 AND deleted_at IS NOT NULL', [
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
    expect(answer.body.errors).toEqual([expect.objectContaining({ pointer })]);
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
    const stranger = { ...house.actor, workspaceId: randomUUID() };
    for (const [method, address, body] of [
      ['GET', `${path}/settings`, undefined],
      ['PATCH', path, { title: 'mine' }],
      ['POST', `${path}/rollback`, undefined],
      ['POST', `${path}/publish`, undefined],
      ['DELETE', path, undefined],
    ] as const) {
      expect((await call(method, address, body, {}, stranger)).status).toBe(404);
      const reader = { ...house.actor, scopes: method === 'GET' ? [] : ['publications:read'] };
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
    const found = async (title: string): Promise<string[]> =>
      (await call('GET', `/v1/publications?spaceMapId=${spaceMapId}&title=${title}`)).body.items.map(({ id }) => id);
    expect(await found('p3')).toEqual([made[3]]);
    expect(await found('100%25')).toEqual([]);
  });

  it('tells services of a version as long as its map is there, of their workspace alone, and nobody else', async () => {
    const spaceMapId = randomUUID();
    const { versionId, bundlePrefix, manifestSha256 } = await readyVersion(spaceMapId, 1);
    const path = `/internal/map-versions/${versionId}`;
    const ask = (as: Actor): Promise<Answer<Body>> => call('GET', path, undefined, {}, as);
    const viewing = systemActor('viewing', house.workspaceId);
    expect((await ask(viewing)).body).toEqual({ versionId, bundlePrefix, manifestSha256 });
    expect((await ask(house.actor)).status).toBe(403);
    expect((await ask(systemActor('viewing', randomUUID()))).status).toBe(404);
    await house.tell(spaceMapDeleted, { spaceMapId, versionIds: [versionId] });
    await until('it is forgotten', async () => (await ask(viewing)).status === 404);
  });
});
