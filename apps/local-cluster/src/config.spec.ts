import { hostEnvironment, loadLocalClusterConfig } from './config';

const images = '{"sh":{"command":["sh","-c"]}}';

test('a folder and images are enough', () => {
  expect(loadLocalClusterConfig({ CLUSTER_FOLDER: '/f', CLUSTER_IMAGES: images })).toMatchObject({
    name: 'onprem',
    namespace: 'stead',
    port: 0,
    nodes: [{ name: 'node-1', gpus: 1 }],
    images: { sh: { command: ['sh', '-c'] } },
    manifests: [],
  });
});

test('a pool takes the place of nodes', () => {
  const pool = { gpusPerNode: 1, nodesMax: 4, bootDelayMs: 1, idleTtlMs: 2, capacityType: 'spot' };
  const config = loadLocalClusterConfig({
    CLUSTER_FOLDER: '/f',
    CLUSTER_IMAGES: images,
    CLUSTER_POOL: JSON.stringify(pool),
    CLUSTER_MANIFESTS: 'a.yaml, b.yaml',
  });
  expect(config).toMatchObject({ pool, manifests: ['a.yaml', 'b.yaml'] });
  expect(config).not.toHaveProperty('nodes');
});

test('everything wrong is named at once', () => {
  const load = (): unknown =>
    loadLocalClusterConfig({ CLUSTER_IMAGES: 'no json', CLUSTER_PORT: '70000', CLUSTER_TOKEN: 'short' });
  expect(load).toThrow(/CLUSTER_FOLDER[^]*CLUSTER_PORT[^]*CLUSTER_TOKEN[^]*CLUSTER_IMAGES: must be JSON/);
});

test('of the environment of the server containers get what programs need to start, and no secret', () => {
  expect(hostEnvironment({ PATH: '/bin', HOME: '/h', DATABASE_URL: 'secret', AWS_SECRET_ACCESS_KEY: 'x' })).toEqual({
    PATH: '/bin',
    HOME: '/h',
  });
});
