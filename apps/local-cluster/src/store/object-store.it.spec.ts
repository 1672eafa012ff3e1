import { mkdtemp, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { until } from '@stead/testing/servers';
import { EventLog, type Change } from './event-log';
import { ObjectStore } from './object-store';

const now = (): number => 1_750_000_000_000;

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'object-store-'));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

type Step = { name: string; value: number; act: 'write' | 'remove' };
const anyStep: fc.Arbitrary<Step> = fc.record({
  name: fc.constantFrom('a', 'b', 'c'),
  value: fc.nat(99),
  act: fc.constantFrom('write', 'write', 'remove'),
});

function apply(store: ObjectStore, { name, value, act }: Step): void {
  if (act === 'remove') store.remove('configmaps', 'n', name);
  else if (store.get('configmaps', 'n', name) === undefined) {
    store.create('configmaps', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace: 'n' },
      data: { v: String(value), filler: 'x'.repeat(200) },
    });
  } else store.update('configmaps', 'n', name, (map) => ({ ...map, data: { ...map.data, v: String(value) } }));
}

test('whatever was written and is durable is there after a crash, with its revisions and its history', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { maxLength: 40 }), async (steps) =>
      inFolder(async (folder) => {
        const store = await ObjectStore.open(folder, { now });
        for (const step of steps) apply(store, step);
        await store.durable();
        // No close: the process is gone.
        const again = await ObjectStore.open(folder, { now });
        expect(again.revision).toBe(store.revision);
        expect(again.list('configmaps')).toEqual(store.list('configmaps'));
        expect(again.events.since(1)).toEqual(store.events.since(1));
        await Promise.all([store.close(), again.close()]);
      }),
    ),
    { numRuns: 25 },
  );
});

test('a journal that is written anew while writes go on loses none of them', async () => {
  await inFolder(async (folder) => {
    const store = await ObjectStore.open(folder, { now, compactAfterBytes: 5_000 });
    const steps = fc.sample(anyStep, 600);
    for (const [i, step] of steps.entries()) {
      apply(store, step);
      // Some writes fall into a rewrite, some between two.
      if (i % 7 === 0) await store.durable();
      if (i % 11 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await store.durable();
    await store.close();
    expect((await stat(join(folder, 'objects.journal'))).size).toBeLessThan(40_000);
    const again = await ObjectStore.open(folder, { now });
    expect(again.list('configmaps')).toEqual(store.list('configmaps'));
    expect(again.revision).toBe(store.revision);
    // What was before the last rewrite is forgotten, and said to be.
    expect(again.events.since(1)).toBeNull();
    expect(again.events.since(again.revision)).toEqual([]);
    await again.close();
  });
});

test('a disk that is full for a while: nothing is acknowledged meanwhile, and all is on disk once there is room', async () => {
  await inFolder(async (folder) => {
    const store = await ObjectStore.open(folder, { now });
    apply(store, { name: 'a', value: 1, act: 'write' });
    await store.durable();

    const room = await fullDisk(folder);
    for (const value of [2, 3]) {
      apply(store, { name: 'a', value, act: 'write' });
      await expect(store.durable()).rejects.toThrow('no space left');
      expect(() => store.requireWritable()).toThrow('no space left');
    }
    const crashed = await ObjectStore.open(folder, { now });
    expect(crashed.get('configmaps', 'n', 'a')?.data?.['v']).toBe('1');
    await crashed.close();

    room();
    // Nobody writes: it mends itself.
    await until('it takes writes again', () => store.durable().then(() => true, () => false)); // prettier-ignore
    apply(store, { name: 'b', value: 4, act: 'write' });
    await store.durable();
    const again = await ObjectStore.open(folder, { now });
    expect(again.list('configmaps')).toEqual(store.list('configmaps'));
    expect(again.revision).toBe(store.revision);
    await Promise.all([store.close(), again.close()]);
  });
});

/** Writes end half-way from now on; what it returns ends that. */
async function fullDisk(folder: string): Promise<() => void> {
  const handle = await open(join(folder, 'any'), 'w');
  await handle.close();
  const files = Object.getPrototypeOf(handle) as typeof handle; // the class is not exported
  const { writeFile } = files;
  const full = jest.spyOn(files, 'appendFile').mockImplementation(async function (this: typeof handle, text) {
    await writeFile.call(this, String(text).slice(0, String(text).length / 2));
    throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
  });
  return () => full.mockRestore();
}

test('the history of changes is without gaps, or it is said that there are some', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 1, max: 70 }),
      (eventsMax, writes, from) => {
        const log: Change[] = [];
        const events = new EventLog(eventsMax);
        for (let revision = 2; revision < 2 + writes; revision += 1) {
          const object = {
            apiVersion: 'v1',
            kind: 'ConfigMap',
            metadata: { name: 'a', uid: '', resourceVersion: String(revision), generation: 1, creationTimestamp: '' },
          };
          const change: Change = { type: 'MODIFIED', plural: 'configmaps', object, previous: null, revision };
          events.append(change);
          log.push(change);
        }
        const since = events.since(from);
        if (since !== null) expect(since).toEqual(log.filter(({ revision }) => revision > from));
        else expect(from).toBeLessThan(events.forgottenUntil);
      },
    ),
  );
});
