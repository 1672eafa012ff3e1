import fc from 'fast-check';
import { ByteCache } from './byte-cache';

const cacheOf = (bytesMax: number) => new ByteCache<string>(bytesMax, (text) => text.length);
const load = (text: string) => () => Promise.resolve(text);

describe('a cache of bytes', () => {
  it('loads once for all who ask at the same time', async () => {
    const cache = cacheOf(100);
    let loads = 0;
    const slow = async (): Promise<string> => {
      loads += 1;
      await Promise.resolve();
      return 'tile';
    };
    expect(await Promise.all([cache.get('a', slow), cache.get('a', slow), cache.get('a', slow)])).toEqual([
      'tile',
      'tile',
      'tile',
    ]);
    expect(await cache.get('a', slow)).toBe('tile');
    expect(loads).toBe(1);
  });

  it('forgets what was not used for the longest time', async () => {
    const cache = cacheOf(6);
    await cache.get('a', load('aa'));
    await cache.get('b', load('bb'));
    await cache.get('c', load('cc'));
    cache.peek('a');
    await cache.get('d', load('dd'));
    expect([cache.peek('a'), cache.peek('b'), cache.peek('c'), cache.peek('d')]).toEqual(['aa', null, 'cc', 'dd']);
  });

  it('does not keep a failure', async () => {
    const cache = cacheOf(10);
    await expect(cache.get('a', () => Promise.reject(new Error('away')))).rejects.toThrow('away');
    expect(await cache.get('a', load('there'))).toBe('there');
  });

  it('passes on what is too large to keep', async () => {
    const cache = cacheOf(3);
    await cache.get('a', load('aaa'));
    expect(await cache.get('b', load('bbbb'))).toBe('bbbb');
    expect(cache.peek('a')).toBe('aaa');
  });

  it('never holds more than it may, and knows how much it holds', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(20), fc.nat(12)), { maxLength: 60 }), async (asks) => {
        const cache = cacheOf(30);
        for (const [key, size] of asks) await cache.get(String(key), load('x'.repeat(size)));
        const kept = Array.from({ length: 21 }, (_, key) => cache.peek(String(key))?.length ?? 0);
        expect(cache.bytes).toBeLessThanOrEqual(30);
        expect(kept.reduce((sum, bytes) => sum + bytes, 0)).toBe(cache.bytes);
      }),
    );
  });
});
