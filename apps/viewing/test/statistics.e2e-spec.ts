import { randomUUID } from 'node:crypto';
import {
  publicationStatisticsSchema,
  viewedPublicationSchema,
  visitSchema,
  workspaceStatisticsSchema,
  type PublicationStatistics,
  type ViewedPublication,
  type WorkspaceStatistics,
} from '@stead/contracts/viewing';
import type { Actor } from '@stead/platform/auth';
import { until } from '@stead/testing/servers';
import { ViewingHouse, jsonOf, type Answer } from '../src/testing/viewing-house';

const BROWSER = 'Mozilla/5.0 (X11; Linux x86_64)';

describe('how a place is looked at', () => {
  let house: ViewingHouse;
  beforeAll(async () => {
    house = await ViewingHouse.open();
  });
  afterAll(() => house.close());

  const owner = (): Actor => ({ kind: 'user', id: 'anna', workspaceId: house.workspaceId, scopes: ['publications:read'] });
  const headers = (address: string): Record<string, string> => ({ 'x-forwarded-for': address, 'user-agent': BROWSER });
  const open = async (place: string, address: string): Promise<string> => {
    const { body } = await house.send('/v1/visits', { method: 'POST', body: { place }, headers: headers(address) });
    return visitSchema.parse(jsonOf(body)).visit;
  };
  const tell = (visit: string, address: string, ...events: unknown[]): Promise<Answer> =>
    house.send('/v1/visits/events', { method: 'POST', body: { visit, events }, headers: headers(address) });
  const read = async (id: string, query = ''): Promise<PublicationStatistics> =>
    publicationStatisticsSchema.parse(
      jsonOf((await house.send(`/v1/publications/${id}/statistics${query}`, { as: owner() })).body),
    );
  const when = (id: string, is: (told: PublicationStatistics) => boolean): Promise<PublicationStatistics> =>
    until('it is counted', async () => {
      const told = await read(id);
      return is(told) ? told : null;
    });

  it('is told by day, as far as visitors came, and by hotspot, once five people have looked', async () => {
    const { publicationId } = await house.announce();
    const [often, rarely] = [randomUUID(), randomUUID()];
    for (let i = 1; i <= 6; i += 1) {
      const address = `203.0.113.${i}`;
      const visit = await open(publicationId, address);
      await tell(visit, address, { what: 'ready' }, { what: 'moved' });
      await tell(visit, address, { what: 'hotspot', hotspotId: often, dwellMs: 2_000 });
      if (i <= 4) await tell(visit, address, { what: 'hotspot', hotspotId: rarely, dwellMs: 1_000 });
      if (i === 1) await tell(visit, address, { what: 'tour-finished', tourId: randomUUID() });
    }
    const told = await when(publicationId, ({ funnel }) => funnel.tourFinished === 1 && funnel.moved === 6);
    expect(told).toMatchObject({
      views: 6,
      visitors: 6,
      funnel: { opened: 6, ready: 6, moved: 6, hotspot: 10, tourFinished: 1 },
    });
    expect(told.days).toEqual([{ day: new Date().toISOString().slice(0, 10), views: 6, visitors: 6 }]);
    expect(told.hotspots).toEqual([
      { hotspotId: often, visitors: 6, opens: 6, dwellS: 12 },
      { hotspotId: rarely, visitors: null, opens: null, dwellS: null },
    ]);
  });

  it('counts whoever comes again on a day once, and a view each time', async () => {
    const { publicationId } = await house.announce();
    for (let round = 0; round < 3; round += 1)
      await Promise.all([1, 2, 3, 4, 5].map((i) => open(publicationId, `198.51.100.${i}`)));
    expect(await when(publicationId, ({ views }) => views === 15)).toMatchObject({ views: 15, visitors: 5 });
  });

  it('keeps no address, no browser and no visitor beyond the day after', async () => {
    const { publicationId } = await house.announce();
    await open(publicationId, '192.0.2.77');
    await when(publicationId, ({ views }) => views === 1);
    const rows = await house.parts.worker.query<{ visitor: Buffer; text: string }>(
      'SELECT visitor, c::text AS text FROM viewing.visitor_counted c WHERE publication_id = $1',
      [publicationId],
    );
    expect(rows).toHaveLength(1);
    expect(rows[0]?.visitor).toHaveLength(12);
    expect(rows[0]?.text).not.toMatch(/192\.0\.2|Mozilla/);
    const [key = ''] = await house.parts.redis.keys('stead:visitor-salt:*');
    expect(await house.parts.redis.ttl(key)).toBeLessThanOrEqual(48 * 3600);
  });

  it('counts nothing of a visit that is none, or over, and refuses what is no event', async () => {
    const news = await house.announce();
    const visit = await open(news.publicationId, '192.0.2.1');
    expect((await tell('nonsense', '192.0.2.1', { what: 'ready' })).status).toBe(202);
    await house.announce({ ...news, revision: 2, state: 'unpublished' });
    expect((await tell(visit, '192.0.2.1', { what: 'ready' })).status).toBe(202);
    expect((await when(news.publicationId, ({ views }) => views === 1)).funnel.ready).toBe(0);
    for (const event of [
      { what: 'hotspot', hotspotId: 'x', dwellMs: 1 },
      { what: 'hotspot', hotspotId: randomUUID(), dwellMs: 1e12 },
      { what: 'bought' },
    ])
      expect((await tell(visit, '192.0.2.1', event)).status).toBe(400);
    const many = Array.from({ length: 51 }, () => ({ what: 'ready' }));
    expect((await tell(visit, '192.0.2.1', ...many)).status).toBe(400);
  });

  it('is for its owner alone, with the visits of each share link', async () => {
    const { publicationId } = await house.announce({ visibility: 'private' });
    const { linkId } = await house.announceLink({ publicationId });
    await open(linkId, '192.0.2.9');
    const told = await when(publicationId, ({ views }) => views === 1);
    expect(told.links).toEqual([{ linkId, views: 1, lastAt: expect.any(String) as string }]);
    const path = `/v1/publications/${publicationId}/statistics`;
    expect((await house.send(path)).status).toBe(401);
    const elsewhere = { ...owner(), workspaceId: randomUUID() };
    expect(jsonOf((await house.send(path, { as: elsewhere })).body)).toMatchObject({ views: 0, links: [] });
    expect((await house.send(`${path}?from=2026-02-01&to=2026-01-01`, { as: owner() })).status).toBe(400);
  });

  describe('over all places of a workspace', () => {
    /** Of its own, so that what other cases count is not in it. */
    const workspaceId = randomUUID();
    const as = (): Actor => ({ ...owner(), workspaceId });
    const busy = randomUUID();
    const quiet = randomUUID();
    const hotspotId = randomUUID();
    const today = new Date().toISOString().slice(0, 10);
    const told = async (query = ''): Promise<WorkspaceStatistics> =>
      workspaceStatisticsSchema.parse(jsonOf((await house.send(`/v1/statistics${query}`, { as: as() })).body));
    const ranking = async (query = ''): Promise<{ items: ViewedPublication[]; next: string | null }> => {
      const { items, next } = jsonOf((await house.send(`/v1/statistics/publications${query}`, { as: as() })).body);
      return { items: viewedPublicationSchema.array().parse(items), next: next as string | null }; // checked where it is handed back
    };
    const sum = (
      publicationId: string,
      subject: string,
      what: string,
      day: string,
      count: number,
      visitors: number,
    ): Promise<void> =>
      house.parts.worker
        .query(
          `INSERT INTO viewing.view_sum VALUES ($1::uuid, $2::uuid, $3::uuid, $4, $5::date, $6::bigint, $7, $6::bigint * 1000)`,
          [workspaceId, publicationId, subject, what, day, count, visitors],
        )
        .then(() => undefined);

    beforeAll(async () => {
      await house.announce({ publicationId: busy, title: 'Busy hall' }, workspaceId);
      await house.announce({ publicationId: quiet, title: 'Quiet room' }, workspaceId);
      await sum(busy, busy, 'view', '2026-03-01', 20, 6);
      await sum(quiet, quiet, 'view', '2026-03-01', 9, 4);
      await sum(quiet, quiet, 'view', '2026-03-02', 3, 3);
      await sum(busy, busy, 'ready', '2026-03-01', 18, 6);
      await sum(quiet, quiet, 'ready', '2026-03-01', 5, 4);
      await sum(busy, hotspotId, 'hotspot', '2026-03-01', 12, 5);
      await sum(quiet, randomUUID(), 'hotspot', '2026-03-01', 30, 4);
      await sum(busy, busy, 'view', '2025-12-31', 1_000, 900);
    });
    const MARCH = '?from=2026-03-01&to=2026-03-31';

    it('is added up by day, as far as visitors came', async () => {
      expect(await told(MARCH)).toMatchObject({
        ...{ from: '2026-03-01', to: '2026-03-31', views: 32 },
        days: [
          { day: '2026-03-01', views: 29, visitors: 6 },
          { day: '2026-03-02', views: 3, visitors: null },
        ],
        funnel: { opened: 32, ready: 23, moved: 0, hotspot: 0, tourFinished: 0 },
      });
    });

    it('says nothing of people that the place itself keeps: no sum, no rest of a sum, no hotspot of few', async () => {
      const { visitors, hotspots, days } = await told(MARCH);
      expect(visitors).toBe(6 + 7); // over the month seven were in the quiet room, and it says so itself
      expect(days[0]?.visitors).toBe(6); // of that day it says nothing, so its four are not in the sum either
      expect(hotspots).toEqual([{ hotspotId, publicationId: busy, visitors: 5, opens: 12, dwellS: 12 }]);
      expect(await told(`${MARCH}&publicationId=${quiet}`)).toMatchObject({ views: 12, visitors: 7, hotspots: [] });
      const own = await house.send(`/v1/publications/${quiet}/statistics${MARCH}`, { as: as() });
      expect(jsonOf(own.body)).toMatchObject({ views: 12, visitors: 7 });
    });

    it('ranks the places by views, a page at a time', async () => {
      const first = await ranking(`${MARCH}&limit=1`);
      expect(first.items).toEqual([{ publicationId: busy, title: 'Busy hall', views: 20, visitors: 6 }]);
      const second = await ranking(`${MARCH}&limit=1&cursor=${first.next ?? ''}`);
      expect(second).toEqual({ items: [{ publicationId: quiet, title: 'Quiet room', views: 12, visitors: 7 }], next: null });
    });

    it('is for the workspace alone, by day and by place, and refuses what is no period and no cursor', async () => {
      const elsewhere = { as: { ...owner(), workspaceId: randomUUID() } };
      expect(jsonOf((await house.send(`/v1/statistics${MARCH}`, elsewhere)).body)).toMatchObject({
        views: 0,
        days: [],
        hotspots: [],
      });
      expect(jsonOf((await house.send(`/v1/statistics${MARCH}&publicationId=${busy}`, elsewhere)).body)['views']).toBe(0);
      expect(jsonOf((await house.send(`/v1/statistics/publications${MARCH}`, elsewhere)).body)['items']).toEqual([]);
      expect((await house.send('/v1/statistics')).status).toBe(401);
      expect((await house.send('/v1/statistics', { as: { ...as(), scopes: [] } })).status).toBe(403);
      for (const query of ['?from=2026-04-01&to=2026-03-01', '?from=yesterday', '?publicationId=x'])
        expect((await house.send(`/v1/statistics${query}`, { as: as() })).status).toBe(400);
      for (const cursor of ['x', Buffer.from('[1]').toString('base64url'), Buffer.from('["a","b"]').toString('base64url')])
        expect((await house.send(`/v1/statistics/publications?cursor=${cursor}`, { as: as() })).status).toBe(400);
    });

    it('takes in what visitors do now', async () => {
      for (let i = 1; i <= 5; i += 1) await open(busy, `203.0.113.${i}`);
      const now = await until('the visits to be added up', async () => {
        const is = await told();
        return is.views === 5 ? is : null;
      });
      expect(now.days).toEqual([{ day: today, views: 5, visitors: 5 }]);
    });
  });
});
