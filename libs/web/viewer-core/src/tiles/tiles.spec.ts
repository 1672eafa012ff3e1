import { SignedPrefix } from './signed-prefix';
import { TilesRefused, TilesUnreachable, fetchTile, type Fetch, type TileAccess } from './tile-fetch';

const TILESET = 'tiles/tileset.json';
const below = (token: string, path = TILESET): string => `https://maps.test/t/${token}/${path}`;

describe('a signed prefix', () => {
  it('moves every address that was made from an earlier one, the first included, below the newest', () => {
    const prefix = new SignedPrefix(below('one'), TILESET);
    for (let i = 0; i < 500; i += 1) prefix.renew(below(`token${i}`), TILESET);
    expect(prefix.resolve(below('one', 'tiles/3/1.glb'))).toBe(below('token499', 'tiles/3/1.glb'));
    expect(prefix.resolve(below('token498', 'tiles/0.glb'))).toBe(below('token499', 'tiles/0.glb'));
    expect(prefix.resolve(below('token499', 'tiles/0.glb'))).toBe(below('token499', 'tiles/0.glb'));
  });

  it('leaves other addresses alone', () => {
    const prefix = new SignedPrefix(below('one'), TILESET);
    prefix.renew(below('two'), TILESET);
    expect(prefix.resolve('https://elsewhere.test/t/one/a.glb')).toBe('https://elsewhere.test/t/one/a.glb');
    expect(prefix.resolve(below('onemore', 'a.glb'))).toBe(below('onemore', 'a.glb'));
  });

  it('knows when nothing is new, and refuses an address of another shape', () => {
    const prefix = new SignedPrefix(below('one'), TILESET);
    expect(prefix.renew(below('one'), TILESET)).toBe(false);
    expect(prefix.renew(below('two'), TILESET)).toBe(true);
    expect(() => prefix.renew('https://maps.test/elsewhere.json', TILESET)).toThrow('does not end in');
  });
});

describe('fetching a tile', () => {
  const answers = (...statuses: (number | Error)[]): { fetchFile: Fetch; asked: string[] } => {
    const asked: string[] = [];
    const fetchFile: Fetch = (url) => {
      asked.push(url);
      const next = statuses[asked.length - 1] ?? 200;
      return next instanceof Error ? Promise.reject(next) : Promise.resolve(new Response('', { status: next }));
    };
    return { fetchFile, asked };
  };
  const access = (renewals: boolean[]): TileAccess => {
    const prefix = new SignedPrefix(below('one'), TILESET);
    return {
      tilesetUrl: below('one'),
      resolve: (url) => prefix.resolve(url),
      renew: () => {
        prefix.renew(below('two'), TILESET);
        return Promise.resolve(renewals.shift() ?? false);
      },
    };
  };
  const noWait = (): Promise<void> => Promise.resolve();
  const tile = below('one', 'tiles/0.glb');

  it('gets over short outages', async () => {
    const { fetchFile, asked } = answers(new TypeError('network'), 503, 200);
    await expect(fetchTile(access([]), tile, {}, fetchFile, noWait)).resolves.toMatchObject({ status: 200 });
    expect(asked).toHaveLength(3);
  });

  it('gives up after a bounded number of tries', async () => {
    const { fetchFile, asked } = answers(...Array.from({ length: 20 }, () => new TypeError('network')));
    await expect(fetchTile(access([]), tile, {}, fetchFile, noWait)).rejects.toBeInstanceOf(TilesUnreachable);
    expect(asked).toHaveLength(4);
  });

  it('renews once when it is refused, and asks below the new prefix', async () => {
    const { fetchFile, asked } = answers(403, 200);
    await fetchTile(access([true]), tile, {}, fetchFile, noWait);
    expect(asked).toEqual([tile, below('two', 'tiles/0.glb')]);
  });

  it.each([
    ['the renewal says that all is over', [false], [403]],
    ['it is refused with fresh addresses too', [true, true], [403, 404]],
    ['the answer is no that no waiting changes', [], [400]],
  ])('is refused when %s', async (_, renewals, statuses) => {
    const { fetchFile } = answers(...statuses, 500, 500, 500, 500);
    await expect(fetchTile(access(renewals), tile, {}, fetchFile, noWait)).rejects.toBeInstanceOf(TilesRefused);
  });

  it('does not try again what was called off', async () => {
    const { fetchFile, asked } = answers(Object.assign(new Error('aborted'), { name: 'AbortError' }));
    await expect(fetchTile(access([]), tile, {}, fetchFile, noWait)).rejects.toMatchObject({ name: 'AbortError' });
    expect(asked).toHaveLength(1);
  });

  it('stops waiting when it is called off meanwhile', async () => {
    const stop = new AbortController();
    const { fetchFile } = answers(503, 503, 503, 503);
    const fetching = fetchTile(access([]), tile, { signal: stop.signal }, fetchFile);
    stop.abort();
    await expect(fetching).rejects.toMatchObject({ name: 'AbortError' });
  });
});
