import { ClusterClient, buildWorkflow } from '@stead/platform/kube';
import { until } from '@stead/testing/servers';
import { workflowName } from './domain/run';
import { TestHouse } from './testing/test-house';

const STEPS = [{ name: 'ingest' }, { name: 'bundle' }];
const CREATE = { verb: 'create', resource: 'workflows' };

describe('an attempt reaches its cluster exactly once', () => {
  let house: TestHouse;
  const workflowsOf = async (runId: string) => {
    const prefix = workflowName(runId, 1).slice(0, -1);
    return (await house.cluster('onprem').workflows())
      .filter((workflow) => workflow.name.startsWith(prefix))
      .map((workflow) => workflow.name);
  };

  beforeAll(async () => {
    house = await TestHouse.open({
      pipelines: [
        { name: 'echo', steps: STEPS },
        { name: 'echo-crash', steps: [{ name: 'tile', mode: 'crash' }] },
        { name: 'echo-no-manifest', steps: [{ name: 'bundle', mode: 'no-manifest' }] },
        { name: 'echo-short-file', steps: [{ name: 'bundle', mode: 'short-file' }] },
      ],
    });
    await house.startWorker();
  });
  afterEach(() => house.cluster('onprem').clearFaults());
  afterAll(() => house.close());

  it.each([
    ['the answer to the POST is lost after it took effect', { kind: 'drop-after-apply', match: CREATE, count: 2 }],
    ['the API server fails', { kind: 'status5xx', match: CREATE, count: 3 }],
    ['the API server asks for patience', { kind: 'status429', match: CREATE, count: 3 }],
    ['the POST is never answered', { kind: 'hang', match: CREATE, count: 1 }],
  ])('when %s', async (_name, fault) => {
    await house.cluster('onprem').fault(fault);
    const runId = await house.request();
    const run = await house.untilState(runId, 'succeeded');
    expect(run).toMatchObject({ publishedEpoch: 1, requeues: 0 });
    expect(await workflowsOf(runId)).toEqual([workflowName(runId, 1)]);
  });

  it('and no sooner than a server that asks for patience wants to be asked again', async () => {
    await house.cluster('onprem').fault({ kind: 'status429', match: CREATE, count: 1, retryAfterS: 4 });
    const runId = await house.request();
    await house.untilState(runId, 'succeeded');
    const [attempt] = await house.attempts(runId);
    expect(Number(attempt?.createdAt) - Number(attempt?.intentAt)).toBeGreaterThanOrEqual(4_000);
  });

  it('and is left to others for half a minute, not for good, when its server goes on asking for patience', async () => {
    await house.cluster('onprem').fault({ kind: 'status429', match: CREATE, durationMs: 60_000 });
    const runId = await house.request();
    const attempt = await until('its attempt is rejected', async () => {
      const attempts = await house.attempts(runId);
      return attempts.find((one) => one.state === 'rejected');
    });
    const run = await house.untilState(runId, 'queued');
    expect(run.requeues).toBe(0);
    const excludedMs = Date.parse(run.excluded['onprem']?.until ?? '') - Number(attempt.finishedAt);
    expect(excludedMs).toBe(30_000);
  });

  it('and leaves alone a workflow that has its name and is not it', async () => {
    const { runId, foreign } = {
      runId: '0198f0f0-1111-7000-8000-00000000abcd',
      foreign: new ClusterClient(clientOptions(house)),
    };
    const labels = { 'stead.dev/run': runId, 'stead.dev/attempt': 'somebody-else' };
    const there = await foreign.createWorkflow(
      buildWorkflow({
        ...{ name: workflowName(runId, 1), namespace: 'stead', labels, template: 'echo', entrypoint: 'photos' },
        ...{ parameters: { params: '{}' }, ttlS: 60 },
      }),
    );
    await house.request({ runId });
    const [attempt] = await until('attempt is rejected', async () => {
      const attempts = await house.attempts(runId);
      return attempts.some((one) => one.state === 'rejected') ? attempts : null;
    });
    expect(attempt?.message).toContain('is taken by a workflow that is not this attempt');
    const run = await house.untilState(runId, 'queued');
    expect(run.requeues).toBe(0);
    expect(Object.keys(run.excluded)).toEqual(['onprem']);
    expect((await foreign.getWorkflow(workflowName(runId, 1)))?.metadata.uid).toBe(there.metadata.uid);
    foreign.close();
    await house.cancel(runId);
  });

  it.each([
    ['the watch is open and silent', { kind: 'freeze-watch' }],
    ['the watch is told that its version is too old', { kind: 'gone-410', count: 3 }],
  ])('and is followed to its end when %s', async (_name, fault) => {
    await house.cluster('onprem').fault(fault);
    const runId = await house.request();
    await house.untilState(runId, 'succeeded');
  });

  it('and waits for a workflow controller that is down', async () => {
    await house.cluster('onprem').admin('POST', '/controller/kill');
    const runId = await house.request();
    await until('the workflow is there', async () => (await workflowsOf(runId)).length === 1);
    expect((await house.untilState(runId, 'active')).step).toBeNull();
    await house.cluster('onprem').admin('POST', '/controller/start');
    await house.untilState(runId, 'succeeded');
  });

  it.each([
    ['a bug in a step', 'echo-crash', { kind: 'bug', code: 'step-exit-1', step: 'tile' }],
    ['a success without a manifest', 'echo-no-manifest', { kind: 'infrastructure', code: 'result-unusable' }],
    ['a file that is shorter than the manifest says', 'echo-short-file', { kind: 'infrastructure', code: 'result-unusable' }],
  ])('and is not believed, nor tried for ever, after %s', async (_name, pipeline, failure) => {
    const runId = await house.request({ pipeline });
    const run = await house.untilState(runId, 'dead-letter');
    expect(run).toMatchObject({ failure, publishedEpoch: null, result: null });
    expect(run.failure?.detail).toContain('given up after 3 attempts');
    expect((await house.attempts(runId)).map((attempt) => attempt.epoch)).toEqual([1, 2, 3]);
  });
});

function clientOptions(house: TestHouse) {
  return { name: 'onprem', namespace: 'stead', kubeconfig: house.cluster('onprem').kubeconfigPath };
}
