import {
  PIPELINE,
  bundleManifestSchema,
  keys,
  stepRecordSchema,
  type RedactionPlan,
  type StepRecord,
} from '@stead/contracts/pipeline';
import { newId } from '@stead/platform/ids';
import { isSealed } from '@stead/platform/sealed-objects';
import { until } from '@stead/testing/servers';
import type { TestStore } from './testing/test-store';
import { TwoStores } from './testing/two-stores';

const TEST_MS = 240_000;

/** Whatever the rest of these specs pretends of steps has to be true of the real ones. */
describe("the platform's own pipeline over two stores", () => {
  let stores: TwoStores;
  let finished: { captureId: string; bundlePrefix: string; manifestSha256: string };

  beforeAll(async () => {
    stores = await TwoStores.open({
      pipelines: [],
      ownPipeline: true,
      clusters: [
        { name: 'onprem', kind: 'onprem', slots: 4, own: false },
        { name: 'cloud', kind: 'cloud', slots: 4, own: true },
      ],
    });
    await stores.house.startWorker();
    await stores.house.untilHealth('onprem', 'ok');
    await stores.house.untilHealth('cloud', 'ok');
  });
  afterAll(() => stores.close());

  async function recordOf(store: TestStore, runId: string, epoch: number, step: string): Promise<StepRecord> {
    const key = keys.stepRecord(stores.house.workspaceId, runId, epoch, step);
    return stepRecordSchema.parse(JSON.parse((await store.objects.getBytes(key, 1_000_000)).toString()));
  }

  it(
    'makes a map in the cloud of what it had begun at home, of a capture that is sealed',
    async () => {
      const { workspaceId } = stores.house;
      const cloud = { kind: 'pointcloud', extension: 'ply', isSealed: true } as const;
      const captureId = await stores.primary.putCapture(workspaceId, [pointCloud(20_000)], newId(), cloud);
      const runId = await stores.house.request({ pipeline: PIPELINE, entrypoint: 'pointcloud', captureId });
      const tiled = keys.stepRecord(workspaceId, runId, 1, 'tile');
      await until('it is tiled at home', async () => (await stores.primary.objects.head(tiled)) !== null, 120_000);
      await stores.house.cluster('onprem').kill();
      const run = await stores.house.untilState(runId, 'succeeded', 120_000);
      expect(run).toMatchObject({ cluster: 'cloud', publishedEpoch: run.epoch });
      for (const step of ['ingest', 'tile'])
        expect(await recordOf(stores.cloud, runId, run.epoch, step)).toMatchObject({ epoch: 1, takenOverFrom: 1 });
      // It lies sealed in both stores, key and all, and nothing of what visitors get does.
      for (const { objects } of [stores.primary, stores.cloud]) {
        expect(await objects.head(keys.captureSeal(workspaceId, captureId))).not.toBeNull();
        const { objects: files } = await objects.list(`${keys.capturePrefix(workspaceId, captureId)}files/`);
        for (const { key } of files) expect(isSealed(await objects.getBytes(key, 1e8))).toBe(true);
        const { objects: bundle } = await objects.list(keys.bundlePrefix(workspaceId, runId, run.epoch));
        for (const { key } of bundle) expect(isSealed(await objects.getBytes(key, 1e8))).toBe(false);
        expect(files.length * bundle.length).toBeGreaterThan(0);
      }
      const manifest = bundleManifestSchema.parse(
        JSON.parse(
          (await stores.primary.objects.getBytes(keys.bundleManifest(workspaceId, runId, run.epoch), 1_000_000)).toString(),
        ),
      );
      expect(manifest.quality.points).toBe(20_000);
      expect(run.result).toMatchObject({ epoch: run.epoch });
      finished = { captureId, bundlePrefix: run.result?.bundlePrefix ?? '', manifestSha256: run.result?.manifestSha256 ?? '' };
      expect(manifest.steps.filter((step) => step.takenOver).map((step) => step.name)).toEqual(['ingest', 'tile']);
    },
    TEST_MS,
  );

  it(
    'leaves out a part of it in the cloud, which gets the plan and the bundle that it is for',
    async () => {
      const { workspaceId } = stores.house;
      const { captureId, ...base } = finished;
      const runId = newId();
      const plan: RedactionPlan = {
        ...{ schemaVersion: 1, base, originals: null, pictures: [] },
        volumes: [{ id: newId(), volume: { shape: 'box', min: [-1, -1, 0.5], max: [9, 9, 9] } }],
        gone: [],
      };
      const key = keys.redactionPlan(workspaceId, runId);
      await stores.primary.objects.put(key, Buffer.from(JSON.stringify(plan)), { mediaType: 'application/json' });
      await stores.house.request({ runId, pipeline: PIPELINE, entrypoint: 'redaction', captureId });
      const run = await stores.house.untilState(runId, 'succeeded', 120_000);
      expect(run).toMatchObject({ cluster: 'cloud', entrypoint: 'redaction' });
      const copied = stores.cloud.proxy.seen.filter(({ method, key: at }) => method === 'PUT' && at === key);
      expect(copied).toHaveLength(1);
      const prefix = keys.bundlePrefix(workspaceId, runId, run.epoch);
      const bytes = await stores.primary.objects.getBytes(`${prefix}manifest.json`, 1_000_000);
      const manifest = bundleManifestSchema.parse(JSON.parse(bytes.toString()));
      expect(manifest.redaction).toMatchObject({ pictures: 0, volumes: 1 });
      expect(manifest.quality.points).toBeLessThan(20_000);
      expect(manifest.quality.points).toBeGreaterThan(10_000);
      for (const { path, bytes: size } of manifest.files) {
        expect(await stores.primary.objects.head(prefix + path)).toMatchObject({ bytes: size });
      }
    },
    TEST_MS,
  );
});

/** A wall and a floor, as ASCII PLY. */
function pointCloud(count: number): Buffer {
  const rows = Array.from({ length: count }, (_, n) => {
    const [u, v] = [(n * 0.754_877_666) % 1, (n * 0.569_840_291) % 1];
    return n % 2 === 0 ? `${4 * u} ${3 * v} 0 90 120 150` : `${4 * u} 0 ${2.5 * v} 150 120 90`;
  });
  const properties = [...['x', 'y', 'z'].map((axis) => `property float ${axis}`)];
  properties.push(...['red', 'green', 'blue'].map((channel) => `property uchar ${channel}`));
  return Buffer.from(['ply', 'format ascii 1.0', `element vertex ${count}`, ...properties, 'end_header', ...rows, ''].join('\n'));
}
