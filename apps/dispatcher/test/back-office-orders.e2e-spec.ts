import type {
  AuditEntryView,
  DecisionReplayView,
  PlatformClusterDetailView,
  QueueDetailView,
  QueueItemView,
  UsageView,
} from '@stead/contracts/dispatcher';
import { until } from '@stead/testing/servers';
import { OfficeClient } from '../src/testing/office-client';
import { TestHouse } from '../src/testing/test-house';

const PIPELINES = [
  { name: 'echo', steps: [{ name: 'ingest' }, { name: 'bundle' }] },
  { name: 'echo-long', steps: [{ name: 'ingest', mode: 'sleep-120000' }, { name: 'bundle' }] },
];

describe('orders of operators about clusters', () => {
  let house: TestHouse;
  let office: OfficeClient;

  beforeAll(async () => {
    house = await TestHouse.open({
      pipelines: PIPELINES,
      clusters: [
        { name: 'onprem', kind: 'onprem', slots: 2 },
        { name: 'cloud', kind: 'cloud', slots: 2 },
      ],
      // Nothing but an operator gives up running work within this spec.
      env: { LOST_GRACE_MS: '600000' },
    });
    await house.startWorker();
    office = new OfficeClient(String((await house.startApi()).ready['address']), house.config.IDENTITY_KEY);
    await house.untilHealth('onprem', 'ok');
    await house.untilHealth('cloud', 'ok');
  });
  afterAll(() => house.close());

  const item = async (runId: string): Promise<QueueItemView | undefined> =>
    (await office.get<{ items: QueueItemView[] }>('/queue?limit=100')).body.items.find((one) => one.runId === runId);

  it('a cordoned cluster gets nothing new and keeps what it has; the queue says why', async () => {
    const kept = await house.request({ pipeline: 'echo-long', placement: { kind: 'onprem-only' } });
    await until('it runs', async () => (await house.attempts(kept))[0]?.state === 'running');
    await office.post('/clusters/onprem/cordon', { reason: 'maintenance' });
    const waiting = await house.request({ placement: { kind: 'onprem-only' } });
    const told = await until('the queue says why', async () => {
      const found = await item(waiting);
      return found?.decision?.reason === 'every-cluster-cordoned' ? found : null;
    });
    expect(told).toMatchObject({ state: 'queued', policy: { kind: 'onprem-only' }, policyFrom: 'run', cluster: null });
    expect(told.decision?.verdicts).toContainEqual(expect.objectContaining({ cluster: 'onprem', reason: 'cordoned' }));
    expect((await house.run(kept)).state).toBe('active');
    const replay = await office.get<DecisionReplayView>(`/decisions/${waiting}/${told.decision?.seq}/replay`);
    expect(replay.body).toMatchObject({ same: true, differences: [], stored: { reason: 'every-cluster-cordoned' } });
    await office.post('/clusters/onprem/uncordon');
    await house.untilState(waiting, 'succeeded');
    await house.cancel(kept);
    await until('nothing of it is left there', async () => (await house.attempts(kept))[0]?.state === 'fenced');
  });

  it('a total loss needs the name of the cluster, and moves everything at once although its grace is ten minutes', async () => {
    const runId = await house.request({ pipeline: 'echo-long' });
    await until('it runs at home', async () => (await house.attempts(runId))[0]?.state === 'running');
    expect((await house.attempts(runId))[0]?.cluster).toBe('onprem');
    house.cluster('onprem').freeze();
    await house.untilState(runId, 'uncertain');
    for (const confirm of ['', 'cloud', 'Onprem']) {
      const refused = await office.post('/clusters/onprem/total-loss', { confirm });
      expect([refused.status, refused.body.code, refused.body.errors?.[0]?.pointer]).toEqual([
        ...[400, 'back-office/confirmation-differs', '/confirm'],
      ]);
    }
    expect((await house.run(runId)).state).toBe('uncertain');
    const declared = await office.post('/clusters/onprem/total-loss', { confirm: 'onprem', reason: 'fire' });
    expect([declared.status, declared.body]).toEqual([200, { cluster: 'onprem', givenUp: 1, requeued: 1 }]);
    const second = await until('it runs in the cloud', async () => (await house.attempts(runId))[1] ?? null);
    expect(second.cluster).toBe('cloud');
    const detail = (await office.get<PlatformClusterDetailView>('/clusters/onprem')).body;
    expect(detail).toMatchObject({ wish: 'lost', wishReason: 'fire', orphans: 1, inFlight: 0 });
    expect(detail.orphanAttempts).toMatchObject([{ runId, epoch: 1 }]);
    await house.cancel(runId);
    // What comes back is swept, and gets no work before somebody says so.
    house.cluster('onprem').thaw();
    await until('its orphan is swept', async () => (await house.attempts(runId))[0]?.state === 'fenced');
    const waiting = await house.request({ placement: { kind: 'onprem-only' } });
    await until('it is still closed', async () => (await item(waiting))?.decision?.reason === 'every-cluster-cordoned');
    await office.post('/clusters/onprem/uncordon');
    await house.untilState(waiting, 'succeeded');
  });

  it('what was only promised to a cluster that is drained goes elsewhere', async () => {
    // A cluster that hangs: its attempt stays promised.
    house.cluster('onprem').freeze();
    const { body } = await office.post<PlatformClusterDetailView>('/clusters/onprem/drain');
    expect(['draining', 'drained']).toContain(body.wish);
    const runId = await house.request();
    expect(await house.untilState(runId, 'succeeded')).toMatchObject({ cluster: 'cloud' });
    house.cluster('onprem').thaw();
    await office.post('/clusters/onprem/uncordon');
    await house.untilHealth('onprem', 'ok');
  });

  it('refuses orders about clusters that are not there, and bodies that are none', async () => {
    for (const order of ['cordon', 'uncordon', 'drain'])
      expect((await office.post(`/clusters/nowhere/${order}`)).body.code).toBe('back-office/cluster-not-found');
    expect((await office.post('/clusters/nowhere/total-loss', { confirm: 'nowhere' })).body.code).toBe(
      'back-office/cluster-not-found',
    );
    expect((await office.post('/clusters/onprem/total-loss', {})).status).toBe(400);
    expect((await office.post('/clusters/onprem/cordon', { reason: 'x'.repeat(501) })).status).toBe(400);
  });

  it('shows GPUs, outages and spills over time, in no more points than a screen has', async () => {
    const span = `from=${new Date(Date.now() - 600_000).toISOString()}&to=${new Date(Date.now() + 60_000).toISOString()}`;
    const usage = await until('a moment is written down', async () => {
      const answer = await office.get<UsageView>(`/usage?${span}`);
      return answer.body.at.length > 1 && answer.body.spills.length > 0 ? answer.body : null;
    });
    expect(usage.stepS).toBe(10);
    expect(usage.clusters.map(({ name, kind }) => [name, kind])).toEqual([
      ['cloud', 'cloud'],
      ['onprem', 'onprem'],
    ]);
    expect(usage.clusters[1]?.gpusTotal.filter((value) => value !== null)).toContain(2);
    expect(usage.outages.some(({ cluster }) => cluster === 'onprem')).toBe(true);
    expect(usage.spills[0]).toMatchObject({ cluster: 'cloud' });
    for (const column of [usage.queued, usage.running, ...usage.clusters.map(({ gpusUsed }) => gpusUsed)])
      expect(column).toHaveLength(usage.at.length);

    const bad = [
      `from=${new Date().toISOString()}&to=${new Date(0).toISOString()}`,
      `from=${new Date(0).toISOString()}&to=${new Date().toISOString()}`,
      'from=yesterday&to=today',
      '',
    ];
    for (const query of bad) expect((await office.get(`/usage?${query}`)).status).toBe(400);
  });

  it('has every order in the audit, with who, what was and what is', async () => {
    const { body } = await office.get<{ items: AuditEntryView[] }>('/audit?subject=onprem&limit=100');
    const loss = body.items.find(({ action }) => action === 'cluster.total-loss');
    expect(loss).toMatchObject({
      ...{ subject: 'onprem', reason: 'fire', before: { wish: 'open' }, after: { wish: 'lost', givenUp: 1, requeued: 1 } },
    });
    expect(loss?.requestId).toMatch(/\S{8,}/);
    const paged = await office.get<{ items: AuditEntryView[]; next: string }>('/audit?subject=onprem&limit=2');
    const rest = await office.get<{ items: AuditEntryView[] }>(`/audit?subject=onprem&limit=100&cursor=${paged.body.next}`);
    expect([...paged.body.items, ...rest.body.items]).toEqual(body.items);
    expect((await office.get('/audit?cursor=nonsense')).status).toBe(400);
    expect((await office.get('/audit?action=cluster.explode')).status).toBe(400);
  });

  it('reads what is known of one run', async () => {
    const runId = await house.request();
    await house.untilState(runId, 'succeeded');
    const { body } = await office.get<QueueDetailView>(`/queue/${runId}`);
    expect(body).toMatchObject({ runId, state: 'succeeded', attempts: [{ epoch: 1, state: 'done' }] });
    expect(body.decisions.length).toBeGreaterThan(0);
  });
});
