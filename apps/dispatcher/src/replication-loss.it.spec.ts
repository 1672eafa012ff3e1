import { randomBytes } from 'node:crypto';
import { keys, stepRecordSchema, type StepRecord } from '@stead/contracts/pipeline';
import { until } from '@stead/testing/servers';
import type { TestStore } from './testing/test-store';
import { TwoStores } from './testing/two-stores';

/** Clusters have to be lost, and steps to run. */
const TEST_MS = 180_000;
const PIPELINES = [
  {
    name: 'long',
    steps: [
      { name: 'ingest', mode: 'record-bytes-100000' },
      { name: 'frames', mode: 'record-bytes-200000' },
      { name: 'tile', mode: 'record-sleep-6000' },
      { name: 'bundle', mode: 'unless-fenced' },
    ],
  },
  { name: 'short', steps: [{ name: 'ingest', mode: 'record' }, { name: 'bundle' }] },
];

/** One's own cluster beside the primary store, and one in a cloud with a store of its own. */
describe('two clusters with a store each', () => {
  let stores: TwoStores;

  beforeEach(async () => {
    stores = await TwoStores.open({
      pipelines: PIPELINES,
      clusters: [
        { name: 'onprem', kind: 'onprem', slots: 2, own: false },
        { name: 'cloud', kind: 'cloud', slots: 2, own: true },
      ],
    });
    await stores.house.startWorker();
    await stores.house.untilHealth('onprem', 'ok');
    await stores.house.untilHealth('cloud', 'ok');
  });
  afterEach(() => stores.close());

  async function recordOf(store: TestStore, runId: string, epoch: number, step: string): Promise<StepRecord> {
    const key = keys.stepRecord(stores.house.workspaceId, runId, epoch, step);
    return stepRecordSchema.parse(JSON.parse((await store.objects.getBytes(key, 100_000)).toString()));
  }

  async function begunInCloud(pipeline: string): Promise<string> {
    const captureId = await stores.primary.putCapture(stores.house.workspaceId, [randomBytes(50_000)]);
    stores.house.cluster('onprem').freeze();
    await stores.house.untilHealth('onprem', 'open');
    const runId = await stores.house.request({ pipeline, captureId });
    await until(
      'it runs in the cloud',
      async () => {
        const [attempt] = await stores.house.attempts(runId);
        return attempt?.cluster === 'cloud' && attempt.state === 'running';
      },
      60_000,
    );
    stores.house.cluster('onprem').thaw();
    await stores.house.untilHealth('onprem', 'ok');
    return runId;
  }

  const untilBack = (runId: string, steps: number): Promise<unknown> =>
    until(
      `${steps} steps have come back`,
      async () => (await stores.replications(runId)).some((one) => one.what === 'e1' && one.steps >= steps),
      60_000,
    );

  it(
    'a cloud that goes with its store takes nothing along that was finished there',
    async () => {
      const runId = await begunInCloud('long');
      await untilBack(runId, 2);
      await stores.house.cluster('cloud').kill();
      await stores.cloud.kill();
      const run = await stores.house.untilState(runId, 'succeeded', 90_000);
      expect(run).toMatchObject({ cluster: 'onprem', epoch: 2, publishedEpoch: 2 });
      for (const step of ['ingest', 'frames']) {
        expect(await recordOf(stores.primary, runId, 2, step)).toMatchObject({ takenOverFrom: 1, epoch: 1 });
      }
      expect(await recordOf(stores.primary, runId, 2, 'tile')).toMatchObject({ takenOverFrom: null, epoch: 2 });
      const outputs = (await stores.replications(runId)).filter((one) => one.what === 'e1');
      await until('what is left of it is not waited for', async () => {
        const [now] = (await stores.replications(runId)).filter((one) => one.what === 'e1');
        return now?.state === 'abandoned';
      });
      expect(outputs).toHaveLength(1);
    },
    TEST_MS,
  );

  it(
    "a run goes on in the cloud with what one's own cluster had finished when it went",
    async () => {
      const captureId = await stores.primary.putCapture(stores.house.workspaceId, [randomBytes(50_000)]);
      const runId = await stores.house.request({ pipeline: 'long', captureId });
      const step = keys.stepRecord(stores.house.workspaceId, runId, 1, 'frames');
      await until('two steps are finished', async () => (await stores.primary.objects.head(step)) !== null, 60_000);
      await stores.house.cluster('onprem').kill();
      const run = await stores.house.untilState(runId, 'succeeded', 90_000);
      expect(run).toMatchObject({ cluster: 'cloud', publishedEpoch: run.epoch });
      for (const name of ['ingest', 'frames']) {
        expect(await recordOf(stores.cloud, runId, run.epoch, name)).toMatchObject({ takenOverFrom: 1, epoch: 1 });
        expect(await recordOf(stores.primary, runId, run.epoch, name)).toMatchObject({ takenOverFrom: 1 });
      }
      const inputs = await stores.inputs(runId);
      expect(inputs).toMatchObject({ from: 'primary', to: 'cloud', state: 'done', forEpoch: run.epoch });
      expect(inputs?.bytesTotal).toBeGreaterThan(350_000); // the capture, and what two steps had made of it
    },
    TEST_MS,
  );

  it(
    'the steps of a replaced attempt find the fence in their own store',
    async () => {
      const runId = await begunInCloud('long');
      stores.house.cluster('cloud').freeze();
      await until('it was replaced', async () => (await stores.house.run(runId)).epoch === 2, 60_000);
      const marker = `${keys.epochPrefix(stores.house.workspaceId, runId, 1)}fenced`;
      await until('its store says so', async () => (await stores.cloud.objects.head(marker)) !== null);
      stores.house.cluster('cloud').thaw();
      expect(await stores.house.untilState(runId, 'succeeded', 90_000)).toMatchObject({ cluster: 'onprem', publishedEpoch: 2 });
    },
    TEST_MS,
  );

  it(
    'a run is not held up by a cloud whose store does not answer, and the cloud is used again when it does',
    async () => {
      stores.cloud.proxy.down();
      stores.house.cluster('onprem').freeze();
      await stores.house.untilHealth('onprem', 'open');
      const captureId = await stores.primary.putCapture(stores.house.workspaceId, [randomBytes(50_000)]);
      const runId = await stores.house.request({ pipeline: 'short', captureId });
      const given = await until(
        'the attempt is given back',
        async () => (await stores.house.attempts(runId)).find((attempt) => attempt.state === 'rejected') ?? null,
        60_000,
      );
      expect(given).toMatchObject({ cluster: 'cloud', intentAt: null, message: 'the store of cloud does not answer' });
      stores.house.cluster('onprem').thaw();
      const run = await stores.house.untilState(runId, 'succeeded', 60_000);
      expect(run).toMatchObject({ cluster: 'onprem', requeues: 0 });
      expect(await stores.house.cluster('cloud').workflows()).toEqual([]);
      stores.cloud.proxy.up();
      await until('its store was heard of', () =>
        stores.cloud.proxy.seen.some((one) => one.key === 'health/replication' && one.status > 0),
      );
      const nextId = await begunInCloud('short');
      expect(await stores.house.untilState(nextId, 'succeeded', 60_000)).toMatchObject({ cluster: 'cloud' });
    },
    TEST_MS,
  );

  it(
    'a result whose store is silent is waited for, and not made again',
    async () => {
      const isManifest = ({ key }: { key: string }): boolean => key.endsWith('/e1/bundle/manifest.json');
      const release = stores.cloud.proxy.hold(isManifest);
      const runId = await begunInCloud('short');
      await stores.house.untilState(runId, 'verifying', 60_000);
      await until('its manifest is asked for', () => stores.cloud.proxy.seen.some(isManifest));
      stores.cloud.proxy.down();
      release();
      await until('it was asked for in vain', async () =>
        (await stores.replications(runId)).some((one) => one.what === 'e1' && one.failures > 1),
      );
      expect((await stores.house.run(runId)).state).toBe('verifying');
      stores.cloud.proxy.up();
      expect(await stores.house.untilState(runId, 'succeeded', 60_000)).toMatchObject({ epoch: 1, publishedEpoch: 1 });
    },
    TEST_MS,
  );
});
