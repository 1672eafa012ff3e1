import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { until } from '@stead/testing/servers';
import { startTestCluster, type TestCluster } from '../testing/test-cluster';
import { aScript, completed, nodeNamed, podsOf, read, submit } from '../testing/workflows';

interface State {
  nodes: { name: string; ready: boolean; used: Record<string, number> }[];
}
const withGpu = (name: string, script: string, spec: object = {}): object =>
  aScript(name, '', { container: { image: 'sh', args: [script], resources: { limits: { 'nvidia.com/gpu': 1 } } } }, spec);
interface Claim {
  metadata: { name: string; labels: Record<string, string> };
  status: { conditions: { type: string; status: string; reason: string }[] };
}
const conditionOf = (claim: Claim, type: string) => claim.status.conditions.find((one) => one.type === type) ?? { status: '' };
const stateOf = async (cluster: TestCluster): Promise<State> => (await cluster.admin('GET', '/state')) as State; // what /state answers

test('a cluster without a pool does not know Karpenter, and shows the devices that its nodes have for claims', async () => {
  const devices = { driver: 'gpu.example.com', count: 2, attributes: { type: { string: 'gpu' } } };
  const cluster = await startTestCluster({ nodes: [{ name: 'a', cpu: 4, memoryBytes: 2 ** 33, gpus: 0, devices }] });
  expect((await cluster.api('GET', '/apis/karpenter.sh')).status).toBe(404);
  expect((await cluster.api('GET', '/apis/karpenter.sh/v1/nodepools', undefined, { as: 'dispatcher' })).status).toBe(404);
  expect(JSON.stringify((await cluster.api('GET', '/apis')).body)).not.toContain('karpenter');
  const slices = await cluster.api('GET', '/apis/resource.k8s.io/v1/resourceslices', undefined, { as: 'dispatcher' });
  expect(slices.body).toMatchObject({
    items: [{ spec: { driver: 'gpu.example.com', nodeName: 'a', devices: [{ name: 'device-0' }, { name: 'device-1' }] } }],
  });
  await cluster.close();
});

describe('fixed nodes', () => {
  let cluster: TestCluster;
  beforeAll(
    async () =>
      (cluster = await startTestCluster({
        nodes: [
          { name: 'a', cpu: 64, memoryBytes: 2 ** 36, gpus: 2 },
          { name: 'b', cpu: 64, memoryBytes: 2 ** 36, gpus: 1 },
        ],
      })),
  );
  afterAll(() => cluster.close());

  test('never more containers run than there are GPUs, and all of them are used', async () => {
    const log = join(cluster.folder, 'log');
    const names = Array.from({ length: 30 }, (_, i) => `gpu-${i}`);
    await Promise.all(names.map((name) => submit(cluster, withGpu(name, `echo + >> ${log}; sleep 0.3; echo - >> ${log}`))));
    for (const name of names) expect((await completed(cluster, name)).status?.phase).toBe('Succeeded');
    let running = 0;
    let most = 0;
    for (const line of (await readFile(log, 'utf8')).trim().split('\n')) {
      running += line === '+' ? 1 : -1;
      most = Math.max(most, running);
      expect(running).toBeLessThanOrEqual(3);
    }
    expect(running).toBe(0);
    expect(most).toBe(3);
  });

  test('of pods that wait, those of higher priority start first', async () => {
    const log = join(cluster.folder, 'order');
    for (const name of ['hold-1', 'hold-2', 'hold-3'])
      await submit(cluster, withGpu(name, `until [ -e ${cluster.folder}/go ]; do sleep 0.02; done`));
    await until(
      'all GPUs are taken',
      async () =>
        (await podsOf(cluster)).filter(({ metadata, status }) => metadata.name.startsWith('hold') && status.phase === 'Running')
          .length === 3,
    );
    for (const [name, priority] of [
      ['low', 1],
      ['high', 10],
    ] as const)
      await submit(cluster, withGpu(name, `echo ${name} >> ${log}; sleep 0.2`, { priority }));
    await until(
      'both wait',
      async () =>
        (await podsOf(cluster)).filter(
          ({ metadata, status }) => /^(low|high)-/.test(metadata.name) && status.conditions?.[0]?.reason === 'Unschedulable',
        ).length === 2,
    );
    const [first] = (await podsOf(cluster)).filter(({ metadata }) => metadata.name.startsWith('hold-1'));
    await cluster.admin('POST', `/pods/${first?.metadata.name ?? ''}/kill`);
    await until('one started', () => readFile(log, 'utf8').catch(() => null));
    expect(await readFile(log, 'utf8')).toBe('high\n');
    await submit(cluster, aScript('let-go', `touch ${cluster.folder}/go`));
    await completed(cluster, 'low');
  });

  test('parallelism bounds the pods of one workflow', async () => {
    const log = join(cluster.folder, 'parallel');
    const tasks = Array.from({ length: 8 }, (_, i) => ({ name: `t${i}`, template: 'step' }));
    const step = {
      name: 'step',
      container: { image: 'sh', args: [`echo + >> ${log}; sleep 0.03; echo - >> ${log}`] },
      retryStrategy: { limit: 1 },
    };
    await submit(cluster, {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Workflow',
      metadata: { name: 'narrow' },
      spec: { entrypoint: 'main', parallelism: 2, templates: [{ name: 'main', dag: { tasks } }, step] },
    });
    expect((await completed(cluster, 'narrow')).status).toMatchObject({ phase: 'Succeeded', progress: '8/8' });
    let running = 0;
    for (const line of (await readFile(log, 'utf8')).trim().split('\n'))
      expect((running += line === '+' ? 1 : -1)).toBeLessThanOrEqual(2);
  });
});

const ready = expect.objectContaining({ type: 'Ready', status: 'True' }) as object;

describe('a cloud pool', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    const pool = { gpusPerNode: 1, nodesMax: 2, bootDelayMs: 300, idleTtlMs: 300, capacityType: 'spot' as const };
    cluster = await startTestCluster({ name: 'cloud', pool });
  });
  afterAll(() => cluster.close());

  test('nodes come for pods that wait, are ready after their boot, run no more than their number, and go when they are idle', async () => {
    expect((await stateOf(cluster)).nodes).toEqual([]);
    const startedMs = performance.now();
    for (const name of ['c1', 'c2', 'c3']) await submit(cluster, withGpu(name, 'sleep 0.2'));
    const booting = await until('machines boot', async () => {
      const { body } = await cluster.api('GET', '/apis/karpenter.sh/v1/nodeclaims', undefined, { as: 'dispatcher' });
      const claims = body['items'] as Claim[]; // what a list has
      return claims.filter((claim) => conditionOf(claim, 'Launched').status === 'True').length === 2 ? claims : null;
    });
    for (const claim of booting) {
      expect(conditionOf(claim, 'Initialized')).toMatchObject({ status: 'Unknown', reason: 'AwaitingReconciliation' });
      expect(claim.metadata).toMatchObject({ labels: { 'karpenter.sh/nodepool': 'gpu', 'karpenter.sh/capacity-type': 'spot' } });
      expect(claim.status).toMatchObject({ capacity: { 'nvidia.com/gpu': '1' }, providerID: `local://${claim.metadata.name}` });
    }
    const pool = await cluster.api('GET', '/apis/karpenter.sh/v1/nodepools/gpu', undefined, { as: 'dispatcher' });
    expect(pool.body).toMatchObject({
      spec: { limits: { 'nvidia.com/gpu': '2' } },
      status: { resources: { 'nvidia.com/gpu': '2', nodes: '2' }, nodes: 2, conditions: expect.arrayContaining([ready]) },
    });
    for (const name of ['c1', 'c2', 'c3']) expect((await completed(cluster, name)).status?.phase).toBe('Succeeded');
    expect(performance.now() - startedMs).toBeGreaterThan(300);
    await until('all nodes are gone', async () => (await stateOf(cluster)).nodes.length === 0);
    const after = await cluster.api('GET', '/apis/karpenter.sh/v1/nodepools/gpu');
    expect(after.body).toMatchObject({ status: { resources: { 'nvidia.com/gpu': '0', nodes: '0' } } });
    expect((await cluster.api('GET', '/apis/karpenter.sh/v1/nodeclaims')).body).toMatchObject({ items: [] });
  });

  test('without capacity pods wait, claims are withdrawn before a machine was launched, and an event says why', async () => {
    await cluster.admin('POST', '/capacity', { insufficientCapacity: true });
    await submit(cluster, withGpu('dry', 'true'));
    await until('it is told', async () =>
      JSON.stringify((await cluster.api('GET', '/api/v1/events')).body).includes('InsufficientCapacityError'),
    );
    await until('the claim is gone', async () => {
      const { body } = await cluster.api('GET', '/apis/karpenter.sh/v1/nodeclaims');
      return (body['items'] as Claim[]).length === 0; // what a list has
    });
    expect((await stateOf(cluster)).nodes).toEqual([]);
    await cluster.admin('POST', '/capacity', { insufficientCapacity: false });
    expect((await completed(cluster, 'dry')).status?.phase).toBe('Succeeded');
  });

  test('limits of the NodePool that somebody lowers are kept', async () => {
    const headers = { 'content-type': 'application/merge-patch+json' };
    await cluster.api(
      'PATCH',
      '/apis/karpenter.sh/v1/nodepools/gpu',
      { spec: { limits: { 'nvidia.com/gpu': '1' } } },
      { headers },
    );
    await Promise.all(['l1', 'l2', 'l3'].map((name) => submit(cluster, withGpu(name, 'sleep 0.1'))));
    await completed(cluster, 'l1');
    expect((await stateOf(cluster)).nodes.length).toBeLessThanOrEqual(1);
    for (const name of ['l2', 'l3']) await completed(cluster, name);
    await cluster.api(
      'PATCH',
      '/apis/karpenter.sh/v1/nodepools/gpu',
      { spec: { limits: { 'nvidia.com/gpu': '2' } } },
      { headers },
    );
  });

  test('a spot machine that is taken back loses its pod, and the step is tried again on another', async () => {
    const retryStrategy = { limit: 2, expression: 'lastRetry.status == "Error"' };
    const container = { image: 'sh', args: ['[ {{retries}} = 1 ] || sleep 60'], resources: { limits: { 'nvidia.com/gpu': 1 } } };
    await submit(cluster, aScript('spot', '', { container, retryStrategy }));
    const node = await until(
      'it runs',
      async () =>
        (await podsOf(cluster)).find(({ metadata, status }) => metadata.name.startsWith('spot') && status.phase === 'Running')
          ?.spec.nodeName,
    );
    await cluster.admin('POST', `/nodes/${node}/announce-interruption`);
    expect((await cluster.api('GET', `/api/v1/nodes/${node}`)).body).toMatchObject({
      spec: { taints: [{ key: 'karpenter.sh/disrupted', effect: 'NoSchedule' }] },
    });
    const claim = await cluster.api('GET', `/apis/karpenter.sh/v1/nodeclaims/${node}`);
    expect(claim.body).toMatchObject({ metadata: { deletionTimestamp: expect.any(String) as string } });
    await cluster.admin('POST', `/nodes/${node}/remove`);
    const workflow = await completed(cluster, 'spot');
    expect(workflow.status?.phase).toBe('Succeeded');
    expect(nodeNamed(workflow, 'spot(0)')).toMatchObject({ phase: 'Error', message: 'pod deleted', hostNodeName: node });
  });

  test('a claim that somebody deletes goes with its machine; one that never joins is no node', async () => {
    await until('what was there is gone', async () => (await stateOf(cluster)).nodes.length === 0);
    await cluster.admin('POST', '/capacity', { neverJoins: true });
    await submit(cluster, withGpu('nowhere', 'true'));
    const claim = await until('a machine is launched', async () => {
      const { body } = await cluster.api('GET', '/apis/karpenter.sh/v1/nodeclaims');
      return (body['items'] as Claim[]).find((one) => conditionOf(one, 'Launched').status === 'True'); // what a list has
    });
    expect((await stateOf(cluster)).nodes).toEqual([]);
    const path = `/apis/karpenter.sh/v1/nodeclaims/${claim.metadata.name}`;
    expect((await cluster.api('DELETE', path, undefined, { as: 'dispatcher' })).status).toBe(403);
    await cluster.admin('POST', '/capacity', { neverJoins: false });
    expect((await cluster.api('DELETE', path)).status).toBe(200);
    await until('it is gone', async () => (await cluster.api('GET', path)).status === 404);
    await completed(cluster, 'nowhere');
  });

  test('a budget of no nodes keeps idle machines', async () => {
    const headers = { 'content-type': 'application/merge-patch+json' };
    const budget = (nodes: string) =>
      cluster.api(
        'PATCH',
        '/apis/karpenter.sh/v1/nodepools/gpu',
        { spec: { disruption: { budgets: [{ nodes }] } } },
        { headers },
      );
    await budget('0');
    await submit(cluster, withGpu('last', 'true'));
    await completed(cluster, 'last');
    const [node] = (await stateOf(cluster)).nodes;
    const kept = await cluster.api('GET', `/apis/karpenter.sh/v1/nodeclaims/${node?.name ?? ''}`);
    expect(kept.body).toMatchObject({ status: { lastPodEventTime: expect.any(String) as string } });
    await budget('100%');
    await until('it is gone', async () => (await stateOf(cluster)).nodes.length === 0);
  });

  test('a pod larger than any machine starts none', async () => {
    const container = { image: 'sh', args: ['true'], resources: { limits: { 'nvidia.com/gpu': 5 } } };
    await submit(cluster, aScript('giant', '', { container }));
    await until('the reason is there', async () =>
      Object.values((await read(cluster, 'giant'))?.status?.nodes ?? {}).some(({ message }) =>
        message?.includes('Unschedulable'),
      ),
    );
    await until('what was there is gone', async () => (await stateOf(cluster)).nodes.length === 0);
  });
});
