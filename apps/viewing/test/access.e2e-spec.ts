import { randomUUID } from 'node:crypto';
import { unzipSync } from 'fflate';
import sharp from 'sharp';
import { publicationChanged, publicationPasswordChanged, shareLinkChanged } from '@stead/contracts/studio';
import { visitSchema, type OpenedVisit } from '@stead/contracts/viewing';
import type { Actor } from '@stead/platform/auth';
import { hashPassword } from '@stead/platform/passwords';
import { until } from '@stead/testing/servers';
import { storeBundle } from '../src/testing/bundle.builder';
import { ViewingHouse, jsonOf, tileUrlOf, type Answer } from '../src/testing/viewing-house';

/** What taking back may take, from the message to the first refused tile. */
const TAKEN_BACK_MS = 1_000;
const PASSWORD = 'open sesame';

describe('who gets in, over HTTP', () => {
  let house: ViewingHouse;
  let passwordHash: string;
  beforeAll(async () => {
    [house, passwordHash] = await Promise.all([ViewingHouse.open(), hashPassword(PASSWORD)]);
  });
  afterAll(() => house.close());

  const knock = (place: string, password?: string, as?: Actor, address = '203.0.113.7'): Promise<Answer> =>
    house.send('/v1/visits', {
      method: 'POST',
      body: { place, ...(password === undefined ? {} : { password }) },
      headers: { 'x-forwarded-for': address },
      ...(as === undefined ? {} : { as }),
    });
  const open = async (...knocked: Parameters<typeof knock>): Promise<OpenedVisit> => {
    const { status, body } = await knock(...knocked);
    expect([status, body.toString().slice(0, 300)]).toEqual([201, expect.any(String)]);
    return visitSchema.parse(jsonOf(body));
  };
  const refused = async (...knocked: Parameters<typeof knock>): Promise<unknown[]> => {
    const { status, body } = await knock(...knocked);
    return [status, jsonOf(body)['code']];
  };
  const again = (id: string, visit: string): Promise<Answer> => house.get(`/v1/publications/${id}`, { 'stead-visit': visit });
  const tile = async ({ publication }: OpenedVisit, path = 'tiles/0/0.glb'): Promise<number> =>
    (await house.get(tileUrlOf(publication, path))).status;
  const member = (): Actor => ({ kind: 'user', id: 'anna', workspaceId: house.workspaceId, scopes: [] });
  const stranger: Actor = { kind: 'user', id: 'berta', workspaceId: randomUUID(), scopes: [] };
  const tookBackIn = async (opened: OpenedVisit, take: () => Promise<void>): Promise<number> => {
    expect(await tile(opened)).toBe(200);
    const startMs = performance.now();
    await take();
    await until('no tile comes any more', async () => (await tile(opened)) === 404);
    return performance.now() - startMs;
  };

  describe('a place with a password', () => {
    it('opens with it, and reading on needs it no more', async () => {
      const { publicationId } = await house.announceWithPassword(passwordHash);
      expect(await refused(publicationId)).toEqual([401, 'viewing/password-required']);
      expect(await house.code(`/v1/publications/${publicationId}`)).toEqual([401, 'viewing/password-required']);
      expect(await refused(publicationId, 'close sesame')).toEqual([403, 'viewing/password-wrong']);
      const opened = await open(publicationId, PASSWORD);
      expect(await tile(opened)).toBe(200);
      expect((await again(publicationId, opened.visit)).status).toBe(200);
      expect((await again(publicationId, `${opened.visit}x`)).status).toBe(401);
      expect(JSON.stringify(opened)).not.toContain('argon2');
    });

    it('is closed within a second, to those who are in too, when the password is another one', async () => {
      const news = await house.announceWithPassword(passwordHash);
      const opened = await open(news.publicationId, PASSWORD);
      const other = await hashPassword('another one');
      const change = { publicationId: news.publicationId, revision: 2, passwordHash: other };
      expect(await tookBackIn(opened, () => house.tell(publicationPasswordChanged, change))).toBeLessThan(TAKEN_BACK_MS);
      expect((await again(news.publicationId, opened.visit)).status).toBe(401);
      expect(await tile(await open(news.publicationId, 'another one'))).toBe(200);
    });

    it('lets nobody in while its password is not known yet, nor when there is none', async () => {
      const { publicationId } = await house.announce({ visibility: 'password' });
      expect(await refused(publicationId, PASSWORD)).toEqual([401, 'viewing/password-required']);
      await house.tell(publicationPasswordChanged, { publicationId, revision: 1, passwordHash });
      await until('its password is known', async () => (await knock(publicationId, PASSWORD)).status === 201);
      await house.tell(publicationPasswordChanged, { publicationId, revision: 2, passwordHash: null });
      await until('it is gone', async () => (await knock(publicationId, PASSWORD)).status === 401);
    });

    it('lets nobody guess: ten from a visitor in a quarter of an hour, and others come in meanwhile', async () => {
      const { publicationId } = await house.announceWithPassword(passwordHash);
      const guesses = await Promise.all(Array.from({ length: 25 }, (_, i) => refused(publicationId, `guess ${i}`)));
      expect(guesses.filter(([status]) => status === 403)).toHaveLength(10);
      const last = await knock(publicationId, PASSWORD); // also the right one has to wait
      expect([last.status, jsonOf(last.body)['code']]).toEqual([429, 'viewing/too-many-guesses']);
      expect(Number(jsonOf(last.body)['retryAfterS'])).toBeGreaterThan(60);
      expect(await tile(await open(publicationId, PASSWORD, undefined, '198.51.100.4'))).toBe(200);
    });
  });

  it('a visit is asked for in few words', async () => {
    const { publicationId } = await house.announce();
    expect(await refused(publicationId, 'x'.repeat(257))).toEqual([400, 'platform/invalid-request']);
    expect(await refused(publicationId, 'x'.repeat(2 << 20))).toEqual([413, 'platform/body-too-large']);
  });

  it('what is private is answered as what never was, but to its own people', async () => {
    const { publicationId } = await house.announce({ visibility: 'private' });
    expect(await refused(publicationId)).toEqual(await refused(randomUUID()));
    expect(await refused(publicationId, undefined, stranger)).toEqual([404, 'viewing/publication-not-found']);
    expect(await tile(await open(publicationId, undefined, member()))).toBe(200);
  });

  it('a place for members opens for members', async () => {
    const { publicationId } = await house.announce({ visibility: 'members' });
    expect(await refused(publicationId)).toEqual([401, 'viewing/sign-in-required']);
    expect(await refused(publicationId, undefined, stranger)).toEqual([403, 'viewing/members-only']);
    const opened = await open(publicationId, undefined, member());
    expect([await tile(opened), (await again(publicationId, opened.visit)).status]).toEqual([200, 200]);
  });

  describe('a place with a price', () => {
    it('is closed where no part of it is free, and open for its own people', async () => {
      const { publicationId } = await house.announce({ visibility: 'paid' });
      expect(await refused(publicationId)).toEqual([402, 'viewing/payment-required']);
      expect(await house.code(`/v1/publications/${publicationId}`)).toEqual([402, 'viewing/payment-required']);
      expect((await open(publicationId, undefined, member())).publication.access).toBe('full');
    });

    it('sends of its free part every tile, and of the rest not one byte', async () => {
      const { publicationId, ...news } = await house.announce({
        visibility: 'paid',
        preview: { min: [0, 0, 0], max: [3, 5, 3] },
        contents: { key: 'workspaces/x/scene.json', sha256: 'a'.repeat(64), bytes: 10 },
      });
      const opened = await open(publicationId);
      expect(opened.publication).toMatchObject({
        access: 'preview',
        planUrl: null,
        camerasUrl: null,
        splat: null,
        sceneUrl: null,
      });
      const tileset = (await house.get(opened.publication.tilesetUrl)).body.toString();
      expect(tileset).toContain('0/0.glb');
      expect(tileset).not.toContain('0/1.glb');
      const whole = await open(publicationId, undefined, member());
      expect((await house.get(whole.publication.tilesetUrl)).body.toString()).toContain('0/1.glb');
      const ofMap = ['tiles/0/1.glb', 'tiles/large.glb', 'plan.svg', 'cameras.json', 'splat/place.spz'];
      const rest = [...ofMap, 'photos/a1.webp', 'photos/a1.thumb.webp', `scene/${'a'.repeat(64)}.json`];
      expect(await Promise.all(['tiles/0/0.glb', 'poster.jpg', ...rest].map((path) => tile(opened, path)))).toEqual([
        ...[200, 200],
        ...rest.map(() => 404),
      ]);
      expect(await tile(whole, 'tiles/0/1.glb')).toBe(200);
      const smaller = { ...news, publicationId, revision: 2, preview: { min: [0, 0, 0], max: [1, 1, 1] } } as const;
      const took = await tookBackIn(opened, () =>
        house.tell(publicationChanged, { ...smaller, preview: { min: [0, 0, 0], max: [1, 1, 1] } }),
      );
      expect(took).toBeLessThan(TAKEN_BACK_MS);
    });
  });

  describe('a share link', () => {
    it('opens what is private, and no other address tells of it', async () => {
      const { publicationId } = await house.announce({ visibility: 'private' });
      const { linkId } = await house.announceLink({ publicationId });
      const opened = await open(linkId);
      expect(opened.publication.id).toBe(publicationId);
      expect([await tile(opened), (await again(publicationId, opened.visit)).status]).toEqual([200, 200]);
      expect(await house.code(`/v1/publications/${publicationId}`)).toEqual([404, 'viewing/publication-not-found']);
      expect((await house.get(`/v1/publications/${linkId}`)).status).toBe(403); // only opening a visit counts it
    });

    it('that is revoked is closed within a second, to those who are in too, and its neighbour stays open', async () => {
      const { publicationId } = await house.announce({ visibility: 'private' });
      const [link, neighbour] = [await house.announceLink({ publicationId }), await house.announceLink({ publicationId })];
      const [opened, beside] = [await open(link.linkId), await open(neighbour.linkId)];
      const revoke = (): Promise<void> => house.tell(shareLinkChanged, { ...link, revision: 2, state: 'revoked' });
      expect(await tookBackIn(opened, revoke)).toBeLessThan(TAKEN_BACK_MS);
      expect(await refused(link.linkId)).toEqual([404, 'viewing/publication-not-found']);
      expect((await again(publicationId, opened.visit)).status).toBe(404);
      expect([await tile(beside), (await again(publicationId, beside.visit)).status]).toEqual([200, 200]);
      // The news of before comes late: it changes nothing.
      await house.tell(shareLinkChanged, link);
      await house.announce();
      expect(await refused(link.linkId)).toEqual([404, 'viewing/publication-not-found']);
    });

    it('ends with the publication, and with its time', async () => {
      const news = await house.announce();
      const { linkId } = await house.announceLink({ publicationId: news.publicationId });
      const opened = await open(linkId);
      const withdraw = (): Promise<void> => house.tell(publicationChanged, { ...news, revision: 2, state: 'unpublished' });
      expect(await tookBackIn(opened, withdraw)).toBeLessThan(TAKEN_BACK_MS);
      expect(await refused(linkId)).toEqual([404, 'viewing/publication-not-found']);

      const { publicationId } = await house.announce();
      const short = await house.announceLink({ publicationId, expiresAt: new Date(Date.now() + 1_500).toISOString() });
      const inTime = await open(short.linkId);
      await until('its time is over', async () => (await refused(short.linkId))[1] === 'viewing/link-expired');
      expect(await tile(inTime)).toBe(404);
      expect(await tile(await open(publicationId))).toBe(200); // the publication's own address
    });

    it('with a number of views opens so many visits and not one more, however many come at once', async () => {
      const { publicationId } = await house.announce({ visibility: 'private' });
      const { linkId } = await house.announceLink({ publicationId, viewsMax: 7 });
      const visits = await Promise.all(Array.from({ length: 20 }, () => knock(linkId)));
      const inside = visits.filter(({ status }) => status === 201);
      expect(inside).toHaveLength(7);
      const others = visits.filter(({ status }) => status !== 201).map(({ body }) => jsonOf(body)['code']);
      expect(new Set(others)).toEqual(new Set(['viewing/link-used-up']));
      const first = visitSchema.parse(jsonOf(inside[0]?.body ?? Buffer.from('{}')));
      expect((await again(publicationId, first.visit)).status).toBe(200); // reading on is no further view
    });

    it('lets visitors download the place as one archive, where it says so, and nowhere else', async () => {
      const { publicationId } = await house.announce({ title: 'Große Halle' });
      const allowed = await house.announceLink({ publicationId, download: true });
      const { publication } = await open(allowed.linkId);
      const answer = await house.get(publication.downloadUrl ?? '');
      expect([answer.status, answer.headers['content-type'], answer.body.length]).toEqual([
        ...[200, 'application/zip', Number(answer.headers['content-length'])],
      ]);
      expect(answer.headers['content-disposition']).toContain("filename*=UTF-8''Gro%C3%9Fe%20Halle.zip");
      const files = unzipSync(new Uint8Array(answer.body));
      for (const path of ['tiles/tileset.json', 'tiles/large.glb', 'plan.svg', 'cameras.json', 'photos/a1.webp'])
        expect(Buffer.from(files[path] ?? []).equals(house.bundle.contents.get(path) ?? Buffer.alloc(0))).toBe(true);
      expect(Object.keys(files)).not.toContain('localisation/index.bin');
      const plain = await open(publicationId);
      expect(plain.publication.downloadUrl).toBeNull();
      expect(await tile(plain, 'download.zip')).toBe(404);
      await house.announceLink({ ...allowed, revision: 2, download: false });
      expect((await house.get(publication.downloadUrl ?? '')).status).toBe(404);
    });

    it('shows no photos unless whoever published it says so, in the archive neither, and takes them back within a second', async () => {
      const news = await house.announce({ photos: false });
      const allowed = await house.announceLink({ publicationId: news.publicationId, download: true });
      const photo = 'photos/a1.webp';
      const closed = await open(allowed.linkId);
      expect([closed.publication.photos, await tile(closed, photo), await tile(closed, 'cameras.json')]).toEqual([
        false,
        404,
        200,
      ]);
      const archive = await house.get(closed.publication.downloadUrl ?? '');
      expect(Object.keys(unzipSync(new Uint8Array(archive.body))).filter((path) => path.startsWith('photos/'))).toEqual([]);
      await house.announce({ ...news, revision: 2, photos: true });
      const shown = await open(allowed.linkId);
      expect([shown.publication.photos, await tile(shown, photo)]).toEqual([true, 200]);
      const startMs = performance.now();
      await house.announce({ ...news, revision: 3, photos: false });
      await until('no photo comes any more', async () => (await tile(shown, photo)) === 404);
      expect(performance.now() - startMs).toBeLessThan(TAKEN_BACK_MS);
      expect(await tile(shown)).toBe(200);
    });

    it('has a password of its own', async () => {
      const { publicationId } = await house.announce();
      const { linkId } = await house.announceLink({ publicationId, passwordHash });
      expect(await refused(linkId)).toEqual([401, 'viewing/password-required']);
      expect(await tile(await open(linkId, PASSWORD))).toBe(200);
      expect(await tile(await open(publicationId))).toBe(200);
    });

    it('of another workspace cannot be taken over, and its count is seen by its own workspace alone', async () => {
      const { publicationId } = await house.announce();
      const link = await house.announceLink({ publicationId, viewsMax: 1 });
      await house.tell(shareLinkChanged, { ...link, revision: 9, viewsMax: null }, randomUUID());
      await house.announce();
      await open(link.linkId);
      expect(await refused(link.linkId)).toEqual([403, 'viewing/link-used-up']);
      expect(await house.parts.api.query('SELECT * FROM viewing.share_link_views', [])).toEqual([]);
    });
  });

  describe('the page of a place, for the gateway and for other sites', () => {
    const gateway: Actor = { kind: 'system', id: 'gateway', workspaceId: null, scopes: ['*'] };
    const pageOf = async (id: string): Promise<unknown> =>
      jsonOf((await house.send(`/internal/places/${id}/page`, { as: gateway })).body);

    it('names the sites that may show it, and a picture where a stranger gets in', async () => {
      const open = await house.announce({ visibility: 'public', embedSites: ['https://museum.example'] });
      expect(await pageOf(open.publicationId)).toEqual({
        embedSites: ['https://museum.example'],
        card: { title: 'Great hall', imagePath: `/v1/places/${open.publicationId}/card.jpg` },
        listed: true,
      });
      const { linkId } = await house.announceLink({ publicationId: open.publicationId });
      expect(await pageOf(linkId)).toMatchObject({ embedSites: ['https://museum.example'], listed: false });
      const locked = await house.announceWithPassword(passwordHash);
      expect(await pageOf(locked.publicationId)).toEqual({ embedSites: null, card: null, listed: false });
      expect(await pageOf(randomUUID())).toEqual({ embedSites: [], card: null, listed: false });
      expect((await house.send(`/internal/places/${open.publicationId}/page`)).status).toBe(401);
    });

    it('has a picture of the size that they want, and none of what is locked', async () => {
      const poster = await sharp({ create: { width: 400, height: 300, channels: 3, background: '#856' } })
        .png()
        .toBuffer();
      const { prefix, manifestSha256 } = await storeBundle(house.store, 'all', poster);
      const shown = await house.announce({ bundlePrefix: prefix, manifestSha256 });
      const answer = await house.get(`/v1/places/${shown.publicationId}/card.jpg`);
      expect([answer.status, answer.headers['content-type']]).toEqual([200, 'image/jpeg']);
      expect(await sharp(answer.body).metadata()).toMatchObject({ format: 'jpeg', width: 1200, height: 630 });
      for (const visibility of ['private', 'members', 'paid'] as const) {
        const { publicationId } = await house.announce({ visibility, bundlePrefix: prefix, manifestSha256 });
        expect((await house.get(`/v1/places/${publicationId}/card.jpg`)).status).toBe(404);
      }
    });
  });

  it('says what is wrong with a request for a visit, and no more', async () => {
    const bad = await house.send('/v1/visits', { method: 'POST', body: { place: 'nonsense', password: '' } });
    expect([bad.status, jsonOf(bad.body)['errors']]).toEqual([
      400,
      [expect.objectContaining({ pointer: '/place' }), expect.objectContaining({ pointer: '/password' })],
    ]);
  });
});
