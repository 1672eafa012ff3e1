import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { until } from '@stead/testing/servers';
import { startTestCluster, type TestCluster } from '../testing/test-cluster';
import { aScript, aWorkflow, completed, logOf, nodeNamed, patch, podsOf, read, submit } from '../testing/workflows';
import { isZombie } from '../kubelet/process-table';

let cluster: TestCluster;
beforeAll(async () => (cluster = await startTestCluster()));
afterAll(() => cluster.close());

test('a workflow runs its container as a process and tells how it went', async () => {
  await submit(cluster, aScript('one', 'echo "hello from $HOSTNAME"; echo 3/4 > "$ARGO_PROGRESS_FILE"'));
  const workflow = await completed(cluster, 'one');
  expect(workflow.status).toMatchObject({ phase: 'Succeeded', progress: '4/4' });
  expect(workflow.metadata.labels).toMatchObject({ 'workflows.argoproj.io/phase': 'Succeeded' });
  const [pod] = await podsOf(cluster);
  expect(pod?.status.containerStatuses?.[0]?.state.terminated).toMatchObject({ exitCode: 0, reason: 'Completed' });
  expect(await logOf(cluster, pod?.metadata.name ?? '')).toBe(`hello from ${pod?.metadata.name}\n`);
  expect(nodeNamed(workflow, 'one')).toMatchObject({
    type: 'Pod',
    phase: 'Succeeded',
    hostNodeName: 'node-1',
    outputs: { exitCode: '0' },
  });
});

test('tasks of a DAG wait for those they depend on, and run side by side where they may', async () => {
  const note = (name: string): object => ({
    name,
    container: {
      image: 'sh',
      args: [`echo "+${name}" >> ${cluster.folder}/order; sleep 0.2; echo "-${name}" >> ${cluster.folder}/order`],
    },
  });
  await submit(
    cluster,
    aWorkflow('diamond', {
      entrypoint: 'main',
      templates: [
        {
          name: 'main',
          dag: {
            tasks: [
              { name: 'a', template: 'a' },
              { name: 'b', template: 'b', dependencies: ['a'] },
              { name: 'c', template: 'c', dependencies: ['a'] },
              { name: 'd', template: 'd', dependencies: ['b', 'c'] },
            ],
          },
        },
        ...['a', 'b', 'c', 'd'].map(note),
      ],
    }),
  );
  expect((await completed(cluster, 'diamond')).status).toMatchObject({ phase: 'Succeeded', progress: '4/4' });
  const order = (await readFile(join(cluster.folder, 'order'), 'utf8')).trim().split('\n');
  expect(order.slice(0, 2)).toEqual(['+a', '-a']);
  expect(new Set(order.slice(2, 4))).toEqual(new Set(['+b', '+c']));
  expect(order.slice(-2)).toEqual(['+d', '-d']);
});

test('a failed task fails the workflow, and what depends on it is omitted', async () => {
  const tasks = [
    { name: 'bad', template: 'bad' },
    { name: 'after', template: 'good', dependencies: ['bad'] },
  ];
  const container = (script: string): object => ({ container: { image: 'sh', args: [script] } });
  await submit(
    cluster,
    aWorkflow('failing', {
      entrypoint: 'main',
      templates: [
        { name: 'main', dag: { tasks } },
        { name: 'bad', ...container('exit 10') },
        { name: 'good', ...container('true') },
      ],
    }),
  );
  const workflow = await completed(cluster, 'failing');
  expect(workflow.status?.phase).toBe('Failed');
  expect(nodeNamed(workflow, 'bad')).toMatchObject({
    phase: 'Failed',
    message: 'main: Error (exit code 10)',
    outputs: { exitCode: '10' },
  });
  expect(nodeNamed(workflow, 'after').phase).toBe('Omitted');
});

test('parameters, conditions and steps: what is said once reaches every container', async () => {
  const step = (name: string, more: object = {}): object => ({
    name,
    template: 'say',
    arguments: { parameters: [{ name: 'word', value: `{{workflow.parameters.greeting}}-${name}` }] },
    ...more,
  });
  await submit(
    cluster,
    aWorkflow('steps', {
      entrypoint: 'main',
      arguments: { parameters: [{ name: 'greeting', value: 'hi "there" $x' }] },
      templates: [
        {
          name: 'main',
          steps: [
            [step('a'), step('b', { when: '{{workflow.parameters.greeting}} == no' })],
            [step('c', { when: '{{steps.a.status}} == Succeeded' })],
          ],
        },
        {
          name: 'say',
          inputs: { parameters: [{ name: 'word' }] },
          container: {
            image: 'sh',
            args: ['echo "$WORD {{retries}}"'],
            env: [{ name: 'WORD', value: '{{inputs.parameters.word}}' }],
          },
        },
      ],
    }),
  );
  const workflow = await completed(cluster, 'steps');
  expect(workflow.status?.phase).toBe('Succeeded');
  expect(nodeNamed(workflow, 'b').phase).toBe('Skipped');
  const pods = (await podsOf(cluster)).filter((pod) => pod.metadata.name.startsWith('steps-'));
  const logs = await Promise.all(pods.map((pod) => logOf(cluster, pod.metadata.name)));
  expect(logs.sort()).toEqual(['hi "there" $x-a 0\n', 'hi "there" $x-c 0\n']);
});

test('a step is tried again only for exits that its expression names, and no more often than its limit', async () => {
  const retryStrategy = {
    limit: 2,
    retryPolicy: 'Always',
    expression: 'asInt(lastRetry.exitCode) == 30',
    backoff: { duration: '0.01s', factor: 2 },
  };
  await submit(cluster, aScript('infra', 'exit 30', { retryStrategy }));
  await submit(cluster, aScript('user', 'exit 10', { retryStrategy }));
  await submit(cluster, aScript('heals', `[ {{retries}} = 1 ] || exit 30`, { retryStrategy }));
  const infra = await completed(cluster, 'infra');
  expect(nodeNamed(infra, 'infra')).toMatchObject({ type: 'Retry', phase: 'Failed', message: 'No more retries left' });
  expect(Object.values(infra.status?.nodes ?? {}).filter(({ type }) => type === 'Pod')).toHaveLength(3);
  const user = await completed(cluster, 'user');
  expect(nodeNamed(user, 'user').message).toBe('retryStrategy.expression evaluated to false');
  expect(Object.values(user.status?.nodes ?? {}).filter(({ type }) => type === 'Pod')).toHaveLength(1);
  expect((await completed(cluster, 'heals')).status?.phase).toBe('Succeeded');
});

test('a template that exceeds its deadline is ended, with everything it started', async () => {
  await submit(
    cluster,
    aScript('slow', `sleep 77.123 & echo $! > ${cluster.folder}/child; sleep 77.123`, { activeDeadlineSeconds: 3 }),
  );
  const child = await until('its child runs', async () =>
    Number(await readFile(join(cluster.folder, 'child'), 'utf8').catch(() => '')),
  );
  expect(isAlive(child)).toBe(true);
  const workflow = await completed(cluster, 'slow');
  expect(nodeNamed(workflow, 'slow')).toMatchObject({
    phase: 'Failed',
    message: 'Pod was active on the node longer than the specified deadline',
  });
  // Ended is enough: who collects an orphan, and when, is up to the machine's first process.
  await until('the child has ended', async () => !isAlive(child) || (await isZombie(child)));
});

test('a workflow that exceeds its deadline fails', async () => {
  await submit(cluster, aScript('late', 'sleep 60', {}, { activeDeadlineSeconds: 1 }));
  expect((await completed(cluster, 'late')).status).toMatchObject({ phase: 'Failed', message: 'Step exceeded its deadline' });
});

test.each([
  ['Stop', 'Succeeded'],
  ['Terminate', undefined],
] as const)('shutdown %s ends the steps; the exit handler is %s', async (shutdown, handler) => {
  const name = `stopped-${shutdown.toLowerCase()}`;
  const templates = [
    { name: 'main', container: { image: 'sh', args: ['sleep 60'] } },
    { name: 'bye', container: { image: 'sh', args: ['echo {{workflow.status}}'] } },
  ];
  await submit(cluster, aWorkflow(name, { entrypoint: 'main', onExit: 'bye', templates }));
  await until('it runs', async () => (await read(cluster, name))?.status?.conditions?.[0]?.status === 'True');
  await patch(cluster, name, { shutdown });
  const workflow = await completed(cluster, name);
  expect(workflow.status).toMatchObject({ phase: 'Failed', message: `Stopped with strategy '${shutdown}'` });
  expect(workflow.status?.nodes?.[name]).toMatchObject({
    phase: 'Failed',
    message: `workflow shutdown with strategy:  ${shutdown}`,
  });
  const exit = Object.values(workflow.status?.nodes ?? {}).find((node) => node.displayName === `${name}.onExit`);
  expect(exit?.phase).toBe(handler);
});

test('a suspended workflow starts nothing until it is resumed', async () => {
  await submit(cluster, aScript('paused', 'true', {}, { suspend: true }));
  await until('it is seen', async () => (await read(cluster, 'paused'))?.status?.phase === 'Running');
  expect(Object.keys((await read(cluster, 'paused'))?.status?.nodes ?? {})).toEqual([]);
  await patch(cluster, 'paused', { suspend: null });
  expect((await completed(cluster, 'paused')).status?.phase).toBe('Succeeded');
});

test('a finished workflow is removed after its time to live, with its pods and their folders', async () => {
  await submit(cluster, aScript('brief', 'true', {}, { ttlStrategy: { secondsAfterCompletion: 1 } }));
  await completed(cluster, 'brief');
  await until('it is gone', async () => (await read(cluster, 'brief')) === null);
  await until('its pods are gone', async () => (await podsOf(cluster)).every((pod) => !pod.metadata.name.startsWith('brief')));
});

test.each([
  [
    'a template that is not there',
    { entrypoint: 'none', templates: [] },
    "invalid spec: spec.entrypoint: template name 'none' undefined",
  ],
  [
    'a WorkflowTemplate that is not there',
    { entrypoint: 'a', workflowTemplateRef: { name: 'absent' } },
    'workflowtemplate.argoproj.io "absent" not found',
    'Error',
  ],
  [
    'tasks that wait for each other',
    {
      entrypoint: 'a',
      templates: [
        {
          name: 'a',
          dag: {
            tasks: [
              { name: 'x', template: 'a', dependencies: ['y'] },
              { name: 'y', template: 'a', dependencies: ['x'] },
            ],
          },
        },
      ],
    },
    'invalid spec: templates.a: the tasks x, y wait for each other',
  ],
  [
    'a name that nothing has',
    { entrypoint: 'a', templates: [{ name: 'a', container: { image: 'sh', args: ['{{nobody}}'] } }] },
    'failed to resolve {{nobody}}',
    'Error',
  ],
])('%s ends the workflow, which says so', async (_, spec, message, phase = 'Failed') => {
  const name = `wrong-${Math.abs(hash(message))}`;
  await submit(cluster, aWorkflow(name, spec));
  expect((await completed(cluster, name)).status).toMatchObject({ phase, message });
});

test('a name that is too long for a label is taken by the API, and failed by the controller', async () => {
  const name = 'a'.repeat(64);
  await submit(cluster, aScript(name, 'true'));
  const message = `invalid spec: workflow name "${name}" must not be more than 63 characters long (currently 64)`;
  expect((await completed(cluster, name)).status).toMatchObject({ phase: 'Failed', message });
});

test('a workflow for another controller is left alone', async () => {
  const labels = { 'workflows.argoproj.io/controller-instanceid': 'other' };
  await submit(cluster, { ...aScript('others', 'true'), metadata: { name: 'others', labels } });
  await submit(cluster, aScript('ours', 'true'));
  await completed(cluster, 'ours');
  expect((await read(cluster, 'others'))?.status).toBeUndefined();
});

test('an image that the cluster does not know leaves the pod waiting, with the reason', async () => {
  await submit(
    cluster,
    aWorkflow('unknown-image', { entrypoint: 'a', templates: [{ name: 'a', container: { image: 'nobody/knows:1' } }] }),
  );
  const node = await until('the reason is there', async () =>
    Object.values((await read(cluster, 'unknown-image'))?.status?.nodes ?? {}).find(({ message }) => message !== undefined),
  );
  expect(node.message).toMatch(/^ImagePullBackOff: .*nobody\/knows:1/);
  await patch(cluster, 'unknown-image', { shutdown: 'Terminate' });
  expect((await completed(cluster, 'unknown-image')).status?.phase).toBe('Failed');
});

test('a container that takes more memory than its limit is killed for that', async () => {
  const script = 'node -e "const a=[];setInterval(()=>a.push(Buffer.alloc(2e7,1)),20)"';
  await submit(
    cluster,
    aScript('greedy', '', { container: { image: 'sh', args: [script], resources: { limits: { memory: '150Mi' } } } }),
  );
  const workflow = await completed(cluster, 'greedy');
  expect(nodeNamed(workflow, 'greedy')).toMatchObject({ phase: 'Failed', message: 'main: OOMKilled (exit code 137)' });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function hash(text: string): number {
  return [...text].reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) | 0, 7);
}
