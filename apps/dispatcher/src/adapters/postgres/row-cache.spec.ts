import fc from 'fast-check';
import { RowCache, type Mark } from './row-cache';

const row = fc.record({ id: fc.constantFrom('a', 'b', 'c', 'd'), version: fc.nat({ max: 3 }).map(String) });
const moments = fc.array(fc.uniqueArray(row, { selector: ({ id }) => id }));

it('what is read is what is there, in the order that was asked for, and only what has changed is fetched', async () => {
  await fc.assert(
    fc.asyncProperty(moments, async (tables) => {
      const cache = new RowCache<Mark, string>(({ id, version }) => `${id}${version}`, 10);
      const seen = new Map<string, string>();
      for (const table of tables) {
        const fetched: string[] = [];
        const values = await cache.read(table, (ids) => {
          fetched.push(...ids);
          return Promise.resolve([...table].reverse().filter(({ id }) => ids.includes(id)));
        });
        expect(values).toEqual(table.map(({ id, version }) => `${id}${version}`));
        expect(fetched).toEqual(table.filter(({ id, version }) => seen.get(id) !== version).map(({ id }) => id));
        for (const { id, version } of table) seen.set(id, version);
      }
    }),
  );
});

it('what is gone between the look and the fetch is left out, and read again when it is back', async () => {
  const cache = new RowCache<Mark, string>(({ version }) => version, 10);
  const there = { id: 'a', version: '1' };
  expect(await cache.read([there], () => Promise.resolve([]))).toEqual([]);
  expect(await cache.read([there], () => Promise.resolve([there]))).toEqual(['1']);
});

it('a look at a few of many forgets none of the others', async () => {
  const cache = new RowCache<Mark, string>(({ id }) => id, 100);
  const all = Array.from({ length: 100 }, (_, index) => ({ id: String(index), version: '1' }));
  await cache.read(all, () => Promise.resolve(all));
  expect(await cache.read([], () => Promise.resolve([]))).toEqual([]);
  const fetched = await cache.read(all, () => Promise.reject(new Error('fetched again')));
  expect(fetched).toHaveLength(100);
});
