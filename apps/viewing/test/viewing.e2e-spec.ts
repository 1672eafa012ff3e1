import { createHash, randomUUID } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { publicationChanged } from '@stead/contracts/studio';
import type { PublicationView, PublicSpace } from '@stead/contracts/viewing';
import { until } from '@stead/testing/servers';
import { grantOf, type Grant } from '../src/domain/grant';
import type { Published } from '../src/domain/place';
import { TileTokens } from '../src/domain/tile-tokens';
import { mediaTypeOf, storeBundle } from '../src/testing/bundle.builder';
import { TILE_TOKEN_KEY, ViewingHouse, jsonOf as json, tileUrlOf, type Answer, type News } from '../src/testing/viewing-house';

/** What a withdrawal may take, from the message to the last refused tile. */
const WITHDRAWN_MS = 1_000;

describe('viewing over HTTP and queue', () => {
  let house: ViewingHouse;
  beforeAll(async () => {
    house = await ViewingHouse.open();
  });
  afterAll(() => house.close());

  const announce = (change: Partial<News> = {}): Promise<News> => house.announce(change);
  const tell = (news: News, from?: string): Promise<void> => house.tell(publicationChanged, news, from);
  const get = (path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> =>
    house.get(path, headers, method);
  const code = (path: string): Promise<[number, unknown]> => house.code(path);
  const view = (id: string): Promise<PublicationView> => house.view(id);

  describe('a publication', () => {
    it('is shown to anybody, with addresses that are good for a quarter of an hour at least', async () => {
      const news = await announce();
      const answer = await get(`/v1/publications/${news.publicationId}`);
      expect(answer.headers).toMatchObject({ 'cache-control': 'no-store', 'access-control-allow-origin': '*' });
      const viewed = await view(news.publicationId);
      expect(viewed).toMatchObject({
        ...{ id: news.publicationId, title: 'Great hall', visibility: 'link', versionId: news.versionId, units: 'metre' },
        quality: { grade: 'A', points: 30_000, images: 20, registered: 19 },
        attribution: { builtAt: '2026-03-01T10:00:00.000Z', pipeline: 'space-map 1' },
      });
      expect(Date.parse(viewed.expiresAt) - Date.now()).toBeGreaterThan(14.9 * 60_000);
      expect(viewed.splat).toMatchObject({ matrix: [2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0, 1, 0, 0, 1], count: 12 });
      for (const url of [viewed.posterUrl, viewed.tilesetUrl, viewed.planUrl, viewed.camerasUrl, viewed.splat?.url ?? null]) {
        expect((await get(url ?? '')).status).toBe(200);
      }
      expect(JSON.stringify(viewed)).not.toContain(house.workspaceId);
    });

    it.each([
      ['one that never was', randomUUID()],
      ['something that is no id', 'nonsense'],
    ])('answers 404 for %s', async (_, id) => {
      const { status, headers } = await get(`/v1/publications/${id}`);
      expect(status).toBe(404);
      expect(headers['content-type']).toContain('application/problem+json');
    });

    it('is said to be on its way while its bundle is not there, and shown when it is', async () => {
      const late = await storeBundle(house.store, 'nothing');
      const news = await announce({ bundlePrefix: late.prefix, manifestSha256: late.manifestSha256 });
      const early = await get(`/v1/publications/${news.publicationId}`);
      expect([early.status, json(early.body)['code']]).toEqual([503, 'viewing/publication-not-ready']);
      expect(Number(early.headers['retry-after'])).toBeGreaterThan(0);
      for (const [path, bytes] of late.contents)
        await house.store.put(late.prefix + path, bytes, { mediaType: mediaTypeOf(path) });
      expect((await view(news.publicationId)).title).toBe('Great hall');
    });

    it('is not shown by a manifest that is not the one that was announced', async () => {
      const news = await announce({ manifestSha256: 'ab'.repeat(32) });
      expect(await code(`/v1/publications/${news.publicationId}`)).toEqual([503, 'viewing/publication-not-ready']);
    });

    it('is in the newest revision that was announced, in whatever order the news comes', async () => {
      const news = await announce({ revision: 3, title: 'Third' });
      await tell({ ...news, revision: 2, title: 'Second' });
      await tell({ ...news, revision: 3, title: 'Third, again' });
      await announce({ ...news, revision: 4, title: 'Fourth' });
      await tell({ ...news, revision: 1, title: 'First' });
      await announce({}); // one more message, so that those before it have been taken
      await until('the fourth', async () => (await view(news.publicationId)).title === 'Fourth');
    });

    it('cannot be taken over by another workspace', async () => {
      const news = await announce();
      await tell({ ...news, revision: 9, title: 'Mine' }, randomUUID());
      await announce({});
      expect((await view(news.publicationId)).title).toBe('Great hall');
    });
  });

  describe('a file', () => {
    let viewed: PublicationView;
    beforeAll(async () => {
      viewed = await view((await announce()).publicationId);
    });

    it.each([
      'tiles/tileset.json',
      'tiles/0/0.glb',
      'tiles/0/1.glb',
      'tiles/large.glb',
      'poster.jpg',
      'plan.svg',
      'cameras.json',
      'photos/a1.webp',
      'photos/a1.thumb.webp',
    ])('%s comes whole, with its type, for as long as the address is good', async (path) => {
      const { status, headers, body } = await get(tileUrlOf(viewed, path));
      expect(status).toBe(200);
      expect(body.equals(house.bundle.contents.get(path) ?? Buffer.alloc(0))).toBe(true);
      expect(headers).toMatchObject({
        'content-type': mediaTypeOf(path),
        'content-length': String(body.length),
        'access-control-allow-origin': '*',
        'x-content-type-options': 'nosniff',
        'accept-ranges': 'bytes',
      });
      expect(headers['cache-control']).toMatch(/^private, max-age=\d+, immutable$/);
      const head = await get(tileUrlOf(viewed, path), {}, 'HEAD');
      expect([head.status, head.body.length, head.headers['content-length'], head.headers['etag']]).toEqual([
        ...[200, 0, String(body.length), headers['etag']],
      ]);
    });

    it('comes packed to those who can unpack it, under a tag of its own', async () => {
      const url = tileUrlOf(viewed, 'tiles/0/0.glb');
      const [plain, packed] = [await get(url), await get(url, { 'accept-encoding': 'br, gzip' })];
      expect(packed.headers['content-encoding']).toBe('gzip');
      expect(packed.body.length).toBeLessThan(plain.body.length / 2);
      expect(gunzipSync(packed.body).equals(plain.body)).toBe(true);
      expect(packed.headers['etag']).not.toBe(plain.headers['etag']);
      expect([plain.headers['vary'], packed.headers['vary']]).toEqual(['accept-encoding', 'accept-encoding']);
      const noise = await get(tileUrlOf(viewed, 'tiles/0/1.glb'), { 'accept-encoding': 'gzip' });
      expect(noise.headers['content-encoding']).toBeUndefined(); // packing it would gain nothing
    });

    it('is not sent again to those who have it', async () => {
      const url = tileUrlOf(viewed, 'tiles/0/0.glb');
      for (const encoding of ['identity', 'gzip']) {
        const first = await get(url, { 'accept-encoding': encoding });
        const again = await get(url, { 'accept-encoding': encoding, 'if-none-match': `"other", ${first.headers['etag']}` });
        expect([again.status, again.body.length, again.headers['etag']]).toEqual([304, 0, first.headers['etag']]);
        expect(again.headers['cache-control']).toContain('immutable');
      }
    });

    it.each(['tiles/0/0.glb', 'tiles/large.glb'])('%s comes in parts', async (path) => {
      const whole = house.bundle.contents.get(path) ?? Buffer.alloc(0);
      const url = tileUrlOf(viewed, path);
      for (const [range, start, end] of [
        ['bytes=0-0', 0, 0],
        ['bytes=100-1999', 100, 1_999],
        ['bytes=-10', whole.length - 10, whole.length - 1],
        [`bytes=${whole.length - 5}-${whole.length + 500}`, whole.length - 5, whole.length - 1],
      ] as const) {
        const { status, headers, body } = await get(url, { range, 'accept-encoding': 'gzip' });
        expect([status, headers['content-range'], headers['content-encoding']]).toEqual([
          206,
          `bytes ${start}-${end}/${whole.length}`,
          undefined,
        ]);
        expect(body.equals(whole.subarray(start, end + 1))).toBe(true);
      }
      const beyond = await get(url, { range: `bytes=${whole.length}-` });
      expect([beyond.status, beyond.headers['content-range']]).toEqual([416, `bytes */${whole.length}`]);
      const stale = await get(url, { range: 'bytes=0-0', 'if-range': '"another"' });
      expect([stale.status, stale.body.length]).toEqual([200, whole.length]);
    });

    it.each([
      'manifest.json',
      'localisation/index.bin',
      'tiles/0/missing.glb',
      'tiles',
      'tiles/',
      '',
      '../manifest.json',
      'tiles/../manifest.json',
      'tiles/..%2fmanifest.json',
      'tiles/%2e%2e/manifest.json',
      'tiles/%252e%252e/manifest.json',
      'tiles//tileset.json',
      'tiles/./tileset.json',
      'tiles/tileset%2ejson',
      'tiles\\..\\manifest.json',
      'tiles/tileset.json%00',
      'tiles/%',
      '%c0%ae%c0%ae/manifest.json',
    ])('%p is none', async (path) => {
      const { status, headers } = await get(tileUrlOf(viewed, path));
      expect([400, 404]).toContain(status); // 400: not even a URL
      expect(headers['content-type']).toContain('json');
    });

    it('of the scene is there for whoever may see the place, and no older one', async () => {
      const putScene = async (text: string): Promise<NonNullable<News['contents']>> => {
        const bytes = Buffer.from(JSON.stringify({ text }));
        const sha256 = createHash('sha256').update(bytes).digest('hex');
        const key = `workspaces/${house.workspaceId}/publications/x/${sha256}.json`;
        await house.store.put(key, bytes, { mediaType: 'application/json' });
        return { key, sha256, bytes: bytes.length };
      };
      const first = await announce({ contents: await putScene('first') });
      const before = await view(first.publicationId);
      const answer = await get(before.sceneUrl ?? '');
      expect([answer.status, answer.headers['content-type'], json(answer.body)]).toEqual([
        200,
        'application/json',
        { text: 'first' },
      ]);
      expect(answer.headers['cache-control']).toContain('immutable');

      await announce({ ...first, revision: 2, contents: await putScene('second') });
      const after = await view(first.publicationId);
      expect(json((await get(after.sceneUrl ?? '')).body)).toEqual({ text: 'second' });
      expect(await code(before.sceneUrl ?? '')).toEqual([404, 'viewing/file-not-found']);
      await announce({ ...first, revision: 3, contents: null });
      expect((await view(first.publicationId)).sceneUrl).toBeNull();
      expect(await code(after.sceneUrl ?? '')).toEqual([404, 'viewing/file-not-found']);
    });

    it('of the library that the scene shows is there, by parts too, and none that it does not show', async () => {
      const folder = `workspaces/${house.workspaceId}/publications/x/`;
      const video = Buffer.alloc(3_000_000, 'video');
      const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
      const path = `media/${sha256(video)}.mp4`;
      const media = [
        {
          ...{ id: randomUUID(), path, mediaType: 'video/mp4', bytes: video.length, sha256: sha256(video) },
          ...{ widthPx: 320, heightPx: 240, durationS: 2 },
        },
      ];
      const scene = Buffer.from(JSON.stringify({ media }));
      const key = `${folder}${sha256(scene)}.json`;
      await house.store.put(folder + path, video, { mediaType: 'video/mp4' });
      await house.store.put(`${folder}media/hidden.mp4`, video, { mediaType: 'video/mp4' });
      await house.store.put(key, scene, { mediaType: 'application/json' });
      const news = await announce({ contents: { key, sha256: sha256(scene), bytes: scene.length } });
      const viewed = await view(news.publicationId);
      const part = await get(tileUrlOf(viewed, path), { range: 'bytes=0-9' });
      expect([part.status, part.headers['content-type'], part.body.length]).toEqual([206, 'video/mp4', 10]);
      expect((await get(tileUrlOf(viewed, path))).body.equals(video)).toBe(true);
      expect(await code(tileUrlOf(viewed, 'media/hidden.mp4'))).toEqual([404, 'viewing/file-not-found']);
      await announce({ ...news, revision: 2, contents: null });
      expect((await get(tileUrlOf(await view(news.publicationId), path))).status).toBe(404);
    });

    it('that is damaged in the store is never sent', async () => {
      const damaged = await storeBundle(house.store);
      await house.store.put(`${damaged.prefix}tiles/0/0.glb`, Buffer.alloc(22_000, 1), { mediaType: 'model/gltf-binary' });
      const at = await view(
        (await announce({ bundlePrefix: damaged.prefix, manifestSha256: damaged.manifestSha256 })).publicationId,
      );
      expect(await code(tileUrlOf(at, 'tiles/0/0.glb'))).toEqual([503, 'viewing/publication-not-ready']);
      expect((await get(tileUrlOf(at, 'tiles/0/1.glb'))).status).toBe(200);
    });

    it('of a public place may be kept by shared caches, for a short while', async () => {
      const open = await view((await announce({ visibility: 'public' })).publicationId);
      expect((await get(open.tilesetUrl)).headers['cache-control']).toMatch(/^public, s-maxage=30, max-age=\d+, immutable$/);
    });
  });

  describe('an address', () => {
    const tokens = new TileTokens(TILE_TOKEN_KEY);
    /** To whoever has the address. */
    const grantOfLink = (id: string): Grant => {
      const published = { visibility: 'link', passwordHash: null, preview: null, id } as Published;
      return grantOf({ published, link: null }, 'full');
    };
    const minutesAgo = (minutes: number): Date => new Date(Date.now() - minutes * 60_000);

    it('ends with its time', async () => {
      const { publicationId, versionId } = await announce();
      const old = tokens.issue(grantOfLink(publicationId), versionId, minutesAgo(21)).token;
      expect(await code(`/t/${old}/tiles/tileset.json`)).toEqual([403, 'viewing/access-expired']);
      const recent = tokens.issue(grantOfLink(publicationId), versionId, minutesAgo(10)).token;
      const { status, headers } = await get(`/t/${recent}/tiles/tileset.json`);
      expect(status).toBe(200);
      expect(Number(/max-age=(\d+)/.exec(headers['cache-control'] ?? '')?.[1])).toBeLessThanOrEqual(10 * 60);
    });

    it('made with another key, or changed, is the address of nothing', async () => {
      const { publicationId, versionId } = await announce();
      const { token } = new TileTokens('a key that somebody else has made up for it').issue(
        grantOfLink(publicationId),
        versionId,
        new Date(),
      );
      expect(await code(`/t/${token}/tiles/tileset.json`)).toEqual([404, 'viewing/file-not-found']);
      const own = tokens.issue(grantOfLink(publicationId), versionId, new Date()).token;
      expect(await code(`/t/${own.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'))}/tiles/tileset.json`)).toEqual([
        404,
        'viewing/file-not-found',
      ]);
    });

    it('of the version before is refused when the publication has moved to another', async () => {
      const news = await announce();
      const before = await view(news.publicationId);
      await announce({ ...news, revision: 2, versionId: randomUUID() });
      await until('the move', async () => (await get(before.tilesetUrl)).status === 403);
      const after = await view(news.publicationId);
      expect((await get(after.tilesetUrl)).status).toBe(200);
    });
  });

  describe('a withdrawal', () => {
    const withdraw = async (news: News, take: () => Promise<void>): Promise<number> => {
      const viewed = await view(news.publicationId);
      const url = tileUrlOf(viewed, 'tiles/0/0.glb');
      expect((await get(url)).status).toBe(200);
      const startMs = performance.now();
      await take();
      await until('no tile comes any more', async () => (await get(url)).status === 404);
      const ms = performance.now() - startMs;
      expect((await get(`/v1/publications/${news.publicationId}`)).status).toBe(404);
      return ms;
    };

    it('takes effect on addresses given before, within a second of its message', async () => {
      const news = await announce({ visibility: 'public' });
      expect(await withdraw(news, () => tell({ ...news, revision: 2, state: 'unpublished' }))).toBeLessThan(WITHDRAWN_MS);
    });

    it('takes effect within a second also where its notification was lost', async () => {
      const news = await announce();
      const take = async (): Promise<void> => {
        await house.parts.worker.query(`UPDATE viewing.publication SET state = 'unpublished', revision = 2 WHERE id = $1`, [
          news.publicationId,
        ]);
      };
      expect(await withdraw(news, take)).toBeLessThan(WITHDRAWN_MS);
    });

    it('holds in the database: the role that serves visitors cannot read what is not published', async () => {
      const hidden = await announce({ state: 'unpublished' });
      const open = await announce();
      const seen = await house.parts.api.query<{ id: string }>('SELECT id FROM viewing.publication WHERE id = ANY($1)', [
        [hidden.publicationId, open.publicationId],
      ]);
      expect(seen.map(({ id }) => id)).toEqual([open.publicationId]);
      await expect(
        house.parts.api.query(`UPDATE viewing.publication SET state = 'published' WHERE id = $1 RETURNING id`, [
          hidden.publicationId,
        ]),
      ).resolves.toEqual([]);
    });
  });

  it('lists public spaces page by page, newest first, and no others', async () => {
    await house.parts.worker.query('DELETE FROM viewing.publication', []);
    const made: string[] = [];
    for (let i = 0; i < 5; i += 1) made.push((await announce({ visibility: 'public', title: `Hall ${i}` })).publicationId);
    await announce({ visibility: 'link' });
    await announce({ visibility: 'public', state: 'unpublished' });
    const broken = await announce({ visibility: 'public', manifestSha256: 'cd'.repeat(32) });
    const seen: PublicSpace[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page = json((await get(`/v1/public-spaces?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`)).body);
      seen.push(...(page['items'] as PublicSpace[]));
      cursor = page['next'] as string | null;
    }
    expect(seen.map(({ id }) => id)).toEqual([broken.publicationId, ...made.toReversed()]);
    expect(seen[0]?.posterUrl).toBeNull();
    expect((await get(seen[1]?.posterUrl ?? '')).status).toBe(200);
  });

  it('says what it served from where', async () => {
    const viewed = await view((await announce()).publicationId);
    await Promise.all(Array.from({ length: 20 }, () => get(tileUrlOf(viewed, 'tiles/0/1.glb'))));
    const text = (await get('/metrics')).body.toString();
    expect(text).toMatch(/stead_files_total\{outcome="memory",service="viewing"\} \d+/);
  });
});
