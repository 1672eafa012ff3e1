import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3ObjectStore, loadObjectStoreConfig } from '@stead/platform/object-store';
import { InMemoryReplicas } from '../../testing/in-memory-replicas';
import { TestStore } from '../../testing/test-store';
import { Budget } from './budget';
import { CopyObject, type Line, type Wanted } from './copy-object';
import { CopyInParts } from './copy-parts';
import { CopySet, type CopyGroup, type SetOutcome } from './copy-set';
import { NamedStore } from './stores';

const WORKSPACE = '0198f0f0-2222-7000-8000-000000000002';

describe('objects that are of use together', () => {
  let folder: string;
  let source: TestStore;
  let target: TestStore;
  let from: NamedStore;
  let to: NamedStore;
  const opened: S3ObjectStore[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'stead-set-'));
    [source, target] = await Promise.all([TestStore.start('source', folder), TestStore.start('target', folder)]);
    [from, to] = [source, target].map((store) => {
      const objects = new S3ObjectStore(loadObjectStoreConfig(store.dispatcherEnv));
      opened.push(objects);
      return new NamedStore(store.name, objects, null, { monotonicMs: () => performance.now() });
    }) as [NamedStore, NamedStore]; // of two stores
  });
  afterAll(async () => {
    for (const store of opened) store.close();
    await Promise.all([source.stop(), target.stop()]);
    rmSync(folder, { recursive: true, force: true });
  });

  async function given(key: string, bytes = randomBytes(3000)): Promise<Wanted> {
    await source.objects.put(key, bytes, { mediaType: 'a/b' });
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return { workspaceId: WORKSPACE, key, bytes: bytes.length, sha256, ifThere: 'same' };
  }

  /** A capture of eleven files (more than are asked for one by one), and two finished steps that share a file. */
  async function groupsOf(run: string): Promise<CopyGroup[]> {
    const capture = `workspaces/${WORKSPACE}/captures/${run}/`;
    const epoch = `workspaces/${WORKSPACE}/runs/${run}/e1/`;
    const files = await Promise.all(Array.from({ length: 11 }, (_, n) => given(`${capture}files/${n}`)));
    const shared = await given(`${epoch}work/ingest/out`);
    return [
      { files, last: await given(`${capture}manifest.json`), optional: false },
      { files: [shared], last: await given(`${epoch}steps/ingest.json`), optional: true },
      { files: [shared, await given(`${epoch}work/tile/out`)], last: await given(`${epoch}steps/tile.json`), optional: true },
    ];
  }

  function copy(groups: readonly CopyGroup[], change: Partial<Line> = {}): Promise<SetOutcome> {
    const replicas = new InMemoryReplicas();
    const memory = new Budget(64 * 1024 * 1024);
    const signal = new AbortController().signal;
    const line: Line = { from, to, signal, pace: () => Promise.resolve(), moved: () => undefined, ...change };
    const objects = new CopyObject(replicas, new CopyInParts(replicas, memory), memory);
    return new CopySet(
      objects,
      line,
      () => undefined,
      () => Promise.resolve(),
    ).run(groups);
  }

  const isThere = async (key: string): Promise<boolean> => (await target.objects.head(key)) !== null;
  const puts = (part: string): number[] => {
    const counts = new Map<string, number>();
    for (const { method, key, status } of target.proxy.seen)
      if (method === 'PUT' && status === 200 && key.includes(part)) counts.set(key, (counts.get(key) ?? 0) + 1);
    return [...counts.values()];
  };

  it('arrive, each once, and a second look copies nothing', async () => {
    const groups = await groupsOf('once');
    expect(await copy(groups)).toEqual({
      ...{ objectsTotal: 16, objectsDone: 16, bytesTotal: 48_000, bytesDone: 48_000, bytesCopied: 48_000 },
      leftOut: [],
    });
    expect(await copy(groups)).toMatchObject({ objectsDone: 16, bytesDone: 48_000, bytesCopied: 0 });
    expect(puts('/once/')).toEqual(Array.from({ length: 16 }, () => 1));
  });

  it('are found only when they are whole, wherever the copying is cut, and are never sent twice', async () => {
    for (let cut = 0; cut <= 16; cut += 1) {
      const groups = await groupsOf(`cut-${cut}`);
      const stop = new AbortController();
      let moved = 0;
      const cutAfter = (): void => {
        moved += 1;
        if (moved >= cut) stop.abort();
      };
      if (cut === 0) stop.abort();
      await copy(groups, { signal: stop.signal, moved: cutAfter }).catch(() => undefined);
      for (const { files, last } of groups) {
        if (last === null || !(await isThere(last.key))) continue;
        for (const file of files) expect([cut, file.key, await isThere(file.key)]).toEqual([cut, file.key, true]);
      }
      expect(await copy(groups)).toMatchObject({ objectsDone: 16, bytesDone: 48_000 });
      expect(puts(`/cut-${cut}/`)).toEqual(Array.from({ length: 16 }, () => 1));
    }
  });

  it('are left out together when one of them cannot be had and whoever needs them can do without', async () => {
    const [capture, ingest, tile] = await groupsOf('lost');
    if (capture === undefined || ingest === undefined || tile === undefined) throw new Error('there are three groups');
    await source.objects.delete(tile.files[1]?.key ?? '');
    const outcome = await copy([capture, ingest, tile]);
    expect(outcome.leftOut).toEqual([`${tile.files[1]?.key ?? ''} is missing in source`]);
    expect(await Promise.all([capture, ingest, tile].map((group) => isThere(group.last?.key ?? '')))).toEqual([
      true,
      true,
      false,
    ]);
    await source.objects.delete(capture.files[4]?.key ?? '');
    await target.objects.delete(capture.files[4]?.key ?? '');
    await expect(copy([capture])).rejects.toThrow('is missing in source');
  });
});
