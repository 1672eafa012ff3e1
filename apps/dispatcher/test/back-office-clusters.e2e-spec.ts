import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from '@stead/platform/postgres';
import type {
  AuditEntryView,
  ClusterReportView,
  PlatformClusterDetailView,
  PlatformClusterView,
} from '@stead/contracts/dispatcher';
import { endpointsOf } from '@stead/platform/http';
import { until } from '@stead/testing/servers';
import { OFFICE_CONTROLLERS } from '../src/office.providers';
import { OPERATOR, OfficeClient } from '../src/testing/office-client';
import type { Program } from '../src/testing/program';
import { TestCluster } from '../src/testing/test-cluster';
import { TestHouse } from '../src/testing/test-house';

const ECHO = [
  { name: 'echo', steps: [{ name: 'ingest' }, { name: 'bundle' }] },
  { name: 'echo-slow', steps: [{ name: 'ingest', mode: 'sleep-4000' }, { name: 'bundle' }] },
];
const KEY = 'a-key-of-a-spec-that-seals-nothing-of-worth';
const PRICE = 0.5;

describe('clusters in the back office', () => {
  let house: TestHouse;
  let hall: TestCluster;
  let bare: TestCluster;
  let worker: Program;
  let api: Program;
  let office: OfficeClient;

  beforeAll(async () => {
    house = await TestHouse.open({ pipelines: ECHO, env: { KUBECONFIG_KEY: KEY, PIPELINES: 'echo', LOST_GRACE_MS: '60000' } });
    const podEnv = Object.fromEntries(Object.entries(house.env).filter(([name]) => name.startsWith('S3_')));
    [hall, bare] = await Promise.all([
      new TestCluster({ name: 'hall', folder: join(house.folder, 'hall'), pipelines: ECHO, podEnv, slots: 2 }).start(),
      new TestCluster({ name: 'bare', folder: join(house.folder, 'bare'), pipelines: [], podEnv, slots: 1 }).start(),
    ]);
    worker = await house.startWorker();
    api = await house.startApi();
    office = new OfficeClient(String(api.ready['address']), house.config.IDENTITY_KEY);
    await house.untilHealth('onprem', 'ok');
  });
  afterAll(async () => {
    await Promise.all([hall.stop(), bare.stop()]);
    await house.close();
  });

  const kubeconfigOf = (cluster: TestCluster): string => readFileSync(cluster.kubeconfigPath, 'utf8');
  const tokenOf = (cluster: TestCluster): string => /token: (\S+)/.exec(kubeconfigOf(cluster))?.[1] ?? '';
  const aRegistration = (change: Record<string, unknown> = {}) => ({
    ...{ name: 'hall', kind: 'onprem', kubeconfig: kubeconfigOf(hall), namespace: 'stead', pricePerGpuHour: PRICE },
    ...change,
  });
  const cluster = async (name: string): Promise<PlatformClusterDetailView> =>
    (await office.get<PlatformClusterDetailView>(`/clusters/${name}`)).body;
  const audit = async (): Promise<AuditEntryView[]> =>
    (await office.get<{ items: AuditEntryView[] }>('/audit?limit=100')).body.items;
  const untilPriced = (name: string, price: number): Promise<unknown> =>
    until('the leader knows', async () => {
      const [row] = await house.worker.query<{ price: number }>(
        `SELECT price_per_gpu_hour AS price FROM dispatcher.cluster WHERE name = $1`,
        [name],
      );
      return row?.price === price;
    });
  const registered = async (): Promise<unknown[]> => house.worker.query('SELECT name FROM dispatcher.cluster_registration', []);

  it('answers every endpoint with what is missing to whoever is no operator', async () => {
    const owner = { ...OPERATOR, scopes: ['clusters:read', 'runs:write', 'workspace:write'], workspaceId: house.workspaceId };
    const endpoints = OFFICE_CONTROLLERS.flatMap((controller) => endpointsOf(controller));
    expect(endpoints.length).toBeGreaterThan(20);
    for (const { method, path, permission } of endpoints) {
      expect(permission).toMatch(/^platform:[a-z]+:(read|write)$/);
      const url = path.replace('/v1/platform', '').replace(':name', 'onprem').replace(/:\w+/g, house.workspaceId);
      const answer = await office.call(method, url, method === 'GET' ? undefined : {}, {}, owner);
      expect({ path, status: answer.status, missing: answer.body.requiredScope }).toEqual({
        path,
        status: 403,
        missing: permission,
      });
    }
  });

  it('shows a cluster with its nodes, GPUs, heartbeat and what is wanted of it', async () => {
    const detail = await until('its nodes are known', async () => {
      const found = await cluster('onprem');
      return found.nodes.length > 0 ? found : null;
    });
    expect(detail).toMatchObject({
      ...{ name: 'onprem', kind: 'onprem', source: 'configuration', wish: 'open', health: 'ok', inFlight: 0, orphans: 0 },
      ...{ gpusTotal: 4, gpusUsed: 0, gpusWaiting: 0, pricePerGpuHour: 0.36 },
      nodes: [{ name: 'onprem-1', ready: true, cordoned: false, gpusTotal: 4, gpusFree: 4 }],
    });
    expect(detail.heartbeatAgeS).toBeLessThan(10);
    expect((await office.get('/clusters/nowhere')).body.code).toBe('back-office/cluster-not-found');
  });

  it('sends the list once to whoever has it already', async () => {
    await until('two answers are alike', async () => {
      const first = await office.get('/clusters');
      const again = await office.call('GET', '/clusters', undefined, { 'if-none-match': first.headers.get('etag') ?? '' });
      return again.status === 304;
    });
  });

  it('tests a kubeconfig and stores nothing', async () => {
    const { status, body } = await office.post<ClusterReportView>('/clusters/test', aRegistration());
    expect(status).toBe(200);
    expect(body.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(body).toMatchObject({ usable: true, namespace: 'stead', pipelines: ['echo'], gpus: 2 });
    expect(await registered()).toEqual([]);
    expect(await audit()).toEqual([]);
  });

  const whole = (): string => kubeconfigOf(hall);
  const withUser = (user: object): string => JSON.stringify({ ...parsed(), users: [{ name: 'dispatcher', user }] });
  const parsed = (): Record<string, unknown> => ({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
    users: [{ name: 'dispatcher', user: { token: 'x' } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'dispatcher' } }],
    'current-context': 'x',
  });

  it.each<[string, () => Record<string, unknown>, number, string, string | undefined]>([
    ['text that is no kubeconfig', () => ({ kubeconfig: 'hello: [' }), 422, 'cluster-unusable', 'kubeconfig-unreadable'],
    ['a context that is not there', () => ({ context: 'nowhere' }), 422, 'cluster-unusable', 'kubeconfig-incomplete'],
    [
      'a program that this machine would run',
      () => ({
        kubeconfig: withUser({
          exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'touch', args: ['/tmp/stead-owned'] },
        }),
      }),
      422,
      'cluster-unusable',
      'kubeconfig-not-self-contained',
    ],
    [
      'a file of this machine',
      () => ({ kubeconfig: withUser({ tokenFile: '/etc/hostname' }) }),
      422,
      'cluster-unusable',
      'kubeconfig-not-self-contained',
    ],
    ['a dead address', () => ({ kubeconfig: JSON.stringify(parsed()) }), 422, 'cluster-unusable', 'address-dead'],
    [
      'a certificate of another authority',
      () => ({ kubeconfig: whole().replace(/server: .*/, `server: ${serverOf(kubeconfigOf(bare))}`) }),
      422,
      'cluster-unusable',
      'certificate-untrusted',
    ],
    [
      'a token that is not valid',
      () => ({ kubeconfig: whole().replace(/token: \S+/, 'token: expired') }),
      422,
      'cluster-unusable',
      'token-refused',
    ],
    ['a namespace that is not there', () => ({ namespace: 'elsewhere' }), 422, 'cluster-unusable', 'namespace-missing'],
    ['a cluster without the pipeline', () => ({ kubeconfig: kubeconfigOf(bare) }), 422, 'cluster-unusable', 'pipeline-missing'],
    [
      'the cluster of the configuration by another name',
      () => ({ kubeconfig: kubeconfigOf(house.cluster('onprem')) }),
      409,
      'cluster-already-known',
      'same-cluster',
    ],
    ['a name that is taken', () => ({ name: 'onprem' }), 409, 'cluster-name-taken', undefined],
  ])('refuses %s before anything is stored', async (_what, change, status, code, finding) => {
    const answer = await office.post('/clusters', aRegistration(change()));
    expect({ status: answer.status, code: answer.body.code }).toEqual({ status, code: `back-office/${code}` });
    expect(answer.body.finding).toBe(finding);
    expect(answer.body.detail?.length).toBeGreaterThan(20);
    expect(await registered()).toEqual([]);
    expect(await audit()).toEqual([]);
  });

  it.each([
    ['a price of 0', { pricePerGpuHour: 0 }, '/pricePerGpuHour'],
    ['a negative price', { pricePerGpuHour: -1 }, '/pricePerGpuHour'],
    ['a name that is none', { name: 'Hall 1' }, '/name'],
    ['half a slot', { elasticSlots: 0.5 }, '/elasticSlots'],
    ['something unknown', { pirce: 1 }, '/pirce'],
  ])('refuses %s by its field', async (_what, change, pointer) => {
    for (const path of ['/clusters', '/clusters/test']) {
      const answer = await office.post(path, aRegistration(change));
      expect([answer.status, answer.body.errors?.[0]?.pointer]).toEqual([400, pointer]);
    }
  });

  it('registers a cluster that runs are placed on while the leader leads, and that the next one finds as well', async () => {
    const made = await office.post<PlatformClusterDetailView>('/clusters', aRegistration());
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ name: 'hall', source: 'registered', revision: 1, wish: 'open' });
    await house.untilHealth('hall', 'ok');
    await office.post('/clusters/onprem/cordon', { reason: 'new fans' });
    const runId = await house.request();
    expect(await house.untilState(runId, 'succeeded')).toMatchObject({ cluster: 'hall' });

    const slow = await house.request({ pipeline: 'echo-slow' });
    await until('it runs there', async () => (await house.attempts(slow))[0]?.state === 'running');
    await worker.kill();
    worker = await house.startWorker();
    expect(await house.untilState(slow, 'succeeded')).toMatchObject({ cluster: 'hall', epoch: 1 });
    await office.post('/clusters/onprem/uncordon');
  });

  it('keeps the kubeconfig where nobody reads it: sealed in the database, in no answer, no log and no audit', async () => {
    const token = tokenOf(hall);
    expect(token.length).toBeGreaterThan(16);
    const [row] = await house.worker.query<{ kubeconfig: Buffer }>('SELECT kubeconfig FROM dispatcher.cluster_registration', []);
    expect(row?.kubeconfig.toString('latin1')).not.toContain(token);
    const told = JSON.stringify([await cluster('hall'), (await office.get('/clusters')).body, await audit()]);
    expect(told).not.toContain(token);
    expect([...worker.lines, ...api.lines].filter((line) => line.includes(token) || line.includes(KEY))).toEqual([]);
    const tenant = connect({ url: house.env['DATABASE_URL'] ?? '', applicationName: 'spec', poolMax: 1 });
    for (const table of ['cluster_registration', 'audit', 'live_snapshot', 'usage_sample', 'cluster_inventory', 'cluster_wish'])
      expect(await tenant.query(`SELECT 1 FROM dispatcher.${table}`, [])).toEqual([]);
    await tenant.close();
  });

  it('refuses the same cluster by another name, also when two try at once', async () => {
    const twin = await office.post('/clusters', aRegistration({ name: 'hall-2' }));
    expect([twin.status, twin.body.code]).toEqual([409, 'back-office/cluster-already-known']);
  });

  it('rotates its kubeconfig, but not to another cluster, and not over what somebody else has changed', async () => {
    const before = await cluster('hall');
    const tag = `"r${before.revision}"`;
    const put = (body: object, ifMatch = tag) =>
      office.call<PlatformClusterDetailView>('PUT', '/clusters/hall/kubeconfig', body, { 'if-match': ifMatch });
    expect((await put({ kubeconfig: kubeconfigOf(house.cluster('onprem')) })).body.code).toBe(
      'back-office/cluster-already-known',
    );
    expect((await put({ kubeconfig: kubeconfigOf(bare) })).body.code).toBe('back-office/cluster-unusable');
    expect((await put({ kubeconfig: kubeconfigOf(hall) }, '"r999"')).body.code).toBe('platform/etag-mismatch');
    const rotated = await put({ kubeconfig: kubeconfigOf(hall) });
    expect([rotated.status, rotated.body.revision]).toEqual([200, before.revision + 1]);
    const runId = await house.request();
    expect((await house.untilState(runId, 'succeeded')).state).toBe('succeeded');
    await house.untilHealth('hall', 'ok');
  });

  it('changes prices of what was registered', async () => {
    const before = await cluster('hall');
    const patch = (name: string, body: object, ifMatch: string) =>
      office.call<PlatformClusterDetailView>('PATCH', `/clusters/${name}`, body, { 'if-match': ifMatch });
    expect((await patch('hall', { pricePerGpuHour: 0 }, '*')).status).toBe(400);
    expect((await patch('hall', {}, '*')).status).toBe(400);
    expect((await patch('hall', { pricePerGpuHour: 2 }, '"r1"')).body.code).toBe('platform/etag-mismatch');
    const changed = await patch('hall', { pricePerGpuHour: 0.7, elasticSlots: 3 }, `"r${before.revision}"`);
    expect(changed.body).toMatchObject({ pricePerGpuHour: 0.7, elasticSlots: 3, bootSeconds: 240 });
    await untilPriced('hall', 0.7);
    const back = await patch('hall', { pricePerGpuHour: null }, '*');
    expect([back.status, back.body.code, back.body.errors?.[0]?.pointer]).toEqual([
      ...[400, 'back-office/cluster-not-configured', '/pricePerGpuHour'],
    ]);
  });

  it('sets prices in place of what the configuration says, and goes back to that', async () => {
    const before = await cluster('onprem');
    expect(before).toMatchObject({ source: 'configuration', configured: null, revision: 0 });
    const patch = (body: object, ifMatch: string) =>
      office.call<PlatformClusterDetailView>('PATCH', '/clusters/onprem', body, { 'if-match': ifMatch });
    expect((await patch({ pricePerGpuHour: -1 }, '*')).status).toBe(400);
    const set = await patch({ pricePerGpuHour: 3.5 }, '"r0"');
    const { pricePerGpuHour, elasticSlots, bootSeconds } = before;
    expect(set.body).toMatchObject({
      ...{ pricePerGpuHour: 3.5, elasticSlots, bootSeconds, revision: 1 },
      configured: { pricePerGpuHour, elasticSlots, bootSeconds },
    });
    expect((await patch({ pricePerGpuHour: 4 }, '"r0"')).body.code).toBe('platform/etag-mismatch');
    await untilPriced('onprem', 3.5);
    const reset = await patch({ pricePerGpuHour: null }, '"r1"');
    expect(reset.body).toMatchObject({ pricePerGpuHour, configured: null, revision: 2 });
    await untilPriced('onprem', pricePerGpuHour);
    expect((await office.call('DELETE', '/clusters/onprem')).body.code).toBe('back-office/cluster-from-configuration');
  });

  it('takes one of two changes that have read the same', async () => {
    const patch = (body: object) => office.call<PlatformClusterDetailView>('PATCH', '/clusters/onprem', body);
    let both: ReturnType<typeof patch>[] = [];
    await house.worker.tx(async (tx) => {
      await tx.query(`SELECT 1 FROM dispatcher.cluster_figures WHERE name = 'onprem' FOR UPDATE`, []);
      both = [100, 200].map((bootSeconds) => patch({ bootSeconds }));
      await until('both wait', async () => {
        const waiting = await house.worker.query(
          `SELECT DISTINCT l.pid FROM pg_locks l JOIN pg_stat_activity a USING (pid)
           WHERE NOT l.granted AND a.datname = current_database() AND a.query LIKE '%cluster_figures%'`,
          [],
        );
        return waiting.length === 2;
      });
    });
    const answers = await Promise.all(both);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(answers.find(({ status }) => status === 409)?.body.code).toBe('back-office/cluster-changed');
  });

  it('tests a cluster that is there', async () => {
    const { status, body } = await office.post<ClusterReportView>('/clusters/hall/test');
    expect([status, body.usable, body.gpus]).toEqual([200, true, 2]);
  });

  it('removes a cluster only when it takes no work and holds none', async () => {
    const stale = await office.call('DELETE', '/clusters/hall', undefined, { 'if-match': '"r1"' });
    expect([stale.status, stale.body.code]).toEqual([412, 'platform/etag-mismatch']);
    await office.post('/clusters/onprem/cordon');
    const runId = await house.request({ pipeline: 'echo-slow' });
    await until('it runs', async () => (await house.attempts(runId))[0]?.state === 'running');
    expect((await house.attempts(runId))[0]?.cluster).toBe('hall');
    expect((await office.call('DELETE', '/clusters/hall')).body.code).toBe('back-office/cluster-in-use');
    const draining = await office.post<PlatformClusterDetailView>('/clusters/hall/drain', { reason: 'moves out' });
    expect(draining.body).toMatchObject({ wish: 'draining', wishReason: 'moves out', inFlight: 1 });
    expect((await office.call('DELETE', '/clusters/hall')).body.code).toBe('back-office/cluster-in-use');
    await house.untilState(runId, 'succeeded');
    await until('it is empty', async () => (await cluster('hall')).wish === 'drained');
    expect((await office.call('DELETE', '/clusters/hall')).status).toBe(204);
    expect((await office.get('/clusters/hall')).body.code).toBe('back-office/cluster-not-found');
    const names = async (): Promise<string[]> =>
      (await office.get<{ items: PlatformClusterView[] }>('/clusters')).body.items.map(({ name }) => name);
    expect(await names()).toEqual(['onprem']);
    await until('the leader forgets it', async () => {
      const rows = await house.worker.query(`SELECT 1 FROM dispatcher.cluster WHERE name = 'hall'`, []);
      return rows.length === 0;
    });
    await office.post('/clusters/onprem/uncordon');
  });

  it('has all of it in the audit, in which nothing can be changed', async () => {
    const entries = await audit();
    expect(entries.map(({ action, subject }) => `${action} ${subject}`).reverse()).toEqual([
      'cluster.register hall',
      'cluster.cordon onprem',
      'cluster.uncordon onprem',
      'cluster.rotate hall',
      'cluster.change hall',
      'cluster.change onprem',
      'cluster.change onprem',
      'cluster.change onprem',
      'cluster.cordon onprem',
      'cluster.drain hall',
      'cluster.remove hall',
      'cluster.uncordon onprem',
    ]);
    expect(entries.find(({ action, subject }) => action === 'cluster.change' && subject === 'hall')).toMatchObject({
      actor: { kind: 'user', id: OPERATOR.id },
      before: { pricePerGpuHour: 0.5, elasticSlots: 0 },
      after: { pricePerGpuHour: 0.7, elasticSlots: 3 },
    });
    for (const sql of ['UPDATE dispatcher.audit SET subject = $1', 'DELETE FROM dispatcher.audit WHERE subject <> $1'])
      await expect(house.worker.query(sql, ['nobody'])).rejects.toThrow('the audit only grows');
    await expect(house.worker.query('TRUNCATE dispatcher.audit', [])).rejects.toThrow();
  });
});

function serverOf(kubeconfig: string): string {
  return /server: (\S+)/.exec(kubeconfig)?.[1] ?? '';
}
