import { randomUUID } from 'node:crypto';
import type { PublicSpace } from '@stead/contracts/viewing';
import { until } from '@stead/testing/servers';
import { mediaTypeOf, storeBundle, type StoredBundle } from '../src/testing/bundle.builder';
import { ViewingHouse, jsonOf, type News } from '../src/testing/viewing-house';

/** Of latitude, on a sphere of the earth's mean radius. */
const DEGREE_M = 111_195;

type Degrees = [latitude: number, longitude: number];

interface Listed {
  items: PublicSpace[];
  next: string | null;
}

describe('public spaces near a place', () => {
  let house: ViewingHouse;
  beforeAll(async () => {
    house = await ViewingHouse.open();
  });
  afterAll(() => house.close());

  const bundleAt = (latitude: number, longitude: number, only: 'all' | 'nothing' = 'all'): Promise<StoredBundle> =>
    storeBundle(house.store, only, undefined, {
      ...{ originLatitude: latitude, originLongitude: longitude, originHeightM: 40, residualM: 0.5 },
    });

  async function publishAt(latitude: number, longitude: number, change: Partial<News> = {}): Promise<News> {
    const { prefix: bundlePrefix, manifestSha256 } = await bundleAt(latitude, longitude);
    return house.announce({ visibility: 'public', bundlePrefix, manifestSha256, title: `${latitude},${longitude}`, ...change });
  }

  async function list(query: string): Promise<Listed> {
    const { status, body } = await house.get(`/v1/public-spaces?${query}`);
    expect([status, status === 200 ? '' : body.toString()]).toEqual([200, '']);
    return JSON.parse(body.toString()) as Listed;
  }
  const near = (latitude: number, longitude: number, radiusM: number, more = ''): Promise<Listed> =>
    list(`near=${latitude},${longitude}&radiusM=${radiusM}${more}`);
  const titles = ({ items }: Listed): string[] => items.map(({ title }) => title);
  /** Positions are learned beside the news. */
  const untilNear = (count: number, latitude: number, longitude: number, radiusM: number): Promise<Listed> =>
    until(`${count} places to be known there`, async () => {
      const page = await near(latitude, longitude, radiusM);
      return page.items.length === count ? page : null;
    });

  it('come the nearest first, with where they are and how far that is, and nothing beyond the radius', async () => {
    await publishAt(37.5765, 126.978, { title: 'a kilometre north' });
    await publishAt(37.6165, 126.978, { title: 'five kilometres north' });
    await publishAt(37.5665, 126.978, { title: 'here' });
    await untilNear(3, 37.5665, 126.978, 6_000);
    const { items, next } = await near(37.5665, 126.978, 2_000);
    expect(items.map(({ title }) => title)).toEqual(['here', 'a kilometre north']);
    expect(next).toBeNull();
    // A visitor starts a metre from the origin of the map.
    expect(items[0]?.distanceM).toBeLessThan(3);
    expect(Math.abs((items[1]?.distanceM ?? 0) - 0.01 * DEGREE_M)).toBeLessThan(3);
    expect(items[1]?.position?.latitude).toBeCloseTo(37.57651, 4);
    expect(items[1]?.position?.longitude).toBeCloseTo(126.97801, 4);
    expect(titles(await list('near=37.5665,126.978'))).toEqual(['here', 'a kilometre north']); // within five kilometres, unasked
  });

  it('come page by page, each once', async () => {
    for (const step of [3, 1, 2, 4]) await publishAt(-20 - step / 1000, 30, { title: String(step) });
    await untilNear(4, -20, 30, 1_000);
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: Listed = await near(-20, 30, 1_000, `&limit=1${cursor === '' ? '' : `&cursor=${cursor}`}`);
      expect(page.items).toHaveLength(1);
      seen.push(...titles(page));
      cursor = page.next;
    }
    expect(seen).toEqual(['1', '2', '3', '4']);
  });

  it.each<[string, Degrees, Degrees, Degrees]>([
    ['across the line of the date', [-17, 179.999], [-17, -179.999], [-17, 180]],
    ['around the pole', [89.999, 10], [89.999, -170], [90, 0]],
  ])('are found %s', async (_case, one, other, from) => {
    await publishAt(...one);
    await publishAt(...other);
    const { items } = await untilNear(2, ...from, 250);
    for (const { distanceM } of items) expect(distanceM).toBeLessThan(130);
  });

  it('are public and published, and nothing else', async () => {
    const [latitude, longitude] = [10, 10];
    const shown = await publishAt(latitude, longitude);
    const hidden = await publishAt(latitude, longitude);
    for (const visibility of ['link', 'password', 'private', 'paid', 'members'] as const)
      await publishAt(latitude, longitude, { visibility });
    await untilNear(2, latitude, longitude, 100);
    await house.announce({ ...hidden, revision: 2, state: 'unpublished' });
    expect((await near(latitude, longitude, 100)).items.map(({ id }) => id)).toEqual([shown.publicationId]);
    await house.announce({ ...shown, revision: 2, visibility: 'link' });
    expect((await near(latitude, longitude, 100)).items).toEqual([]);
  });

  it('move with their map, and go where the new one is not on the earth', async () => {
    const news = await publishAt(20, 20);
    await untilNear(1, 20, 20, 100);
    const { prefix: bundlePrefix, manifestSha256 } = await bundleAt(21, 20);
    await house.announce({ ...news, revision: 2, bundlePrefix, manifestSha256 });
    expect((await near(20, 20, 100)).items).toEqual([]);
    await untilNear(1, 21, 20, 100);
    const { prefix, manifestSha256: other } = house.bundle;
    await house.announce({ ...news, revision: 3, bundlePrefix: prefix, manifestSha256: other });
    expect((await near(21, 20, 100)).items).toEqual([]);
    const all = await list('limit=100');
    expect(all.items.find(({ id }) => id === news.publicationId)).toMatchObject({ position: null, distanceM: null });
  });

  it('are found once their bundle is there, which visitors do not wait for', async () => {
    const late = await bundleAt(30, 30, 'nothing');
    const publicationId = randomUUID();
    await house.announce({
      ...{ publicationId, visibility: 'public', bundlePrefix: late.prefix, manifestSha256: late.manifestSha256 },
    });
    await until('the first try', async () => {
      const [row] = await house.parts.worker.query<{ tries: number }>(
        'SELECT position_tries AS tries FROM viewing.publication WHERE id = $1',
        [publicationId],
      );
      return (row?.tries ?? 0) > 0;
    });
    for (const [path, bytes] of late.contents) await house.store.put(late.prefix + path, bytes, { mediaType: mediaTypeOf(path) });
    await untilNear(1, 30, 30, 100);
  });

  it.each([
    ['near=here', '?near'],
    ['near=37.5', '?near'],
    ['near=91,0', '?near'],
    ['near=0,180.1', '?near'],
    ['near=1e1,0', '?near'],
    ['near=NaN,NaN', '?near'],
    ['near=37.5,127&radiusM=0', '?radiusM'],
    ['near=37.5,127&radiusM=100001', '?radiusM'],
    ['near=37.5,127&radiusM=Infinity', '?radiusM'],
    ['radiusM=100', '?radiusM'],
    ['near=37.5,127&cursor=x', '?cursor'],
    [`near=37.5,127&cursor=${Buffer.from(randomUUID()).toString('base64url')}`, '?cursor'],
    [`near=37.5,127&cursor=${Buffer.from(`-1 ${randomUUID()}`).toString('base64url')}`, '?cursor'],
    [`cursor=${Buffer.from(`1 ${randomUUID()}`).toString('base64url')}`, '?cursor'],
  ])('are not looked for by %s, and the answer says what is wrong', async (query, pointer) => {
    const { status, body } = await house.get(`/v1/public-spaces?${query}`);
    expect(status).toBe(400);
    const { code, errors } = jsonOf(body) as { code: string; errors: { pointer: string; detail: string }[] };
    expect([code, errors.map((one) => one.pointer)]).toEqual(['platform/invalid-request', [pointer]]);
  });
});
