import { until } from '@stead/testing/servers';
import { NAMESPACE, startTestCluster, tokensOf, type TestCluster } from '../testing/test-cluster';
import { aScript, completed, nodeNamed, podsOf, read, submit } from '../testing/workflows';

const WORKFLOWS = `/apis/argoproj.io/v1alpha1/namespaces/${NAMESPACE}/workflows`;

let cluster: TestCluster;
beforeAll(async () => (cluster = await startTestCluster()));
afterEach(() => cluster.admin('DELETE', '/faults'));
afterAll(() => cluster.close());

const suspended = (name: string): object => aScript(name, 'true', {}, { suspend: true });
const fault = (body: object): Promise<unknown> => cluster.admin('POST', '/faults', body);
/** The code of the connection's error; the errors of fetch come from outside of jest's realm. */
const codeOf = async (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'answered',
    (error: { cause?: { code?: string } }) => error.cause?.code ?? 'failed',
  );

test('refuse: connections are refused, and taken again on the same port when the fault is over', async () => {
  const { url } = cluster.cluster;
  await fault({ kind: 'refuse' });
  await until('it refuses', async () => (await codeOf(cluster.api('GET', '/readyz'))) === 'ECONNREFUSED');
  await cluster.admin('DELETE', '/faults');
  await until('it answers', async () => (await codeOf(cluster.api('GET', '/readyz'))) === 'answered');
  expect(cluster.cluster.url).toBe(url);
});

test('hang: the connection is taken and nothing is said until the fault is over; then the request is carried out', async () => {
  await fault({ kind: 'hang', count: 1, match: { verb: 'create', resource: 'workflows' } });
  let answered = false;
  const pending = cluster.api('POST', WORKFLOWS, suspended('hung')).finally(() => (answered = true));
  // Others are not held.
  expect(await read(cluster, 'hung')).toBeNull();
  expect(answered).toBe(false);
  await cluster.admin('DELETE', '/faults');
  expect((await pending).status).toBe(201);
});

test('status5xx and status429 strike as often as they are told, with the headers and reasons of Kubernetes', async () => {
  await fault({ kind: 'status5xx', count: 2, match: { verb: 'list' } });
  expect((await cluster.api('GET', WORKFLOWS)).body).toMatchObject({ kind: 'Status', code: 503 });
  expect((await cluster.api('GET', `${WORKFLOWS}/none`)).status).toBe(404);
  expect((await cluster.api('GET', WORKFLOWS)).status).toBe(503);
  expect((await cluster.api('GET', WORKFLOWS)).status).toBe(200);
  await fault({ kind: 'status429', durationMs: 60_000 });
  expect((await cluster.api('GET', WORKFLOWS)).body).toMatchObject({
    code: 429,
    reason: 'TooManyRequests',
    details: { retryAfterSeconds: 1 },
  });
});

test('drop-after-apply: the object is made although the answer never comes', async () => {
  await fault({ kind: 'drop-after-apply', count: 1, match: { verb: 'create' } });
  expect(await codeOf(cluster.api('POST', WORKFLOWS, suspended('dropped')))).not.toBe('answered');
  expect(await read(cluster, 'dropped')).not.toBeNull();
  expect((await cluster.api('POST', WORKFLOWS, suspended('dropped'))).body).toMatchObject({ code: 409, reason: 'AlreadyExists' });
});

test('freeze-watch: a watch stays open and silent, and tells everything afterwards', async () => {
  const { body } = await cluster.api('GET', WORKFLOWS);
  const { resourceVersion } = (body as { metadata: { resourceVersion: string } }).metadata;
  const { admin } = await tokensOf(cluster.folder);
  const abort = new AbortController();
  const response = await fetch(`${cluster.cluster.url}${WORKFLOWS}?watch=1&resourceVersion=${resourceVersion}`, {
    headers: { authorization: `Bearer ${admin}` },
    signal: abort.signal,
  });
  let text = '';
  const reading = (async () => {
    for await (const chunk of response.body ?? []) text += Buffer.from(chunk).toString();
  })().catch(() => undefined);
  await submit(cluster, suspended('before-freeze'));
  await until('the watch works', () => text.includes('before-freeze'));
  await fault({ kind: 'freeze-watch' });
  await submit(cluster, suspended('in-freeze'));
  // A second watch, on another kind, is frozen too; a list is not.
  expect((await cluster.api('GET', WORKFLOWS)).status).toBe(200);
  expect(text).not.toContain('in-freeze');
  await cluster.admin('DELETE', '/faults');
  await until('it catches up', () => text.includes('in-freeze'));
  abort.abort();
  await reading;
});

test('delay holds every request back, and probability strikes some of them', async () => {
  await fault({ kind: 'delay', delayMs: 150, count: 1 });
  const started = performance.now();
  await cluster.api('GET', '/version');
  expect(performance.now() - started).toBeGreaterThanOrEqual(149);
  await fault({ kind: 'status5xx', probability: 0.5, match: { verb: 'get' } });
  const statuses = await Promise.all(Array.from({ length: 60 }, async () => (await cluster.api('GET', '/version')).status));
  expect(new Set(statuses)).toEqual(new Set([200, 503]));
});

test.each([
  ['container', { phase: 'Failed', message: 'main: Error (exit code 137)' }],
  ['lost', { phase: 'Error', message: 'pod deleted' }],
])('a pod can be killed as %s', async (mode, want) => {
  await submit(cluster, aScript(`kill-${mode}`, 'sleep 60'));
  const pod = await until('it runs', async () =>
    (await podsOf(cluster)).find(
      ({ metadata, status }) => metadata.name.startsWith(`kill-${mode}`) && status.phase === 'Running',
    ),
  );
  await cluster.admin('POST', `/pods/${pod.metadata.name}/kill`, { mode });
  expect(nodeNamed(await completed(cluster, `kill-${mode}`), `kill-${mode}`)).toMatchObject(want);
});

test('without a controller pods run and end, and nothing follows from that until it is back', async () => {
  await submit(cluster, aScript('unattended', 'sleep 0.2'));
  await until('its pod runs', async () =>
    (await podsOf(cluster)).some(({ metadata, status }) => metadata.name.startsWith('unattended') && status.phase === 'Running'),
  );
  await cluster.admin('POST', '/controller/kill');
  await until('its pod ends', async () =>
    (await podsOf(cluster)).some(
      ({ metadata, status }) => metadata.name.startsWith('unattended') && status.phase === 'Succeeded',
    ),
  );
  expect((await read(cluster, 'unattended'))?.status?.phase).toBe('Running');
  await submit(cluster, aScript('unseen', 'true'));
  expect((await read(cluster, 'unseen'))?.status).toBeUndefined();
  await cluster.admin('POST', '/controller/start');
  expect((await completed(cluster, 'unattended')).status?.phase).toBe('Succeeded');
  expect((await completed(cluster, 'unseen')).status?.phase).toBe('Succeeded');
});

test('a cordoned node takes no pods; a node that is down loses those it has', async () => {
  await cluster.admin('POST', '/nodes/node-1/cordon');
  await submit(cluster, aScript('homeless', 'sleep 60'));
  const node = await until('the reason is there', async () =>
    Object.values((await read(cluster, 'homeless'))?.status?.nodes ?? {}).find(({ message }) => message !== undefined),
  );
  expect(node.message).toBe('Unschedulable: 0/1 nodes are available: 1 node(s) were unschedulable.');
  await cluster.admin('POST', '/nodes/node-1/uncordon');
  await until(
    'it runs',
    async () =>
      nodeNamed((await read(cluster, 'homeless')) ?? (await completed(cluster, 'homeless')), 'homeless').phase === 'Running',
  );
  await cluster.admin('POST', '/nodes/node-1/down');
  expect((await completed(cluster, 'homeless')).status).toMatchObject({ phase: 'Error', message: 'pod deleted' });
  await cluster.admin('POST', '/nodes/node-1/up');
  await submit(cluster, aScript('again', 'true'));
  expect((await completed(cluster, 'again')).status?.phase).toBe('Succeeded');
});

test('the admin port wants a token, and names what is wrong in a request', async () => {
  const { adminUrl } = cluster.cluster;
  expect((await fetch(`${adminUrl}/state`)).status).toBe(401);
  await expect(cluster.admin('POST', '/faults', { kind: 'explode' })).rejects.toThrow(/kind: Invalid option/);
  await expect(cluster.admin('POST', '/nodes/none/cordon')).rejects.toThrow(/404/);
  expect(await cluster.admin('GET', '/state')).toMatchObject({
    name: 'onprem',
    controllerRunning: true,
    nodes: [{ name: 'node-1', ready: true }],
  });
});
