import { keys } from '@stead/contracts/pipeline';
import { S3ObjectStore } from '@stead/platform/object-store';
import { until } from '@stead/testing/servers';
import { TestHouse } from './testing/test-house';

const STEPS = [{ name: 'ingest' }, { name: 'bundle' }];

describe('a run, from its request to its published result', () => {
  let house: TestHouse;

  beforeAll(async () => {
    house = await TestHouse.open({
      pipelines: [
        { name: 'echo', steps: STEPS },
        { name: 'echo-user-error', steps: [{ name: 'reconstruct', mode: 'user-error' }] },
      ],
    });
    await house.startWorker();
  });

  afterAll(() => house.close());

  it('goes to the own cluster, is verified and announced', async () => {
    const runId = await house.request();
    const run = await house.untilState(runId, 'succeeded');
    expect(run).toMatchObject({ cluster: 'onprem', publishedEpoch: 1, percent: 100, failure: null });
    expect(run.result).toMatchObject({ epoch: 1, bundlePrefix: keys.bundlePrefix(house.workspaceId, runId, 1) });
    expect(run.why).toContain('your own GPUs have room');
    const announced = await house.announced(runId);
    const moves = announced.map((news) => news.state).filter((state, at, all) => state !== all[at - 1]);
    expect(moves).toEqual(['queued', 'dispatching', 'active', 'verifying', 'succeeded']);
    const revisions = announced.map((news) => news.revision);
    expect(revisions).toEqual([...new Set(revisions)].sort((a, b) => a - b));
  });

  it('keeps the output of every step', async () => {
    const runId = await house.request();
    await house.untilState(runId, 'succeeded');
    const objects = new S3ObjectStore(house.config.objectStore);
    for (const step of STEPS) {
      const key = keys.stepLog(house.workspaceId, runId, 1, step.name);
      await until(`log of ${step.name}`, async () => (await objects.head(key)) !== null);
      expect((await objects.getBytes(key, 10_000)).toString()).toContain(`${step.name} of ${runId} epoch 1`);
    }
  });

  it("fails with the step's own words when the capture is at fault", async () => {
    const runId = await house.request({ pipeline: 'echo-user-error' });
    const run = await house.untilState(runId, 'failed');
    expect(run.failure).toEqual({
      ...{ kind: 'user', code: 'too-few-registered', step: 'reconstruct' },
      ...{ detail: 'Only 2 of 20 photos fit', advice: ['Take more photos'] },
    });
    expect(await house.attempts(runId)).toHaveLength(1);
  });
});
