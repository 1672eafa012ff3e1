import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { S3ObjectStore, loadObjectStoreConfig, partBytes } from '@stead/platform/object-store';
import { sealBytes } from '@stead/platform/sealed-objects';
import { until } from '@stead/testing/servers';
import { InMemoryReplicas } from '../../testing/in-memory-replicas';
import { TestStore } from '../../testing/test-store';
import { Budget } from './budget';
import { CopyStopped, ObjectConflict, SourceUnusable } from './copy-errors';
import { CopyObject, type Line, type Wanted } from './copy-object';
import { CopyInParts } from './copy-parts';
import { NamedStore, StoreFailed } from './stores';

const WORKSPACE = '0198f0f0-2222-7000-8000-000000000001';
const LARGE = 2 * partBytes(1) + 5;

describe('an object that is copied to another store', () => {
  let folder: string;
  let source: TestStore;
  let target: TestStore;
  let from: NamedStore;
  let to: NamedStore;
  let count = 0;
  const opened: S3ObjectStore[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'stead-copy-'));
    [source, target] = await Promise.all([TestStore.start('source', folder), TestStore.start('target', folder)]);
    [from, to] = [named(source), named(target)];
  });
  afterAll(async () => {
    for (const store of opened) store.close();
    await Promise.all([source.stop(), target.stop()]);
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(() => {
    source.proxy.seen.length = 0;
    target.proxy.seen.length = 0;
  });

  function named(store: TestStore): NamedStore {
    const objects = new S3ObjectStore(loadObjectStoreConfig(store.dispatcherEnv));
    opened.push(objects);
    return new NamedStore(store.name, objects, null, { monotonicMs: () => performance.now() });
  }

  function copier(replicas = new InMemoryReplicas()): CopyObject {
    const memory = new Budget(64 * 1024 * 1024);
    return new CopyObject(replicas, new CopyInParts(replicas, memory), memory);
  }

  function line(change: Partial<Line> = {}): Line {
    return { from, to, signal: new AbortController().signal, pace: () => Promise.resolve(), moved: () => undefined, ...change };
  }

  /** An object in the source, in one piece as a record is, or in parts as a step's stream is. */
  async function given(bytes: Buffer, how: 'whole' | 'streamed' = 'whole'): Promise<Wanted> {
    const key = `workspaces/${WORKSPACE}/captures/c/files/${(count += 1)}`;
    await source.objects.put(key, how === 'whole' ? bytes : Readable.from([bytes]), { mediaType: 'image/x' });
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return { workspaceId: WORKSPACE, key, bytes: bytes.length, sha256, ifThere: 'same' };
  }

  const sentBytes = (key: string): number => target.proxy.written().get(key) ?? 0;
  const readBytes = (key: string): number =>
    source.proxy.seen.filter((one) => one.key === key && one.method === 'GET').reduce((sum, one) => sum + one.receivedBytes, 0);

  it.each([
    ['in one piece', 1000],
    ['in parts', LARGE],
  ])('arrives as it lies when its capture is sealed, though records speak of its content: %s', async (_name, bytes) => {
    const [plain, key] = [randomBytes(bytes), `workspaces/${WORKSPACE}/captures/c/files/sealed-${bytes}`];
    const sha256 = createHash('sha256').update(plain).digest('hex');
    const sealed = sealBytes(randomBytes(32), { name: key, sha256 }, plain);
    const wanted: Wanted = { workspaceId: WORKSPACE, key, bytes, sha256, ifThere: 'same' };
    await source.objects.put(key, Readable.from([sealed]), { mediaType: 'image/x' });
    expect(await copier().copy(wanted, line())).toBe('copied');
    expect((await target.objects.getBytes(key, 2 * LARGE)).equals(sealed)).toBe(true);
    expect(await copier().copy(wanted, line())).toBe('there');
    await source.objects.delete(key); // of what is left there only the length can be told
    expect(await copier().copy(wanted, line())).toBe('there');

    // Neither a length that is neither, nor that of a sealed object under a key that is never sealed, is believed.
    const bundle = `workspaces/${WORKSPACE}/runs/r/e1/bundle/${bytes}`;
    for (const [name, body] of [
      [`${key}-cut`, sealed.subarray(1)],
      [bundle, sealed],
    ] as const) {
      await source.objects.put(name, Readable.from([body]), { mediaType: 'image/x' });
      await expect(copier().copy({ ...wanted, key: name }, line())).rejects.toThrow(SourceUnusable);
    }
  });

  it.each([
    ['nothing', Buffer.alloc(0), 'whole'],
    ['a few bytes', Buffer.from('content'), 'whole'],
    ['one byte less than is sent in parts', randomBytes(partBytes(1) - 1), 'whole'],
    ['exactly one part', randomBytes(partBytes(1)), 'streamed'],
    ['several parts', randomBytes(LARGE), 'streamed'],
  ] as const)('arrives as it was: %s', async (_name, bytes, how) => {
    const wanted = await given(bytes, how);
    expect(await copier().copy(wanted, line())).toBe('copied');
    expect(await target.objects.head(wanted.key)).toEqual(await source.objects.head(wanted.key));
    expect((await target.objects.getBytes(wanted.key, LARGE)).equals(bytes)).toBe(true);
  });

  it.each([
    ['small', randomBytes(1000), 'whole'],
    ['large and sent in the same parts', randomBytes(LARGE), 'streamed'],
    ['large and once sent whole, so that its etag is another one', randomBytes(LARGE), 'whole'],
  ] as const)('is recognised and neither sent nor read again: %s', async (_name, bytes, how) => {
    const wanted = await given(bytes, how);
    const replicas = new InMemoryReplicas();
    await copier(replicas).copy(wanted, line());
    const [sent, read] = [sentBytes(wanted.key), readBytes(wanted.key)];
    expect(await copier(replicas).copy(wanted, line())).toBe('there');
    expect([sentBytes(wanted.key), readBytes(wanted.key)]).toEqual([sent, read]);
  });

  it('is recognised by its content when nobody remembers how it came there', async () => {
    const wanted = await given(randomBytes(LARGE));
    await copier().copy(wanted, line());
    const sent = sentBytes(wanted.key);
    expect(await copier().copy(wanted, line())).toBe('there');
    expect(await copier().copy({ ...wanted, sha256: null }, line())).toBe('there');
    expect(sentBytes(wanted.key)).toBe(sent);
  });

  it.each([
    ['of another size', 20, 30],
    ['of the same size', 1000, 1000],
    ['large, of the same size', LARGE, LARGE],
  ])('is never written over another one %s', async (_name, there, wants) => {
    const wanted = await given(randomBytes(wants), wants === LARGE ? 'streamed' : 'whole');
    const other = randomBytes(there);
    await target.objects.put(wanted.key, other, { mediaType: 'image/x' });
    const copied = copier().copy(wanted, line());
    await expect(copied).rejects.toBeInstanceOf(ObjectConflict);
    await expect(copied).rejects.toThrow(wanted.key);
    expect((await target.objects.getBytes(wanted.key, LARGE)).equals(other)).toBe(true);
  });

  it.each([
    ['the same one', true],
    ['another one', false],
  ])('meets %s that somebody wrote while it was on its way', async (_name, same) => {
    const bytes = randomBytes(1000);
    const wanted = await given(bytes);
    const release = target.proxy.hold(({ method, key }) => method === 'PUT' && key === wanted.key);
    const copied = copier().copy(wanted, line());
    await until('it is on its way', () => target.proxy.seen.some((one) => one.method === 'PUT' && one.key === wanted.key));
    const meanwhile = same ? bytes : randomBytes(1000);
    await target.objects.put(wanted.key, meanwhile, { mediaType: 'image/x' });
    release();
    if (same) expect(await copied).toBe('there');
    else await expect(copied).rejects.toBeInstanceOf(ObjectConflict);
    expect((await target.objects.getBytes(wanted.key, 1000)).equals(meanwhile)).toBe(true);
  });

  it('stays as it is where the key is written more than once', async () => {
    const wanted: Wanted = { ...(await given(Buffer.from('newer'))), ifThere: 'keep' };
    await target.objects.put(wanted.key, Buffer.from('older'), { mediaType: 'text/plain' });
    expect(await copier().copy(wanted, line())).toBe('there');
    expect((await target.objects.getBytes(wanted.key, 10)).toString()).toBe('older');
  });

  it.each([100, LARGE])('does not arrive when its %i bytes are not what its record says', async (size) => {
    const wanted = { ...(await given(randomBytes(size), 'streamed')), sha256: 'f'.repeat(64) };
    const copied = copier().copy(wanted, line());
    await expect(copied).rejects.toBeInstanceOf(SourceUnusable);
    await expect(copied).rejects.toThrow(/has sha256 [0-9a-f]{64} in source instead of f{64}/);
    expect(await target.objects.head(wanted.key)).toBeNull();
    await expect(copier().copy({ ...wanted, bytes: 7 }, line())).rejects.toThrow('instead of 7');
    await expect(copier().copy({ ...wanted, key: `${wanted.key}-absent` }, line())).rejects.toThrow('is missing in source');
  });

  it('is sent once when several runs want it at the same time', async () => {
    const wanted = await given(randomBytes(LARGE), 'streamed');
    const shared = copier();
    const outcomes = await Promise.all([1, 2, 3].map(() => shared.copy(wanted, line())));
    expect(outcomes.sort()).toEqual(['copied', 'there', 'there']);
    expect(sentBytes(wanted.key)).toBe(LARGE);
  });

  it('goes on with the parts that had arrived when the process that sent them was killed', async () => {
    const wanted = await given(randomBytes(LARGE), 'streamed');
    const replicas = new InMemoryReplicas();
    const stop = new AbortController();
    const first = copier(replicas).copy(wanted, line({ signal: stop.signal, moved: () => stop.abort() }));
    await expect(first).rejects.toBeInstanceOf(CopyStopped);
    const before = sentBytes(wanted.key);
    expect(before).toBeGreaterThan(0);
    expect(await target.objects.head(wanted.key)).toBeNull();
    const moved: number[] = [];
    expect(await copier(replicas).copy(wanted, line({ moved: (bytes) => moved.push(bytes) }))).toBe('copied');
    expect(sentBytes(wanted.key)).toBe(LARGE);
    expect(moved.reduce((sum, bytes) => sum + bytes, 0)).toBe(LARGE - before);
    expect(await target.objects.head(wanted.key)).toEqual(await source.objects.head(wanted.key));
  });

  it('begins again when the upload that was begun is gone', async () => {
    const wanted = await given(randomBytes(LARGE), 'streamed');
    const replicas = new InMemoryReplicas();
    const stop = new AbortController();
    await copier(replicas)
      .copy(wanted, line({ signal: stop.signal, moved: () => stop.abort() }))
      .catch(() => undefined);
    const begun = await replicas.find('target', wanted.key);
    await target.objects.abortMultipart(wanted.key, begun?.uploadId ?? '');
    expect(await copier(replicas).copy(wanted, line())).toBe('copied');
    expect(await target.objects.head(wanted.key)).toEqual(await source.objects.head(wanted.key));
  });

  it('is given up without a trace, unless somebody else goes on with it', async () => {
    const wanted = await given(randomBytes(LARGE), 'streamed');
    const replicas = new InMemoryReplicas();
    const stop = new AbortController();
    const shared = copier(replicas);
    await shared.copy(wanted, line({ signal: stop.signal, moved: () => stop.abort() })).catch(() => undefined);
    const begun = await replicas.find('target', wanted.key);
    await shared.giveUp(to, wanted.key);
    expect(await replicas.find('target', wanted.key)).toBeNull();
    await expect(target.objects.listParts(wanted.key, begun?.uploadId ?? '')).rejects.toThrow('no such upload');
  });

  it.each(['source', 'target'] as const)('fails as its %s does, and says which store it was', async (which) => {
    const broken = which === 'source' ? source : target;
    const wanted = await given(randomBytes(LARGE), 'streamed');
    const replicas = new InMemoryReplicas();
    const cut = copier(replicas).copy(wanted, line({ moved: () => broken.proxy.down() }));
    await expect(cut).rejects.toMatchObject({ constructor: StoreFailed, store: which, reason: 'silent' });
    broken.proxy.up();
    expect(await copier(replicas).copy(wanted, line())).toBe('copied');
    expect(sentBytes(wanted.key)).toBeLessThanOrEqual(LARGE + partBytes(1)); // the part whose answer was cut is sent again
  });

  it('knows a silent store from one that only lacks the object', async () => {
    const store = named(target);
    expect(await store.ask((objects) => objects.head('workspaces/none'))).toBeNull();
    expect(store.trouble()).toBeNull();
    target.proxy.down();
    for (const _ of [1, 2]) await store.ask((objects) => objects.head('workspaces/none')).catch(() => undefined);
    expect(store.trouble()?.failure).toMatchObject({ store: 'target', reason: 'silent' });
    target.proxy.up();
    await store.ask((objects) => objects.head('workspaces/none'));
    expect(store.trouble()).toBeNull();
  });
});
