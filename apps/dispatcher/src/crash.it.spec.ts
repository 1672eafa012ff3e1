import { until } from '@stead/testing/servers';
import { workflowName } from './domain/run';
import { CommitGate } from './testing/commit-gate';
import type { Program } from './testing/program';
import { TestHouse } from './testing/test-house';

const STEPS = [{ name: 'ingest' }, { name: 'bundle' }];

describe('a leader that is killed just before it commits', () => {
  let house: TestHouse;
  let gate: CommitGate;
  let leader: Program;
  let standby: Program;

  beforeAll(async () => {
    house = await TestHouse.open({ pipelines: [{ name: 'echo', steps: STEPS }] });
    gate = await CommitGate.open(house.database.adminUrl, ['run', 'attempt']);
    leader = await house.startWorker();
    await until('somebody leads', () => leader.lines.some((line) => line.includes('scheduler leads"')));
    standby = await house.startWorker();
  });

  afterAll(async () => {
    await gate.close();
    await house.close();
  });

  it.each([
    'run:dispatching',
    'attempt:reserved',
    'attempt:intent',
    'attempt:created',
    'run:active',
    'attempt:running',
    'attempt:done',
    'run:verifying',
    'run:succeeded',
  ])('%s costs the run nothing: its successor goes on, and it finishes once', async (edge) => {
    await gate.arm(edge);
    const runId = await house.request();
    await gate.untilReached();
    await leader.kill();
    await gate.disarm();
    const run = await house.untilState(runId, 'succeeded');
    expect(run).toMatchObject({ epoch: 1, publishedEpoch: 1, requeues: 0 });
    const workflows = (await house.cluster('onprem').workflows()).filter(({ name }) =>
      name.startsWith(workflowName(runId, 1).slice(0, -3)),
    );
    expect(workflows.map((workflow) => workflow.name)).toEqual([workflowName(runId, 1)]);
    expect((await house.announced(runId)).filter((news) => news.state === 'succeeded')).toHaveLength(1);
    leader = standby;
    standby = await house.startWorker();
  });
});
