import fc from 'fast-check';
import { Gathered } from './gathered';

describe('gathered work', () => {
  it('gives each caller the result of its own item, whoever it shared a batch with', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.array(fc.integer(), { maxLength: 40 }), async (scheduler, items) => {
        const gathered = new Gathered<number, number>((batch) => scheduler.schedule(Promise.resolve(batch.map((n) => n * 2))));
        const results = items.map((item) => scheduler.schedule(Promise.resolve()).then(() => gathered.run(item)));
        await scheduler.waitFor(Promise.all(results));
        expect(await Promise.all(results)).toEqual(items.map((item) => item * 2));
      }),
    );
  });

  it('waits for nobody when it is alone, and shares one batch with all that came during another', async () => {
    const sizes: number[] = [];
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const gathered = new Gathered<number, number>(async (batch) => {
      sizes.push(batch.length);
      await gate;
      return batch;
    });
    const all = [1, 2, 3, 4].map((n) => gathered.run(n));
    expect(sizes).toEqual([1]);
    release();
    await Promise.all(all);
    expect(sizes).toEqual([1, 3]);
  });

  it('fails those of a failed batch and nobody after them', async () => {
    const gathered = new Gathered<number, number>((batch) =>
      batch.includes(13) ? Promise.reject(new Error('no')) : Promise.resolve(batch),
    );
    await expect(gathered.run(13)).rejects.toThrow('no');
    await expect(gathered.run(7)).resolves.toBe(7);
  });
});
