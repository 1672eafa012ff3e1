import { ClusterClient, buildWorkflow } from '@stead/platform/kube';
import { until } from '@stead/testing/servers';
import type { CloudFigures } from './application/machines';
import { TestHouse, type HouseCluster } from './testing/test-house';

const PIPELINES = [
  { name: 'echo', steps: [{ name: 'ingest' }, { name: 'bundle' }] },
  { name: 'echo-slow', steps: [{ name: 'ingest', mode: 'sleep-2500' }, { name: 'bundle' }], retries: 2 },
  // Its machine is gone long before the first try of its step is done.
  { name: 'echo-lasting', steps: [{ name: 'ingest', mode: 'sleep-6000' }, { name: 'bundle' }], retries: 2 },
];
const POOL_PATH = '/apis/karpenter.sh/v1/nodepools/gpu';
const CLAIMS_PATH = '/apis/karpenter.sh/v1/nodeclaims';

const aCloud = (change: Partial<HouseCluster> & { poolOptions?: object } = {}): HouseCluster => {
  const { poolOptions, ...rest } = change;
  const pool = {
    gpusPerNode: 1,
    nodesMax: 2,
    bootDelayMs: 2_000,
    idleTtlMs: 1_500,
    capacityType: 'spot',
    cpuPerNode: 2,
    ...poolOptions,
  };
  return { name: 'cloud', kind: 'cloud', slots: 0, pool, ...rest };
};

interface Claim {
  metadata: { name: string; uid: string; deletionTimestamp?: string };
}

async function claimsOf(house: TestHouse, cluster = 'cloud'): Promise<Claim[]> {
  return (await house.cluster(cluster).kube<{ items: Claim[] }>('GET', CLAIMS_PATH)).items;
}

function untilCloud(
  house: TestHouse,
  what: string,
  is: (cloud: CloudFigures) => boolean,
  cluster = 'cloud',
): Promise<CloudFigures> {
  return until(what, async () => {
    const cloud = await house.cloud(cluster);
    return cloud !== null && is(cloud) ? cloud : null;
  });
}

const limitTo = (house: TestHouse, gpus: string) =>
  house.cluster('cloud').kube('PATCH', POOL_PATH, { spec: { limits: { 'nvidia.com/gpu': gpus } } });

describe('a cloud whose machines come and go', () => {
  let house: TestHouse;

  beforeAll(async () => {
    house = await TestHouse.open({ pipelines: PIPELINES, clusters: [aCloud()], env: { UNSCHEDULABLE_MS: '1500' } });
    await house.startWorker();
  });
  afterAll(() => house.close());
  const untilEmpty = () => until('every machine is gone', async () => (await claimsOf(house)).length === 0);

  it('is known by its pools', async () => {
    const cloud = await untilCloud(house, 'the pool is known', ({ pools }) => pools.length > 0);
    expect(cloud.pools).toMatchObject([{ name: 'gpu', supply: 'usable', booting: 0, nodes: 0, shapeFrom: 'demand' }]);
    expect(cloud).toMatchObject({ boot: { p50Ms: 240_000, p90Ms: 480_000, samples: 0 }, orphans: [], missing: [] });
  });

  it('starts machines for runs, and learns how long that takes and what they give', async () => {
    for (const _ of [1, 2]) {
      const runs = [await house.request(), await house.request()];
      for (const run of runs) expect((await house.untilState(run, 'succeeded')).requeues).toBe(0);
      await untilEmpty();
    }
    const { boot, pools } = await untilCloud(house, 'four boots were seen', (cloud) => cloud.boot.samples >= 3);
    expect(boot.p50Ms).toBeLessThan(20_000); // the cluster's times have whole seconds
    expect(boot.p50Ms).toBeGreaterThanOrEqual(1_000);
    expect(pools[0]?.shapeFrom).toBe('node');
  });

  it('remembers both when another leader takes over', async () => {
    const before = await house.cloud('cloud');
    await house.restartWorker();
    const after = await untilCloud(
      house,
      'the next leader has looked',
      ({ pools }) => pools.length > 0 && pools[0]?.shapeFrom === 'node',
    );
    expect(after.boot).toEqual(before?.boot);
  });

  it('takes no more than its pool allows when the limit is lowered while runs wait', async () => {
    await limitTo(house, '1');
    const runs = [await house.request({ pipeline: 'echo-slow' }), await house.request({ pipeline: 'echo-slow' })];
    const [first = '', second = ''] = runs;
    await until(
      'one of them is there',
      async () => (await house.attempts(first)).length + (await house.attempts(second)).length === 1,
    );
    await until('the other one waits for room', async () => {
      const all = await Promise.all(runs.map((run) => house.run(run)));
      return all.some(({ state, why }) => state === 'queued' && why?.includes('no cluster has room') === true);
    });
    await until('its machine is on its way', async () => (await claimsOf(house)).length === 1);
    await limitTo(house, '0');
    await untilCloud(house, 'nothing more can start', ({ pools }) => pools[0]?.launchable === 0);
    for (const run of runs) {
      expect(await house.untilState(run, 'succeeded')).toMatchObject({ epoch: 1, requeues: 0 });
      expect((await claimsOf(house)).length).toBeLessThanOrEqual(1);
    }
    await untilEmpty();
    const late = await house.request();
    await until('it waits', async () => (await house.run(late)).why?.startsWith('Waits') === true);
    expect(await house.attempts(late)).toEqual([]);
    await limitTo(house, '2');
    await house.untilState(late, 'succeeded');
    await untilEmpty();
  });

  it('loses no run when a spot machine is taken back: the step runs again elsewhere, and it counts', async () => {
    const before = (await house.cloud('cloud'))?.interruptions ?? 0;
    const run = await house.request({ pipeline: 'echo-lasting' });
    await until('it runs', async () => (await house.attempts(run))[0]?.state === 'running');
    const [claim] = await claimsOf(house);
    const node = claim?.metadata.name ?? '';
    await house.cluster('cloud').admin('POST', `/nodes/${node}/announce-interruption`);
    const cloud = await untilCloud(house, 'it is noticed', ({ interruptions }) => interruptions === before + 1);
    expect(cloud.pools[0]?.nodes).toBe(0);
    await house.cluster('cloud').admin('POST', `/nodes/${node}/remove`);
    expect(await house.untilState(run, 'succeeded', 60_000)).toMatchObject({ epoch: 1, requeues: 0 });
    const [step] = await house.worker.query<{ retries: number }>(
      `SELECT retries FROM dispatcher.step WHERE run_id = $1::uuid AND name = 'ingest'`,
      [run],
    );
    expect(step?.retries).toBe(1);
    await untilEmpty();
  });
});

describe('a cloud that has no machine to give', () => {
  let house: TestHouse;

  beforeAll(async () => {
    const clusters: HouseCluster[] = [{ name: 'onprem', kind: 'onprem', slots: 1 }, aCloud({ site: { dryHoldSeconds: 4 } })];
    house = await TestHouse.open({ pipelines: PIPELINES, clusters, env: { UNSCHEDULABLE_MS: '1500' } });
    await house.startWorker();
    await untilCloud(house, 'the pool is known', ({ pools }) => pools.length > 0);
    await house.cluster('onprem').admin('POST', '/nodes/onprem-1/cordon');
    await house.cluster('cloud').admin('POST', '/capacity', { insufficientCapacity: true });
  });
  afterAll(() => house.close());

  it('gives a run back, which goes elsewhere at once when it can, and it was no failure of its own', async () => {
    const run = await house.request();
    const cloud = await untilCloud(house, 'the pool is dry', ({ pools }) => pools[0]?.supply === 'dry');
    expect(cloud.pools[0]).toMatchObject({ launchable: 0, detail: expect.stringContaining('no capacity') as string });
    const queued = await house.untilState(run, 'queued');
    expect(queued.excluded['cloud']?.reason).toContain('no node of cloud has taken');
    expect(queued.requeues).toBe(0);
    const [attempt] = await house.attempts(run);
    expect(attempt).toMatchObject({ cluster: 'cloud', signature: 'bounced:unschedulable' });
    // Nothing more is sent to a cloud that has nothing to give.
    const other = await house.request();
    await until('it waits', async () => (await house.run(other)).why?.includes('no cluster has room') === true);
    expect((await house.cloud('cloud'))?.pools[0]?.supply).toBe('dry');
    expect(await house.attempts(other)).toEqual([]);
    await until('nothing of it is left there', async () => (await house.attempts(run))[0]?.state === 'fenced');
    await house.cluster('onprem').admin('POST', '/nodes/onprem-1/uncordon');
    expect(await house.untilState(run, 'succeeded')).toMatchObject({ cluster: 'onprem', epoch: 2, requeues: 0 });
    await house.untilState(other, 'succeeded');
    await house.cluster('onprem').admin('POST', '/nodes/onprem-1/cordon');
  });

  it('is tried with one run after a while, and used again when a machine starts', async () => {
    const runs = [await house.request(), await house.request()];
    await house.cluster('cloud').admin('POST', '/capacity', { insufficientCapacity: false });
    for (const run of runs) expect(await house.untilState(run, 'succeeded', 60_000)).toMatchObject({ cluster: 'cloud' });
    expect((await house.cloud('cloud'))?.pools[0]).toMatchObject({ supply: 'usable', detail: null });
  });
});

describe('machines that serve nobody', () => {
  let house: TestHouse;
  const site = { orphanAfterSeconds: 1, nodePools: ['gpu'] };
  const names = ['watched', 'reaped', 'denied'] as const;

  beforeAll(async () => {
    const poolOptions = { bootDelayMs: 300, idleTtlMs: 500 };
    const clusters = [
      aCloud({ name: 'watched', site, poolOptions }),
      aCloud({ name: 'reaped', site: { ...site, reapMachines: true }, grants: { nodeclaims: ['delete'] }, poolOptions }),
      aCloud({ name: 'denied', site: { ...site, reapMachines: true }, poolOptions }),
    ];
    house = await TestHouse.open({ pipelines: PIPELINES, clusters });
    await house.startWorker();
    // A budget of no nodes keeps Karpenter from removing what is idle.
    for (const name of names) {
      await house.cluster(name).kube('PATCH', POOL_PATH, { spec: { disruption: { budgets: [{ nodes: '0' }] } } });
      await bootOne(house, name);
    }
  });
  afterAll(() => house.close());

  it('are named, and left to Karpenter where nobody says otherwise', async () => {
    const { orphans } = await untilCloud(house, 'it is named', (cloud) => cloud.orphans.length === 1, 'watched');
    const [claim] = await claimsOf(house, 'watched');
    expect(orphans).toMatchObject([
      { reason: 'idle', pool: 'gpu', node: claim?.metadata.name, claim: { uid: claim?.metadata.uid } },
    ]);
    expect(claim?.metadata.deletionTimestamp).toBeUndefined();
  });

  it('are ended where the operator wants that and lets it', async () => {
    await until('it is gone', async () => (await claimsOf(house, 'reaped')).length === 0);
    await untilCloud(
      house,
      'nothing is left over',
      (cloud) => cloud.orphans.length === 0 && cloud.missing.length === 0,
      'reaped',
    );
  });

  it('are named with the permission that is missing where he wants it and does not let it', async () => {
    const { missing } = await untilCloud(house, 'it is told', (cloud) => cloud.missing.length > 0, 'denied');
    expect(missing).toEqual(['delete on nodeclaims.karpenter.sh']);
    expect(await claimsOf(house, 'denied')).toHaveLength(1);
  });
});

/** A machine, started for a pod that ends at once. */
async function bootOne(house: TestHouse, name: string): Promise<void> {
  const site = house.config.CLUSTERS.find((one) => one.name === name);
  const client = new ClusterClient({ name, kubeconfig: site?.kubeconfig ?? '', namespace: 'stead' });
  await client.createWorkflow(
    buildWorkflow({
      ...{ name: 'elsewhere', namespace: 'stead', labels: {}, template: 'echo', entrypoint: 'photos' },
      ...{ parameters: { params: '{}' }, ttlS: 60 },
    }),
  );
  await until('it has ended', async () => (await client.getWorkflow('elsewhere'))?.completed);
  client.close();
}
