import { until } from '@stead/testing/servers';
import type { Workflow } from '../objects/workflow';
import { NAMESPACE, startTestCluster, tokensOf, type TestCluster } from '../testing/test-cluster';
import { aScript, completed, podsOf, read, submit } from '../testing/workflows';

const WORKFLOWS = `/apis/argoproj.io/v1alpha1/namespaces/${NAMESPACE}/workflows`;
const asMerge = { headers: { 'content-type': 'application/merge-patch+json' } };

let cluster: TestCluster;
beforeAll(async () => (cluster = await startTestCluster()));
afterAll(() => cluster.close());

const suspended = (metadata: object): object => ({ ...aScript('x', 'true', {}, { suspend: true }), metadata });

test('a generated name starts as it was asked to and is a new one each time', async () => {
  const names = await Promise.all(
    Array.from(
      { length: 10 },
      async () =>
        ((await cluster.api('POST', WORKFLOWS, suspended({ generateName: 'made-' }))).body as unknown as Workflow).metadata.name,
    ), // what a create answers
  );
  expect(new Set(names).size).toBe(10);
  for (const name of names) expect(name).toMatch(/^made-[a-z0-9]{5}$/);
});

test('replacing wants the revision that is there, and keeps what only the cluster writes', async () => {
  await submit(cluster, suspended({ name: 'replaced' }));
  const made = await until('the controller has seen it', async () => {
    const workflow = await read(cluster, 'replaced');
    return workflow?.status?.phase === 'Running' ? workflow : null;
  });
  const changed = { ...made, spec: { ...made.spec, priority: 7 } };
  const { status, body } = await cluster.api('PUT', `${WORKFLOWS}/replaced`, changed);
  expect(status).toBe(200);
  expect(body).toMatchObject({
    spec: { priority: 7 },
    metadata: { uid: made.metadata.uid, creationTimestamp: made.metadata.creationTimestamp, generation: 2 },
  });
  expect((await cluster.api('PUT', `${WORKFLOWS}/replaced`, changed)).body).toMatchObject({ code: 409, reason: 'Conflict' });
});

test('a patch that changes nothing makes no new revision', async () => {
  await submit(cluster, suspended({ name: 'same', labels: { a: '1' } }));
  await until('the controller has seen it', async () => (await read(cluster, 'same'))?.status?.phase === 'Running');
  const before = (await read(cluster, 'same'))?.metadata.resourceVersion;
  await cluster.api('PATCH', `${WORKFLOWS}/same`, { metadata: { labels: { a: '1' } } }, asMerge);
  expect((await read(cluster, 'same'))?.metadata.resourceVersion).toBe(before);
});

test('an object with finalizers stays until they are gone', async () => {
  await submit(cluster, suspended({ name: 'held', finalizers: ['example.org/hold'] }));
  await cluster.api('DELETE', `${WORKFLOWS}/held`);
  expect((await read(cluster, 'held'))?.metadata.deletionTimestamp).toBeDefined();
  await cluster.api('PATCH', `${WORKFLOWS}/held`, { metadata: { finalizers: null } }, asMerge);
  expect(await read(cluster, 'held')).toBeNull();
});

test.each([
  ['Background', 0],
  ['Orphan', 1],
])('with propagation %s, %i pods of a deleted workflow stay', async (propagationPolicy, stay) => {
  const name = `owner-${propagationPolicy.toLowerCase()}`;
  await submit(cluster, aScript(name, 'true'));
  await completed(cluster, name);
  await cluster.api('DELETE', `${WORKFLOWS}/${name}`, { propagationPolicy });
  expect(await read(cluster, name)).toBeNull();
  const pods = async (): Promise<number> => (await podsOf(cluster)).filter((pod) => pod.metadata.name.startsWith(name)).length;
  await until('so many stay', async () => (await pods()) === stay);
});

test('deleting a workflow ends what it runs', async () => {
  await submit(cluster, aScript('cut-short', 'sleep 60'));
  await until('it runs', async () =>
    (await podsOf(cluster)).some(({ metadata, status }) => metadata.name.startsWith('cut-short') && status.phase === 'Running'),
  );
  await cluster.api('DELETE', `${WORKFLOWS}/cut-short`);
  await until('its pods are gone', async () =>
    (await podsOf(cluster)).every(({ metadata }) => !metadata.name.startsWith('cut-short')),
  );
});

test('a name that is made again after a delete is another workflow, with other pods', async () => {
  const first = await submit(cluster, aScript('again', 'sleep 30'));
  const firstPod = await until(
    'its pod is there',
    async () => (await podsOf(cluster)).find(({ metadata }) => metadata.name.startsWith('again'))?.metadata.name,
  );
  await cluster.api('DELETE', `${WORKFLOWS}/again`);
  const second = await submit(cluster, aScript('again', 'true'));
  expect(second.metadata.uid).not.toBe(first.metadata.uid);
  const workflow = await completed(cluster, 'again');
  expect(workflow.status?.phase).toBe('Succeeded');
  expect(
    (await podsOf(cluster)).some(
      ({ metadata, status }) => metadata.name !== firstPod && metadata.name.startsWith('again') && status.phase === 'Succeeded',
    ),
  ).toBe(true);
});

test.each<[string, string, string, object | undefined, number, string]>([
  [
    'a namespace that is not there',
    'POST',
    '/apis/argoproj.io/v1alpha1/namespaces/none/workflows',
    suspended({ name: 'a' }),
    404,
    'namespaces "none" not found',
  ],
  [
    'another kind than the path says',
    'POST',
    WORKFLOWS,
    { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' } },
    400,
    'Workflow is expected here',
  ],
  ['a name that is none', 'POST', WORKFLOWS, suspended({ name: 'No_Name' }), 422, 'RFC 1123'],
  ['no name at all', 'POST', WORKFLOWS, suspended({}), 422, 'name or generateName is required'],
  ['a label value that is none', 'POST', WORKFLOWS, suspended({ name: 'a', labels: { a: 'b c' } }), 422, 'metadata.labels.a'],
  [
    'a resource that is not served',
    'GET',
    `/apis/apps/v1/namespaces/${NAMESPACE}/deployments`,
    undefined,
    404,
    'could not find the requested resource',
  ],
  [
    'a node by hand',
    'POST',
    '/api/v1/nodes',
    { apiVersion: 'v1', kind: 'Node', metadata: { name: 'a' } },
    405,
    'made by the cluster itself',
  ],
  [
    'a pod of two containers',
    'POST',
    `/api/v1/namespaces/${NAMESPACE}/pods`,
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'a' },
      spec: {
        containers: [
          { name: 'a', image: 'x' },
          { name: 'b', image: 'x' },
        ],
      },
    },
    422,
    'exactly one container',
  ],
  ['all workflows at once', 'DELETE', WORKFLOWS, undefined, 405, 'not supported on a collection'],
  ['a revision that is no number', 'GET', `${WORKFLOWS}?limit=many`, undefined, 400, 'limit must be a whole number'],
  [
    'an object that is too large',
    'POST',
    WORKFLOWS,
    suspended({ name: 'a', annotations: { a: 'x'.repeat(1_600_000) } }),
    413,
    'the limit is 1500000',
  ],
])('%s is refused with the reason', async (_, method, path, body, status, message) => {
  const answer = await cluster.api(method, path, body);
  expect(answer).toMatchObject({
    status,
    body: { kind: 'Status', status: 'Failure', message: expect.stringContaining(message) as string },
  });
});

test('a body that cannot be read is a bad request, and its prototype keys are dropped', async () => {
  const { admin } = await tokensOf(cluster.folder);
  const post = (body: string, type = 'application/json'): Promise<Response> =>
    fetch(`${cluster.cluster.url}${WORKFLOWS}`, {
      method: 'POST',
      body,
      headers: { authorization: `Bearer ${admin}`, 'content-type': type },
    });
  expect((await post('{"a":')).status).toBe(400);
  expect((await post('k8s', 'application/vnd.kubernetes.protobuf')).status).toBe(400);
  expect((await post('<a/>', 'text/xml')).status).toBe(415);
  const yaml =
    'apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {name: from-yaml, __proto__: {labels: {a: b}}}\nspec: {suspend: true, entrypoint: a, templates: []}\n';
  expect((await post(yaml, 'application/yaml')).status).toBe(201);
  expect((await read(cluster, 'from-yaml'))?.metadata.labels).not.toHaveProperty('a');
});

test('a pod of nobody runs as well', async () => {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'alone' },
    spec: { containers: [{ name: 'main', image: 'sh', args: ['exit 4'] }] },
  };
  expect((await cluster.api('POST', `/api/v1/namespaces/${NAMESPACE}/pods`, pod)).status).toBe(201);
  const ended = await until('it ended', async () =>
    (await podsOf(cluster)).find(({ metadata, status }) => metadata.name === 'alone' && status.phase === 'Failed'),
  );
  expect(ended.status.containerStatuses?.[0]?.state.terminated?.exitCode).toBe(4);
});
