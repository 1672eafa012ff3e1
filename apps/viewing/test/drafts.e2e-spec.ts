import { randomUUID } from 'node:crypto';
import { mapVersionViewSchema, type MapVersionView } from '@stead/contracts/viewing';
import type { Actor } from '@stead/platform/auth';
import { until } from '@stead/testing/servers';
import { DraftTokens } from '../src/domain/draft-tokens';
import { TILE_TOKEN_KEY, ViewingHouse, jsonOf, tileUrlOf } from '../src/testing/viewing-house';

/** What a deletion may take, from studio's knowing to the first refused tile. */
const TAKEN_BACK_MS = 1_000;

describe('a map version that is not published, over HTTP', () => {
  let house: ViewingHouse;
  let reader: Actor;
  beforeAll(async () => {
    house = await ViewingHouse.open();
    reader = { kind: 'user', id: 'anna', workspaceId: house.workspaceId, scopes: ['publications:read'] };
  });
  afterAll(() => house.close());
  afterEach(() => {
    house.studio.away = false;
  });

  /** A version of which studio knows. */
  const ready = (): string => {
    const { prefix: bundlePrefix, manifestSha256 } = house.bundle;
    const versionId = randomUUID();
    house.studio.versions.set(`${house.workspaceId} ${versionId}`, { versionId, bundlePrefix, manifestSha256 });
    return versionId;
  };
  const look = (versionId: string, as?: Actor): ReturnType<ViewingHouse['send']> =>
    house.send(`/v1/map-versions/${versionId}/view`, { method: 'POST', ...(as === undefined ? {} : { as }) });
  const seen = async (versionId: string): Promise<MapVersionView> => {
    const { status, body } = await look(versionId, reader);
    expect([status, body.toString().slice(0, 300)]).toEqual([200, expect.any(String)]);
    return mapVersionViewSchema.parse(jsonOf(body));
  };
  const tile = async (view: MapVersionView, path = 'tiles/0/0.glb'): Promise<number> =>
    (await house.get(tileUrlOf(view, path))).status;

  it('is shown to people of its workspace, with addresses that are good for a quarter of an hour and for no shared cache', async () => {
    const versionId = ready();
    const answer = await look(versionId, reader);
    expect(answer.headers['cache-control']).toBe('no-store');
    const view = await seen(versionId);
    expect(view).toMatchObject({ versionId, units: 'metre', quality: { points: 30_000 } });
    expect(Date.parse(view.expiresAt) - Date.now()).toBeGreaterThan(14.9 * 60_000);
    for (const url of [view.posterUrl, view.tilesetUrl, view.planUrl, view.camerasUrl]) {
      const { status, headers } = await house.get(url ?? '');
      expect([status, headers['cache-control']]).toEqual([200, expect.stringMatching(/^private, max-age=\d+, immutable$/)]);
    }
    const { body } = await house.get(tileUrlOf(view, 'tiles/0/1.glb'));
    expect(body.equals(house.bundle.contents.get('tiles/0/1.glb') ?? Buffer.alloc(0))).toBe(true);
  });

  it('is there for nobody else: not for strangers, not for who may not read, not for another workspace', async () => {
    const versionId = ready();
    expect((await look(versionId)).status).toBe(401);
    expect((await look(versionId, { ...reader, scopes: ['space-maps:read'] })).status).toBe(403);
    const elsewhere = await look(versionId, { ...reader, workspaceId: randomUUID() });
    expect([elsewhere.status, jsonOf(elsewhere.body)['code']]).toEqual([404, 'viewing/map-version-not-found']);
    expect((await look(randomUUID(), reader)).status).toBe(404);
    expect((await look('nonsense', reader)).status).toBe(404);
  });

  it('gives only the files that pages need', async () => {
    const view = await seen(ready());
    const refused = [
      ...['manifest.json', 'localisation/index.bin', 'download.zip', `scene/${'a'.repeat(64)}.json`, 'media/a.png'],
      ...[
        'tiles/../manifest.json',
        'tiles/%2e%2e/manifest.json',
        'tiles%2f0/0.glb',
        'tiles/%252e%252e/manifest.json',
        '/tiles/0/0.glb',
      ],
    ];
    for (const path of refused) expect([path, await tile(view, path)]).toEqual([path, 404]);
  });

  it('ends with its time; what was changed, or made with another key, or for another workspace, is the address of nothing', async () => {
    const versionId = ready();
    const tokens = new DraftTokens(TILE_TOKEN_KEY);
    const at = (token: string): string => `/t/${token}/tiles/tileset.json`;
    const old = tokens.issue(house.workspaceId, versionId, new Date(Date.now() - 21 * 60_000)).token;
    expect(await house.code(at(old))).toEqual([403, 'viewing/access-expired']);
    const own = tokens.issue(house.workspaceId, versionId, new Date()).token;
    expect((await house.get(at(own))).status).toBe(200);
    expect(await house.code(at(own.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'))))).toEqual([
      404,
      'viewing/file-not-found',
    ]);
    const forged = new DraftTokens('a key that somebody else has made up for it').issue(house.workspaceId, versionId, new Date());
    expect(await house.code(at(forged.token))).toEqual([404, 'viewing/file-not-found']);
    const foreign = tokens.issue(randomUUID(), versionId, new Date()).token;
    expect(await house.code(at(foreign))).toEqual([404, 'viewing/map-version-not-found']);
  });

  it('is gone within a second when its map is deleted, for who is looking too, and its neighbour stays', async () => {
    const [versionId, neighbour] = [ready(), ready()];
    const [view, beside] = [await seen(versionId), await seen(neighbour)];
    expect([await tile(view), await tile(beside)]).toEqual([200, 200]);
    const startMs = performance.now();
    house.studio.versions.delete(`${house.workspaceId} ${versionId}`);
    await until('no tile comes any more', async () => (await tile(view)) === 404);
    expect(performance.now() - startMs).toBeLessThan(TAKEN_BACK_MS);
    expect((await look(versionId, reader)).status).toBe(404);
    expect(await tile(beside)).toBe(200);
  });

  it('is not served from memory while studio does not answer: what was deleted must not come back because of an outage', async () => {
    const view = await seen(ready());
    expect(await tile(view)).toBe(200);
    house.studio.away = true;
    await until('what is known is too old', async () => (await tile(view)) === 503);
    house.studio.away = false;
    await until('studio to be asked again', async () => (await tile(view)) === 200);
  });
});
