import { until } from '@stead/testing/servers';
import { TestHouse } from './testing/test-house';

const PIPELINES = [
  { name: 'echo', steps: [{ name: 'ingest' }, { name: 'bundle' }] },
  { name: 'echo-slow', steps: [{ name: 'ingest', mode: 'sleep-2000' }, { name: 'bundle' }] },
  { name: 'echo-slower', steps: [{ name: 'ingest', mode: 'sleep-9000' }, { name: 'bundle' }] },
];

async function untilRunning(house: TestHouse, runId: string): Promise<void> {
  await until('the run runs', async () => (await house.attempts(runId)).some((attempt) => attempt.state === 'running'));
}

describe('two clusters, of which the own one hangs', () => {
  let house: TestHouse;

  beforeAll(async () => {
    house = await TestHouse.open({
      pipelines: PIPELINES,
      clusters: [
        { name: 'onprem', kind: 'onprem', slots: 2 },
        { name: 'cloud', kind: 'cloud', slots: 2 },
      ],
      env: { UNSCHEDULED_MS: '4000' },
    });
    await house.startWorker();
    await house.untilHealth('cloud', 'ok');
  });
  afterAll(() => house.close());

  it('sends new runs to the cloud and says why here and why not there', async () => {
    house.cluster('onprem').freeze();
    const runId = await house.request();
    const run = await house.untilState(runId, 'succeeded');
    expect(run).toMatchObject({ cluster: 'cloud', epoch: 1 });
    expect(run.why).toContain('does not answer');
    const decisions = await house.decisions(runId);
    expect(decisions[0]).toMatchObject({ kind: 'place', cluster: 'cloud', reason: 'onprem-silent', epoch: 1 });
    expect(decisions[0]?.verdicts).toContainEqual(expect.objectContaining({ cluster: 'onprem', reason: 'silent' }));
    // Whoever doubts it later decides again, from what the cycle decided by.
    for (const { stored, again } of await house.replayed(runId)) {
      const { kind, reason, inputs, verdicts } = stored;
      expect(again).toMatchObject({ kind, reason, inputs, verdicts: verdicts.map(({ why: _, ...verdict }) => verdict) });
    }
    house.cluster('onprem').thaw();
    await house.untilHealth('onprem', 'ok');
  });

  it('moves what ran there after the grace, and lets nothing of the old attempt be published', async () => {
    const runId = await house.request({ pipeline: 'echo-slower' });
    await untilRunning(house, runId);
    house.cluster('onprem').freeze();
    expect((await house.untilState(runId, 'uncertain')).why).toContain('does not answer');
    await until('the attempt is given up', async () => (await house.attempts(runId))[0]?.state === 'lost');
    await until('another one runs in the cloud', async () => (await house.attempts(runId))[1]?.state === 'running');
    house.cluster('onprem').thaw();
    const [old] = await until('the old one is swept', async () => {
      const attempts = await house.attempts(runId);
      return attempts[0]?.state === 'fenced' ? attempts : null;
    });
    expect(old).toMatchObject({ epoch: 1, cluster: 'onprem' });
    const run = await house.untilState(runId, 'succeeded');
    expect(run).toMatchObject({ epoch: 2, publishedEpoch: 2, cluster: 'cloud' });
    await house.untilHealth('onprem', 'ok');
  });

  it('keeps what ran there when it answers again within the grace', async () => {
    const runId = await house.request({ pipeline: 'echo-slow' });
    await untilRunning(house, runId);
    house.cluster('onprem').freeze();
    await house.untilState(runId, 'uncertain');
    house.cluster('onprem').thaw();
    const run = await house.untilState(runId, 'succeeded');
    expect(run).toMatchObject({ epoch: 1, publishedEpoch: 1, cluster: 'onprem', requeues: 0 });
    await house.untilHealth('onprem', 'ok');
  });

  it('takes a run elsewhere when its cluster has the workflow and starts nothing of it', async () => {
    await house.cluster('onprem').admin('POST', '/controller/kill');
    const runId = await house.request();
    const run = await house.untilState(runId, 'succeeded');
    expect(run).toMatchObject({ epoch: 2, publishedEpoch: 2, cluster: 'cloud' });
    expect((await house.attempts(runId))[0]?.message).toContain('no pod of it has begun on onprem');
    await house.cluster('onprem').admin('POST', '/controller/start');
    await until('the old one is swept', async () => (await house.attempts(runId))[0]?.state === 'fenced');
  });

  it('cancels a run at once although its cluster hangs, and ends its workflow when it answers', async () => {
    const runId = await house.request({ pipeline: 'echo-slower' });
    await untilRunning(house, runId);
    house.cluster('onprem').freeze();
    expect(await house.cancel(runId)).toMatchObject({ state: 'cancelled' });
    house.cluster('onprem').thaw();
    await until('nothing is left of it', async () =>
      (await house.attempts(runId)).every((attempt) => attempt.state === 'fenced'),
    );
    const [attempt] = await house.attempts(runId);
    const workflow = (await house.cluster('onprem').workflows()).find(({ name }) => name === attempt?.workflow);
    expect(workflow?.phase).toBe('Failed');
    expect((await house.run(runId)).publishedEpoch).toBeNull();
  });
});

describe('one cluster alone, which hangs for longer than the grace', () => {
  let house: TestHouse;

  beforeAll(async () => {
    house = await TestHouse.open({ pipelines: PIPELINES });
    await house.startWorker();
    await house.untilHealth('onprem', 'ok');
  });
  afterAll(() => house.close());

  it('gives back what had gone on running', async () => {
    const runId = await house.request({ pipeline: 'echo-slower' });
    await untilRunning(house, runId);
    house.cluster('onprem').freeze();
    await until('the attempt is given up', async () => (await house.attempts(runId))[0]?.state === 'lost');
    house.cluster('onprem').thaw();
    const run = await house.untilState(runId, 'succeeded');
    expect(run).toMatchObject({ epoch: 1, publishedEpoch: 1 });
    expect((await house.announced(runId)).map((news) => news.state)).toContain('uncertain');
  });

  it('gives back what had finished meanwhile', async () => {
    await house.untilHealth('onprem', 'ok');
    const runId = await house.request({ pipeline: 'echo-slow' });
    await untilRunning(house, runId);
    house.cluster('onprem').freeze();
    await until('the attempt is given up', async () => (await house.attempts(runId))[0]?.state === 'lost');
    house.cluster('onprem').thaw();
    const run = await house.untilState(runId, 'succeeded');
    expect(run).toMatchObject({ epoch: 1, publishedEpoch: 1 });
  });

  it('loses nothing when every cluster and the store are silent together: then it is the dispatcher that is cut off', async () => {
    await house.untilHealth('onprem', 'ok');
    const runId = await house.request({ pipeline: 'echo-slower' });
    await untilRunning(house, runId);
    house.store.signal('SIGSTOP');
    house.cluster('onprem').freeze();
    await house.untilHealth('onprem', 'open');
    // Twice the grace, as the persisted start of the silence shows.
    await until('the grace is over twice', async () => {
      const [row] = await house.worker.query<{ ms: number }>(
        `SELECT extract(epoch FROM now() - unreachable_since) * 1000 AS ms FROM dispatcher.cluster`,
        [],
      );
      return Number(row?.ms ?? 0) > 2 * house.config.LOST_GRACE_MS;
    });
    expect((await house.attempts(runId))[0]?.state).toBe('running');
    house.store.signal('SIGCONT');
    house.cluster('onprem').thaw();
    expect(await house.untilState(runId, 'succeeded')).toMatchObject({ epoch: 1, publishedEpoch: 1 });
  });
});
