import { randomUUID } from 'node:crypto';
import { SHARE_LINKS_MAX, type PublicationSettings, type ShareLinkView } from '@stead/contracts/studio';
import { verifyPassword } from '@stead/platform/passwords';
import { until } from '@stead/testing/servers';
import { StudioHouse, type Answer } from '../src/testing/studio-house';

describe('who may see a publication', () => {
  let house: StudioHouse;
  let spaceMapId: string;
  beforeAll(async () => {
    house = await StudioHouse.open();
    spaceMapId = randomUUID();
    await house.readyVersion(spaceMapId, 1);
  });
  afterAll(() => house.close());

  const publish = (settings: object = {}): Promise<Answer<PublicationSettings>> =>
    house.call('POST', '/v1/publications', { spaceMapId, ...settings });
  const change = (id: string, settings: object): Promise<Answer<PublicationSettings>> =>
    house.call('PATCH', `/v1/publications/${id}`, settings);
  const link = (id: string, settings: object = {}, headers = {}): Promise<Answer<ShareLinkView>> =>
    house.call('POST', `/v1/publications/${id}/links`, settings, headers);
  const told = (id: string, revision: number) =>
    until(`revision ${revision} is announced`, () =>
      house.told.find((one) => one.publicationId === id && one.revision === revision),
    );

  it('is told to viewing with the password as a hash, and to its owner without', async () => {
    const made = await publish({ visibility: 'password', password: 'open sesame', embedSites: ['https://Museum.example'] });
    expect(made.body).toMatchObject({ visibility: 'password', hasPassword: true, embedSites: ['https://museum.example'] });
    expect(JSON.stringify(made.body)).not.toMatch(/argon2|sesame/);
    const news = await told(made.body.id, 1);
    expect(news.embedSites).toEqual(['https://museum.example']);
    expect(JSON.stringify(news)).not.toContain('argon2'); // it goes to browsers, as news
    const [own] = await until('its password is told', () => {
      const found = house.toldPasswords.filter(({ publicationId }) => publicationId === made.body.id);
      return found.length > 0 ? found : null;
    });
    expect(await verifyPassword(own?.passwordHash ?? '', 'open sesame')).toBe(true);
  });

  it('needs a password where it says so, at the start and later', async () => {
    const without = await publish({ visibility: 'password' });
    expect([without.status, without.body.code, without.body.errors?.[0]?.pointer]).toEqual([
      400,
      'studio/password-missing',
      '/password',
    ]);
    const { body } = await publish();
    expect((await change(body.id, { visibility: 'password' })).status).toBe(400);
    expect((await change(body.id, { visibility: 'password', password: 'open sesame' })).status).toBe(200);
    expect((await change(body.id, { password: null })).status).toBe(400);
    expect((await change(body.id, { visibility: 'public', password: null })).body).toMatchObject({ hasPassword: false });
  });

  it('is set with sites and a free part, and each change is one revision', async () => {
    const { body, etag } = await publish({ visibility: 'paid' });
    const preview = { min: [0, 0, 0], max: [1, 2, 3] };
    const changed = await change(body.id, { embedSites: [], preview });
    expect(changed.body).toMatchObject({ embedSites: [], preview });
    const same = await change(body.id, { embedSites: [], preview });
    expect([same.etag, same.etag === etag]).toEqual([changed.etag, false]);
    expect((await told(body.id, 2)).preview).toEqual(preview);
    expect((await change(body.id, { embedSites: null, preview: null })).body).toMatchObject({ embedSites: null, preview: null });
  });

  it('shows photos when somebody has said so, and not before', async () => {
    const { body } = await publish();
    expect(body).toMatchObject({ photos: false });
    expect((await change(body.id, { photos: true })).body).toMatchObject({ photos: true, visibility: body.visibility });
    expect((await told(body.id, 2)).photos).toBe(true);
    expect((await change(body.id, { title: 'Another' })).body).toMatchObject({ photos: true });
  });

  it.each([
    [{ photos: 'some' }, '/photos'],
    [{ embedSites: ['https://example.com/path'] }, '/embedSites/0'],
    [{ embedSites: ["https://example.com; script-src 'unsafe-inline'"] }, '/embedSites/0'],
    [{ embedSites: ['http://example.com'] }, '/embedSites/0'],
    [{ embedSites: ['*'] }, '/embedSites/0'],
    [{ embedSites: Array.from({ length: 51 }, (_, i) => `https://s${i}.example`) }, '/embedSites'],
    [{ preview: { min: [0, 0, 0], max: [0, 1, 1] } }, '/preview'],
    [{ password: '12345' }, '/password'],
    [{ visibility: 'everyone' }, '/visibility'],
  ])('refuses %j, naming the field', async (settings, pointer) => {
    const { status, body } = await publish(settings);
    expect([status, body.errors?.[0]?.pointer]).toEqual([400, pointer]);
  });

  describe('by a share link', () => {
    it('that is made, listed, changed and revoked', async () => {
      const { body: publication } = await publish({ visibility: 'private' });
      const made = await link(publication.id, { name: 'For the press', password: 'open sesame', viewsMax: 3 });
      expect(made.body).toMatchObject({
        name: 'For the press',
        hasPassword: true,
        viewsMax: 3,
        download: false,
        expiresAt: null,
      });
      expect(made.body.path).toBe(`/v/${made.body.id}`);
      const path = `/v1/publications/${publication.id}/links`;
      expect(made.headers.get('location')).toBe(`${path}/${made.body.id}`);
      const second = await link(publication.id);
      const listed = await house.call<{ items: ShareLinkView[] }>('GET', path);
      expect(listed.body.items.map(({ id }) => id)).toEqual([second.body.id, made.body.id]);
      const one = `${path}/${made.body.id}`;
      const changed = await house.call<ShareLinkView>(
        'PATCH',
        one,
        { password: null, download: true },
        { 'if-match': made.etag },
      );
      expect(changed.body).toMatchObject({ hasPassword: false, download: true, viewsMax: 3, name: 'For the press' });
      expect((await house.call('PATCH', one, { name: 'x' }, { 'if-match': made.etag })).status).toBe(412);
      expect((await house.call('DELETE', one)).status).toBe(204);
      expect((await house.call('DELETE', one)).status).toBe(204); // again: it is revoked all the same
      expect((await house.call('PATCH', one, { name: 'x' })).body.code).toBe('studio/share-link-revoked');
      const left = await house.call<{ items: ShareLinkView[] }>('GET', path);
      expect(left.body.items.map(({ id }) => id)).toEqual([second.body.id]);
    });

    it('whose request is repeated is one link', async () => {
      const { body: publication } = await publish();
      const key = { 'idempotency-key': randomUUID() };
      const [a, b] = [await link(publication.id, { name: 'a' }, key), await link(publication.id, { name: 'a' }, key)];
      expect(a.body.id).toBe(b.body.id);
    });

    it('of which there are fifty at most, however many are asked for at once', async () => {
      const { body: publication } = await publish();
      const answers = await Promise.all(Array.from({ length: SHARE_LINKS_MAX + 5 }, () => link(publication.id)));
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(SHARE_LINKS_MAX);
      const refused = answers.filter(({ status }) => status !== 201);
      expect(new Set(refused.map(({ body }) => body.code))).toEqual(new Set(['studio/too-many-share-links']));
      const [first] = answers.filter(({ status }) => status === 201);
      await house.call('DELETE', `/v1/publications/${publication.id}/links/${first?.body.id ?? ''}`);
      expect((await link(publication.id)).status).toBe(201);
    });

    it('whose end is over is refused by field', async () => {
      const { body: publication } = await publish();
      const { status, body } = await link(publication.id, { expiresAt: '2020-01-01T00:00:00Z' });
      expect([status, body.errors?.[0]?.pointer]).toEqual([400, '/expiresAt']);
    });

    it('is nobody else’s: not under another publication, not in another workspace', async () => {
      const [{ body: mine }, { body: other }] = [await publish(), await publish()];
      const made = await link(mine.id);
      expect((await house.call('GET', `/v1/publications/${other.id}/links/${made.body.id}`)).status).toBe(404);
      const elsewhere = { ...house.actor, workspaceId: randomUUID() };
      const path = `/v1/publications/${mine.id}/links`;
      expect((await house.call('GET', path, undefined, {}, elsewhere)).status).toBe(404);
      expect((await house.call('DELETE', `${path}/${made.body.id}`, undefined, {}, elsewhere)).status).toBe(404);
    });
  });
});
