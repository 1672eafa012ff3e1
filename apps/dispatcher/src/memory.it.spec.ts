import { TestHouse } from './testing/test-house';

jest.setTimeout(90_000);

describe('a step that runs out of memory', () => {
  let house: TestHouse;

  beforeAll(async () => {
    house = await TestHouse.open({
      pipelines: [
        { name: 'echo-hungry', memoryMi: 400, steps: [{ name: 'ingest', mode: 'eat-400' }, { name: 'bundle' }] },
        { name: 'echo-greedy', memoryMi: 400, steps: [{ name: 'ingest', mode: 'eat-1000' }, { name: 'bundle' }] },
      ],
      clusters: [
        { name: 'onprem', kind: 'onprem', slots: 2 },
        { name: 'cloud', kind: 'cloud', slots: 2 },
      ],
    });
    await house.startWorker();
  });
  afterAll(() => house.close());

  it('gets half as much again, where it ran, and the run succeeds', async () => {
    const runId = await house.request({ pipeline: 'echo-hungry' });
    const run = await house.untilState(runId, 'succeeded', 60_000);
    expect(run.memory).toEqual({ ingest: 600 * 2 ** 20 });
    expect(run.excluded).toEqual({});
    const [first, second] = await house.attempts(runId);
    expect(first).toMatchObject({ outcome: 'failed', signature: 'ingest:step-out-of-memory' });
    expect(second).toMatchObject({ outcome: 'succeeded', cluster: 'onprem' });
  });

  it('gets more once only: then the run is set aside with what it asked for', async () => {
    const runId = await house.request({ pipeline: 'echo-greedy' });
    const run = await house.untilState(runId, 'dead-letter', 60_000);
    expect(run.failure).toMatchObject({ code: 'step-out-of-memory', step: 'ingest' });
    expect(run.memory).toEqual({ ingest: 600 * 2 ** 20 });
    expect(await house.attempts(runId)).toHaveLength(2);
  });
});
