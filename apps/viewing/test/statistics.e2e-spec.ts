import { randomUUID } from 'node:crypto';
import { publicationStatisticsSchema, visitSchema, type PublicationStatistics } from '@stead/contracts/viewing';
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
});
