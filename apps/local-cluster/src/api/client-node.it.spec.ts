import { PassThrough } from 'node:stream';
import {
  ApiException,
  CoreV1Api,
  CustomObjectsApi,
  KubeConfig,
  Log,
  makeInformer,
  PatchStrategy,
  setHeaderOptions,
  VersionApi,
  Watch,
  type KubernetesObject,
} from '@kubernetes/client-node';
import { until } from '@stead/testing/servers';
import type { Workflow } from '../objects/workflow';
import { NAMESPACE, startTestCluster, tokensOf, type TestCluster } from '../testing/test-cluster';
import { aScript, completed } from '../testing/workflows';

/** The unmodified client of the Kubernetes project, with the kubeconfig that the cluster wrote. */
const WORKFLOWS = { group: 'argoproj.io', version: 'v1alpha1', namespace: NAMESPACE, plural: 'workflows' };
const PATH = `/apis/argoproj.io/v1alpha1/namespaces/${NAMESPACE}/workflows`;

let cluster: TestCluster;
let config: KubeConfig;
let custom: CustomObjectsApi;
beforeAll(async () => {
  cluster = await startTestCluster();
  config = new KubeConfig();
  config.loadFromFile(cluster.cluster.kubeconfigPath);
  custom = config.makeApiClient(CustomObjectsApi);
});
afterAll(() => cluster.close());

const create = (body: object): Promise<Workflow> =>
  custom.createNamespacedCustomObject({ ...WORKFLOWS, body }) as Promise<Workflow>; // the client types it as any
const labelled = (name: string, labels: Record<string, string>): object => ({
  ...aScript(name, 'true', {}, { suspend: true }),
  metadata: { name, labels },
});

async function failure(call: Promise<unknown>): Promise<{ code: number; reason: string; message: string }> {
  const error: unknown = await call.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ApiException)) throw new Error(`not refused by the API: ${String(error)}`);
  const { reason, message } = JSON.parse(String(error.body)) as { reason: string; message: string }; // a metav1.Status
  return { code: error.code, reason, message };
}

test('version, nodes and pods are read as from any cluster', async () => {
  expect((await config.makeApiClient(VersionApi).getCode()).minor).toBe('34');
  const nodes = await config.makeApiClient(CoreV1Api).listNode();
  expect(nodes.items[0]?.status?.allocatable?.['nvidia.com/gpu']).toBe('2');
  expect(nodes.items[0]?.metadata?.creationTimestamp).toBeInstanceOf(Date);
});

test('creating a name again is AlreadyExists, whatever the body', async () => {
  const first = await create(labelled('twice', {}));
  expect(first.metadata.uid).toMatch(/^[0-9a-f-]{36}$/);
  expect(await failure(create(labelled('twice', { other: 'x' })))).toMatchObject({ code: 409, reason: 'AlreadyExists' });
});

test('of many creates of one name at once exactly one succeeds', async () => {
  const results = await Promise.allSettled(Array.from({ length: 20 }, () => create(labelled('race', {}))));
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

test('a dry run checks everything and writes nothing', async () => {
  await custom.createNamespacedCustomObject({ ...WORKFLOWS, body: labelled('dry', {}), dryRun: 'All' });
  expect(await failure(custom.getNamespacedCustomObject({ ...WORKFLOWS, name: 'dry' }))).toMatchObject({
    code: 404,
    reason: 'NotFound',
  });
  expect(
    await failure(custom.createNamespacedCustomObject({ ...WORKFLOWS, body: labelled('twice', {}), dryRun: 'All' })),
  ).toMatchObject({ code: 409 });
});

test.each([
  ['a name that is none', aScript('Not_A_Name', 'true'), 'metadata.name: Invalid value: "Not_A_Name"'],
  [
    'a field that does not exist',
    aScript('typo', 'true', { activeDeadlineSecond: 1 }),
    'Unrecognized key: "activeDeadlineSecond"',
  ],
  [
    'an unsupported kind of template',
    aScript('script', 'true', { script: { image: 'x', source: 'y' } }),
    'Unrecognized key: "script"',
  ],
  [
    'a quantity that is none',
    aScript('much', 'true', { container: { image: 'sh', resources: { requests: { memory: 'much' } } } }),
    'must be a quantity',
  ],
])('%s is refused by name', async (_, body, message) => {
  expect(await failure(create(body))).toMatchObject({
    code: 422,
    reason: 'Invalid',
    message: expect.stringContaining(message) as string,
  });
});

test('a merge patch changes what it names; a stale revision is a Conflict, another uid is Invalid', async () => {
  const made = await create(labelled('patched', { a: '1' }));
  const asMerge = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);
  const patched = (await custom.patchNamespacedCustomObject(
    { ...WORKFLOWS, name: 'patched', body: { metadata: { labels: { a: null, b: '2' } } } },
    asMerge,
  )) as Workflow; // typed as any
  expect(patched.metadata.labels).toMatchObject({ b: '2' });
  expect(patched.metadata.labels).not.toHaveProperty('a');
  const stale = { metadata: { resourceVersion: made.metadata.resourceVersion, labels: { c: '3' } } };
  expect(
    await failure(custom.patchNamespacedCustomObject({ ...WORKFLOWS, name: 'patched', body: stale }, asMerge)),
  ).toMatchObject({ code: 409, reason: 'Conflict' });
  const otherUid = { metadata: { uid: '00000000-0000-4000-8000-000000000000' }, spec: { shutdown: 'Stop' } };
  expect(
    await failure(custom.patchNamespacedCustomObject({ ...WORKFLOWS, name: 'patched', body: otherUid }, asMerge)),
  ).toMatchObject({ code: 422, reason: 'Invalid', message: expect.stringContaining('metadata.uid') as string });
  const body = { preconditions: { uid: '00000000-0000-4000-8000-000000000000' } };
  expect(await failure(custom.deleteNamespacedCustomObject({ ...WORKFLOWS, name: 'patched', body }))).toMatchObject({
    code: 409,
    reason: 'Conflict',
  });
  await custom.deleteNamespacedCustomObject({
    ...WORKFLOWS,
    name: 'patched',
    body: { preconditions: { uid: made.metadata.uid } },
  });
  expect(await failure(custom.getNamespacedCustomObject({ ...WORKFLOWS, name: 'patched' }))).toMatchObject({ code: 404 });
});

test('server-side apply makes what is not there and merges into what is', async () => {
  const applied = { fieldManager: 'test', force: true, ...WORKFLOWS, name: 'applied' };
  const asApply = setHeaderOptions('Content-Type', PatchStrategy.ServerSideApply);
  const first = (await custom.patchNamespacedCustomObject(
    { ...applied, body: labelled('applied', { a: '1' }) },
    asApply,
  )) as Workflow; // typed as any
  const second = (await custom.patchNamespacedCustomObject(
    { ...applied, body: labelled('applied', { b: '2' }) },
    asApply,
  )) as Workflow;
  expect(second.metadata.uid).toBe(first.metadata.uid);
  expect(second.metadata.labels).toMatchObject({ a: '1', b: '2' });
});

test('lists are selected by labels and fields, and paged consistently', async () => {
  for (const [i, kind] of ['x', 'x', 'y', 'z'].entries()) await create(labelled(`page-${i}`, { kind, page: 'yes' }));
  const names = async (labelSelector: string): Promise<string[]> => {
    const list = (await custom.listNamespacedCustomObject({ ...WORKFLOWS, labelSelector })) as { items: Workflow[] }; // typed as any
    return list.items.map(({ metadata }) => metadata.name);
  };
  expect(await names('kind=x,page')).toEqual(['page-0', 'page-1']);
  expect(await names('page=yes,kind notin (x,y)')).toEqual(['page-3']);
  expect(await names('kind in (y, z),page!=no')).toEqual(['page-2', 'page-3']);
  expect(await names('page,!kind')).toEqual([]);
  const first = (await custom.listNamespacedCustomObject({ ...WORKFLOWS, labelSelector: 'page', limit: 3 })) as {
    items: Workflow[];
    metadata: { _continue?: string; continue?: string };
  };
  await create(labelled('page-00', { page: 'yes' }));
  const second = (await custom.listNamespacedCustomObject({
    ...WORKFLOWS,
    labelSelector: 'page',
    limit: 3,
    _continue: first.metadata.continue ?? '',
  })) as { items: Workflow[] };
  expect([...first.items, ...second.items].map(({ metadata }) => metadata.name)).toEqual([
    'page-0',
    'page-1',
    'page-2',
    'page-3',
  ]);
  expect(await failure(custom.listNamespacedCustomObject({ ...WORKFLOWS, _continue: 'no-token' }))).toMatchObject({
    code: 400,
    reason: 'BadRequest',
  });
  const longGone = '00000000-0000-4000-8000-000000000000';
  expect(await failure(custom.listNamespacedCustomObject({ ...WORKFLOWS, _continue: longGone }))).toMatchObject({
    code: 410,
    reason: 'Expired',
  });
});

test('the dispatcher may do what its Role says, and nothing else', async () => {
  const core = config.makeApiClient(CoreV1Api);
  expect(await failure(core.listNamespacedSecret({ namespace: NAMESPACE }))).toMatchObject({
    code: 403,
    reason: 'Forbidden',
    message:
      'secrets is forbidden: User "system:serviceaccount:stead:dispatcher" cannot list resource "secrets" in API group "" in the namespace "stead"',
  });
  expect(await failure(core.deleteNamespacedPod({ namespace: NAMESPACE, name: 'any' }))).toMatchObject({ code: 403 });
  expect(await failure(custom.listNamespacedCustomObject({ ...WORKFLOWS, namespace: 'default' }))).toMatchObject({ code: 403 });
  expect((await core.listPodForAllNamespaces()).items).toBeInstanceOf(Array);
});

test('a wrong token is Unauthorized', async () => {
  const wrong = new KubeConfig();
  wrong.loadFromFile(cluster.cluster.kubeconfigPath);
  const [user] = wrong.users;
  wrong.users = [{ ...user, name: user?.name ?? '', token: 'wrong' }];
  // The client drops the body of a 401.
  await expect(wrong.makeApiClient(CoreV1Api).listNode()).rejects.toMatchObject({ code: 401 });
  const { status, body } = await cluster.api('GET', PATH, undefined, { headers: { authorization: 'Bearer wrong' } });
  expect({ status, body }).toMatchObject({ status: 401, body: { kind: 'Status', reason: 'Unauthorized' } });
});

test('logs are followed until the container ends', async () => {
  await create(aScript('talks', 'echo one; sleep 0.4; echo two; printf three'));
  const core = config.makeApiClient(CoreV1Api);
  const pod = await until('its pod runs', async () =>
    (await core.listNamespacedPod({ namespace: NAMESPACE, labelSelector: 'workflows.argoproj.io/workflow=talks' })).items.find(
      ({ status }) => status?.phase === 'Running',
    ),
  );
  const name = pod.metadata?.name ?? '';
  const stream = new PassThrough();
  let text = '';
  stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const ended = new Promise((resolve) => stream.on('end', resolve));
  await new Log(config).log(NAMESPACE, name, 'main', stream, { follow: true });
  await ended;
  expect(text).toBe('one\ntwo\nthree');
  expect(await core.readNamespacedPodLog({ namespace: NAMESPACE, name, tailLines: 1 })).toBe('three');
  expect(await core.readNamespacedPodLog({ namespace: NAMESPACE, name, timestamps: true })).toMatch(
    /^\d{4}-\d\d-\d\dT\S+Z one\n/,
  );
  expect(await failure(core.readNamespacedPodLog({ namespace: NAMESPACE, name, container: 'wait' }))).toMatchObject({
    code: 400,
  });
});

describe('watching', () => {
  interface Seen {
    type: string;
    name: string;
    revision: string;
  }

  async function watch(
    query: Record<string, string | boolean>,
  ): Promise<{ seen: Seen[]; ended: Promise<unknown>; abort: () => void }> {
    const seen: Seen[] = [];
    let end: (error: unknown) => void = () => undefined;
    const ended = new Promise<unknown>((resolve) => (end = resolve));
    const { metadata } = (await custom.listNamespacedCustomObject(WORKFLOWS)) as { metadata: { resourceVersion: string } }; // typed as any
    const controller = await new Watch(config).watch(
      PATH,
      { resourceVersion: metadata.resourceVersion, ...query },
      (type: string, object: KubernetesObject & { code?: number }) =>
        seen.push({
          type,
          name: object.metadata?.name ?? String(object.code ?? ''),
          revision: object.metadata?.resourceVersion ?? '',
        }),
      end,
    );
    return { seen, ended, abort: () => controller.abort() };
  }

  test('a watch from a revision replays what happened since, in order and without gaps', async () => {
    const { metadata } = await create(labelled('before', { w: '1' }));
    await create(labelled('during', { w: '1' }));
    await custom.deleteNamespacedCustomObject({ ...WORKFLOWS, name: 'before' });
    const { seen, abort } = await watch({ resourceVersion: metadata.resourceVersion, labelSelector: 'w' });
    await until('it was told', () => seen.some(({ type }) => type === 'DELETED') && seen.some(({ name }) => name === 'during'));
    const revisions = seen.map(({ revision }) => Number(revision));
    expect(revisions).toEqual([...revisions].sort((a, b) => a - b));
    expect(seen.filter(({ name, type }) => name === 'during' && type === 'ADDED')).toHaveLength(1);
    abort();
  });

  test('an object that stops to match a selector is deleted for the watch, and added when it matches again', async () => {
    await create(labelled('moves', { side: 'here' }));
    const { seen, abort } = await watch({ labelSelector: 'side=here' });
    const asMerge = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);
    for (const side of ['there', 'here'])
      await custom.patchNamespacedCustomObject(
        { ...WORKFLOWS, name: 'moves', body: { metadata: { labels: { side } } } },
        asMerge,
      );
    await until('both were seen', () => seen.filter(({ type }) => type !== 'MODIFIED').length === 2);
    expect(seen.filter(({ type }) => type !== 'MODIFIED').map(({ type }) => type)).toEqual(['DELETED', 'ADDED']);
    abort();
  });

  test('a watch ends after its timeout with a bookmark from which the next goes on', async () => {
    const { seen, ended } = await watch({ timeoutSeconds: '1', allowWatchBookmarks: true });
    await ended;
    expect(seen.at(-1)).toMatchObject({ type: 'BOOKMARK' });
    expect(Number(seen.at(-1)?.revision)).toBeGreaterThan(0);
  });

  test('a revision that is forgotten is an ERROR event of 410', async () => {
    const forgetful = await startTestCluster({ eventsMax: 8 });
    try {
      for (let i = 0; i < 12; i += 1) await forgetful.api('POST', PATH, aScript(`w${i}`, 'true', {}, { suspend: true }));
      const { body } = await forgetful.api('GET', `${PATH}?watch=true&resourceVersion=2&timeoutSeconds=1`);
      expect(body).toMatchObject({ type: 'ERROR', object: { code: 410, reason: 'Expired' } });
    } finally {
      await forgetful.close();
    }
  });

  test('so is one from before the cluster had set itself up; what was listed since can be gone on from', async () => {
    const before = await cluster.api('GET', `${PATH}?watch=true&resourceVersion=1&timeoutSeconds=1`);
    expect(before.body).toMatchObject({ type: 'ERROR', object: { code: 410, reason: 'Expired' } });
    const { body } = await cluster.api('GET', PATH);
    const { resourceVersion } = body['metadata'] as { resourceVersion: string }; // of a list
    const { seen } = await watch({ resourceVersion });
    await create(labelled('after-the-list', {}));
    await until('it is seen', () => seen.some(({ name }) => name === 'after-the-list'));
    expect(seen.filter(({ type }) => type === 'ERROR')).toEqual([]);
  });

  test('an informer sees every object through dropped connections and 410s', async () => {
    const list = async (): Promise<{ metadata: { resourceVersion: string }; items: Workflow[] }> =>
      custom.listNamespacedCustomObject({ ...WORKFLOWS, labelSelector: 'informed' }) as Promise<{
        metadata: { resourceVersion: string };
        items: Workflow[];
      }>;
    const informer = makeInformer(config, PATH, list as never, 'informed'); // the client's list type has an older shape
    const known = new Set<string>();
    informer.on('add', (object) => known.add(object.metadata?.name ?? ''));
    informer.on('delete', (object) => known.delete(object.metadata?.name ?? ''));
    // As its users do: start again after an error, a little later.
    let stopped = false;
    informer.on('error', () => void setTimeout(() => (stopped ? undefined : void informer.start()), 20));
    await informer.start();
    const expectKnown = (name: string): Promise<boolean> => until(`${name} is known`, () => known.has(name));
    await create(labelled('informed-1', { informed: '1' }));
    await expectKnown('informed-1');
    await cluster.admin('POST', '/faults', { kind: 'refuse', durationMs: 300 });
    await until('it listens again', () => create(labelled('informed-2', { informed: '1' })).catch(() => null));
    await expectKnown('informed-2');
    await cluster.admin('POST', '/faults', { kind: 'gone-410', durationMs: 100 });
    await create(labelled('informed-3', { informed: '1' }));
    await expectKnown('informed-3');
    await cluster.admin('DELETE', '/faults');
    stopped = true;
    await informer.stop();
  });

  test('metadata alone can be watched: the phase arrives in the labels', async () => {
    const seen: { kind: string; phase: string | undefined; hasSpec: boolean }[] = [];
    const headers = { accept: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1' };
    const { body } = await cluster.api('GET', PATH, undefined, { headers });
    expect(body).toMatchObject({ kind: 'PartialObjectMetadataList' });
    const { metadata } = body as { metadata: { resourceVersion: string } };
    await create(aScript('phases', 'true'));
    await completed(cluster, 'phases');
    const watched = await fetchLines(
      `${PATH}?watch=true&timeoutSeconds=1&fieldSelector=metadata.name%3Dphases&resourceVersion=${metadata.resourceVersion}`,
      'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1',
    );
    for (const { object } of watched)
      seen.push({ kind: object.kind, phase: object.metadata.labels?.['workflows.argoproj.io/phase'], hasSpec: 'spec' in object });
    expect(seen.every(({ kind, hasSpec }) => kind === 'PartialObjectMetadata' && !hasSpec)).toBe(true);
    expect(seen.map(({ phase }) => phase).filter((phase, i, all) => i === 0 || phase !== all[i - 1])).toEqual([
      undefined,
      'Running',
      'Succeeded',
    ]);
  });

  async function fetchLines(path: string, accept: string): Promise<{ object: Workflow }[]> {
    const { admin } = await tokensOf(cluster.folder);
    const response = await fetch(`${cluster.cluster.url}${path}`, { headers: { authorization: `Bearer ${admin}`, accept } });
    return (await response.text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { object: Workflow }); // lines of a watch
  }
});
