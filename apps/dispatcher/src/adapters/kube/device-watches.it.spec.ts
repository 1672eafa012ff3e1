import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClusterClient, podSchema, workflowTemplateSchema, type DeviceRequest } from '@stead/platform/kube';
import { until } from '@stead/testing/servers';
import { TestCluster } from '../../testing/test-cluster';
import { DeviceWatches } from './device-watches';

const DRIVER = 'gpu.example.com';
const CLASS = 'big-gpu';
const expression = `device.driver == '${DRIVER}' && device.attributes['${DRIVER}'].type == 'gpu'`;

describe('devices of a cluster that pods claim', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stead-devices-'));
  const devices = { driver: DRIVER, count: 3, attributes: { type: { string: 'gpu' } } };
  const node = { name: 'gpu-1', cpu: 8, memoryBytes: 2 ** 34, gpus: 0, devices };
  const cluster = new TestCluster({ name: 'devices', folder, pipelines: [], podEnv: {}, slots: 1, nodes: [node] });
  let client: ClusterClient;
  let watches: DeviceWatches;
  let changes = 0;

  const create = (path: string, kind: string, name: string, body: object) =>
    cluster.kube('POST', `/apis/resource.k8s.io/v1${path}`, {
      apiVersion: 'resource.k8s.io/v1',
      kind,
      metadata: { name },
      ...body,
    });
  const requests = [{ name: 'gpu', exactly: { deviceClassName: CLASS } }];
  const wanted: DeviceRequest[] = [{ className: CLASS, selectors: [], count: 1 }];
  const template = workflowTemplateSchema.parse({
    metadata: { name: 'maps', uid: 'u' },
    spec: {
      templates: [{ name: 'densify', container: {}, resourceClaims: [{ name: 'gpu', resourceClaimTemplateName: 'one-gpu' }] }],
    },
  });
  const free = (): number => Object.values(watches.count([], [template]).on('gpu-1', 'free'))[0] ?? 0;

  beforeAll(async () => {
    await cluster.start();
    client = new ClusterClient({ name: 'devices', kubeconfig: cluster.kubeconfigPath, namespace: 'stead' });
    watches = new DeviceWatches(client, { onChange: () => (changes += 1), onError: () => undefined });
    watches.start();
  });
  afterAll(async () => {
    await watches.stop();
    client.close();
    await cluster.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('are nobody’s while their class and what asks for them cannot be read', async () => {
    await until('the slices are there', () => Promise.resolve(changes > 0));
    expect(free()).toBe(0);
  });

  it('are free by class, less those that claims hold', async () => {
    await create('/deviceclasses', 'DeviceClass', CLASS, { spec: { selectors: [{ cel: { expression } }] } });
    const spec = { devices: { requests } };
    await create('/namespaces/stead/resourceclaimtemplates', 'ResourceClaimTemplate', 'one-gpu', { spec: { spec } });
    await until('three are free', () => Promise.resolve(free() === 3));
    const results = [{ request: 'gpu', driver: DRIVER, pool: 'gpu-1', device: 'device-1' }];
    const status = { allocation: { devices: { results } }, reservedFor: [] };
    await create('/namespaces/stead/resourceclaims', 'ResourceClaim', 'held', { spec, status });
    await until('two are free', () => Promise.resolve(free() === 2));
    expect(watches.missing).toEqual([]);
    const pod = podSchema.parse({
      metadata: { name: 'p', namespace: 'stead', uid: 'p' },
      spec: { containers: [], resourceClaims: [{ name: 'gpu', resourceClaimTemplateName: 'one-gpu' }] },
    });
    const counted = watches.count([pod], []);
    expect(counted.unallocatedOf(pod)).toEqual(counted.demandOf(wanted));
  });
});
