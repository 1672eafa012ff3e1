import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keys, type RedactionPlan, type StepName, type StepRecord } from '@stead/contracts/pipeline';
import { newId } from '@stead/platform/ids';
import { S3ObjectStore, loadObjectStoreConfig } from '@stead/platform/object-store';
import { aManifest } from '@stead/testing/builders';
import { TestStore } from '../../testing/test-store';
import { planGroups } from './list-redaction';
import { NamedStore } from './stores';

const WORKSPACE = newId();

describe('what a cluster with a store of its own gets for a redaction', () => {
  let folder: string;
  let source: TestStore;
  let target: TestStore;
  let from: NamedStore;
  let to: NamedStore;
  const opened: S3ObjectStore[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'stead-redaction-'));
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

  const put = (key: string, document: unknown): Promise<unknown> =>
    source.objects.put(key, Buffer.from(JSON.stringify(document)), { mediaType: 'application/json' });

  /** A finished run whose steps have left one file each, and its bundle of two. */
  async function finishedRun(): Promise<{ runId: string; prefix: string }> {
    const runId = newId();
    for (const step of ['ingest', 'anonymize', 'reconstruct', 'densify', 'georeference', 'tile'] as const) {
      await put(keys.stepRecord(WORKSPACE, runId, 1, step), recordOf(runId, step));
    }
    const prefix = keys.bundlePrefix(WORKSPACE, runId, 1);
    const file = (path: string) => ({ path, bytes: 3, sha256: '0'.repeat(64), mediaType: 'a/b' });
    const files = [file('tiles/tileset.json'), file('poster.webp'), file('../../elsewhere')];
    await put(`${prefix}manifest.json`, aManifest({ runId, workspaceId: WORKSPACE, files }));
    return { runId, prefix };
  }

  function recordOf(runId: string, step: StepName): StepRecord {
    const file = {
      path: 'out',
      key: keys.stepFile(WORKSPACE, runId, 1, step, 'out'),
      bytes: 5,
      sha256: '1'.repeat(64),
      mediaType: 'a/b',
    };
    return {
      ...{ schemaVersion: 1, step, runId, epoch: 1, inputsHash: 'h', provider: 'spec', files: [file], metrics: {}, notes: [] },
      ...{ startedAt: '2026-03-01T10:00:00.000Z', seconds: 1, takenOverFrom: null },
    };
  }

  async function keysFor(
    change: (plan: RedactionPlan) => unknown,
  ): Promise<{ id: string; runId: string; prefix: string; keys: string[]; optional: boolean }> {
    const { runId, prefix } = await finishedRun();
    const id = newId();
    const plan: RedactionPlan = {
      schemaVersion: 1,
      base: { bundlePrefix: prefix, manifestSha256: createHash('sha256').digest('hex') },
      originals: { runId, epoch: 1 },
      pictures: [
        {
          image: '0001.jpg',
          covers: [],
          changed: [
            {
              shape: 'outline',
              outline: [
                [0, 0],
                [1, 0],
                [1, 1],
              ],
            },
          ],
        },
      ],
      ...{ volumes: [], gone: [] },
    };
    await put(keys.redactionPlan(WORKSPACE, id), change(plan));
    const groups = await planGroups({ workspaceId: WORKSPACE, id }, from, to);
    const listed = groups.flatMap(({ files, last }) => [...files, ...(last === null ? [] : [last])].map(({ key }) => key));
    return { id, runId, prefix, keys: listed, optional: groups.some((group) => group.optional) };
  }

  it('is the bundle, the steps that hold the pictures and where they were taken, and last the plan', async () => {
    const { id, runId, prefix, keys: listed, optional } = await keysFor((plan) => plan);
    const steps = ['anonymize', 'georeference', 'ingest', 'reconstruct'] as const;
    const ofSteps = steps.flatMap((step) => [
      keys.stepFile(WORKSPACE, runId, 1, step, 'out'),
      keys.stepRecord(WORKSPACE, runId, 1, step),
    ]);
    const bundle = ['tiles/tileset.json', 'poster.webp', 'manifest.json'].map((path) => prefix + path);
    expect([...listed].sort()).toEqual([...bundle, ...ofSteps, keys.redactionPlan(WORKSPACE, id)].sort());
    expect(listed.at(-1)).toBe(keys.redactionPlan(WORKSPACE, id));
    expect(optional).toBe(false);
  });

  it('is the bundle and the plan alone where the originals are erased', async () => {
    const { id, prefix, keys: listed } = await keysFor((plan) => ({ ...plan, originals: null, pictures: [] }));
    expect(listed).toEqual([
      ...['tiles/tileset.json', 'poster.webp', 'manifest.json'].map((path) => prefix + path),
      keys.redactionPlan(WORKSPACE, id),
    ]);
  });

  it.each<[string, (plan: RedactionPlan) => unknown]>([
    ['is none', () => 'a page'],
    ['lacks a part', ({ base: _, ...plan }) => plan],
    [
      'names the bundle of somebody else',
      (plan) => ({
        ...plan,
        ...{ originals: null, pictures: [] },
        base: { ...plan.base, bundlePrefix: `workspaces/${newId()}/runs/x/e1/bundle/` },
      }),
    ],
  ])('is a plan alone that %s: the step says what is wrong with it', async (_case, change) => {
    const { id, keys: listed } = await keysFor(change);
    expect(listed).toEqual([keys.redactionPlan(WORKSPACE, id)]);
  });

  it('is nothing where there is no plan', async () => {
    expect(await planGroups({ workspaceId: WORKSPACE, id: newId() }, from, to)).toEqual([]);
  });
});
