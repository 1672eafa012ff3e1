import type {
  AuditEntryView,
  BudgetView,
  DeadLetterView,
  DecisionReplayView,
  QueueDetailView,
  QueueItemView,
  RequeuedManyView,
  WhatIfView,
  WorkspaceRulesView,
} from '@stead/contracts/dispatcher';
import { newId } from '@stead/platform/ids';
import { until } from '@stead/testing/servers';
import { OfficeClient } from '../src/testing/office-client';
import { TestHouse } from '../src/testing/test-house';

const PIPELINES = [
  { name: 'echo', steps: [{ name: 'ingest' }, { name: 'bundle' }] },
  { name: 'echo-crash', steps: [{ name: 'ingest' }, { name: 'bundle', mode: 'crash' }] },
  { name: 'echo-long', steps: [{ name: 'ingest', mode: 'sleep-120000' }, { name: 'bundle' }] },
];
type Listed<T> = { items: T[]; next: string | null };

describe('the queue in the back office', () => {
  const other = newId();
  let house: TestHouse;
  let office: OfficeClient;

  beforeAll(async () => {
    house = await TestHouse.open({ pipelines: PIPELINES, clusters: [{ name: 'onprem', kind: 'onprem', slots: 1 }] });
    await house.startWorker();
    office = new OfficeClient(String((await house.startApi()).ready['address']), house.config.IDENTITY_KEY);
    await house.untilHealth('onprem', 'ok');
  });
  afterAll(() => house.close());

  const queue = async (query: string): Promise<Listed<QueueItemView>> =>
    (await office.get<Listed<QueueItemView>>(`/queue?${query}`)).body;
  const patch = (runId: string, body: unknown, headers: Record<string, string> = {}) =>
    office.call<QueueItemView>('PATCH', `/queue/${runId}`, body, headers);

  describe('while one slot is taken', () => {
    let running: string;
    const waiting: string[] = [];

    beforeAll(async () => {
      running = await house.request({ pipeline: 'echo-long', title: 'Long' });
      await until('it runs', async () => (await house.attempts(running))[0]?.state === 'running');
      for (let i = 0; i < 5; i += 1)
        waiting.push(await house.request({ title: `Hall ${i}`, priority: 10 * i }, i % 2 === 0 ? house.workspaceId : other));
      await until('all were looked at', async () => {
        const { items } = await queue('state=queued');
        return items.length === 5 && items.every(({ decision, estimatedStart }) => decision !== null && estimatedStart !== null);
      });
    });
    afterAll(async () => {
      await house.cancel(running);
      for (const runId of waiting) await house.untilState(runId, 'succeeded', 100_000);
    }, 120_000);

    it('goes through all workspaces in pages, the most important first, with why each waits and when it may begin', async () => {
      const seen: QueueItemView[] = [];
      let cursor = '';
      do {
        const page = await queue(`limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`);
        expect(page.items.length).toBeLessThanOrEqual(2);
        seen.push(...page.items);
        cursor = page.next ?? '';
      } while (cursor !== '');
      expect(seen.map(({ runId }) => runId)).toEqual([running, ...[...waiting].reverse()]);
      expect(new Set(seen.map(({ workspaceId }) => workspaceId)).size).toBe(2);
      const queued = seen.filter(({ state }) => state === 'queued');
      for (const one of queued) {
        expect(one.decision).toMatchObject({
          kind: 'wait',
          reason: 'no-capacity-anywhere',
          verdicts: [{ cluster: 'onprem', reason: 'full' }],
        });
        expect(Date.parse(one.estimatedStart ?? '')).toBeGreaterThan(Date.now() - 30_000);
      }
      // Whoever goes later begins later.
      const starts = queued
        .filter(({ workspaceId }) => workspaceId === other)
        .map(({ estimatedStart }) => Date.parse(estimatedStart ?? ''));
      expect([...starts].sort((a, b) => a - b)).toEqual(starts);
      expect(seen.find(({ runId }) => runId === running)).toMatchObject({
        state: 'active',
        cluster: 'onprem',
        estimatedStart: null,
      });
    });

    it.each<[string, () => string, () => string[]]>([
      ['a workspace', () => `workspaceId=${other}`, () => [waiting[3] ?? '', waiting[1] ?? '']],
      ['a state', () => 'state=active', () => [running]],
      ['a pipeline', () => 'pipeline=echo-long', () => [running]],
      ['a cluster', () => 'cluster=onprem', () => [running]],
      ['a policy', () => 'policy=cloud-only', () => []],
      ['a title', () => 'title=HALL%203', () => [waiting[3] ?? '']],
    ])('finds what belongs to %s', async (_what, query, want) => {
      expect((await queue(query())).items.map(({ runId }) => runId)).toEqual(want());
    });

    it.each(['state=succeeded', 'limit=0', 'limit=101', 'workspaceId=me', 'policy=free', 'cursor=nonsense'])(
      'refuses ?%s',
      async (query) => {
        expect((await office.get(`/queue?${query}`)).status).toBe(400);
      },
    );

    it('re-prioritises a run, by what the operator has seen, and writes it down', async () => {
      const runId = waiting[0] ?? '';
      const before = (await office.get<QueueDetailView>(`/queue/${runId}`)).body;
      const deadline = new Date(Date.now() + 3_600_000).toISOString();
      expect((await patch(runId, { priority: 90 }, { 'if-match': '"r99"' })).body.code).toBe('platform/etag-mismatch');
      const changed = await patch(runId, { priority: 90, deadline, reason: 'opens today' });
      expect([changed.status, changed.body.priority, changed.body.deadline]).toEqual([200, 90, deadline]);
      expect(Date.parse(changed.body.latestStart)).toBeLessThan(Date.parse(before.latestStart));
      expect((await queue('state=queued')).items[0]?.runId).toBe(runId);
      const [entry] = (await office.get<Listed<AuditEntryView>>(`/audit?subject=${runId}`)).body.items;
      expect(entry).toMatchObject({
        ...{ action: 'run.reprioritise', reason: 'opens today' },
        before: { priority: 0, deadline: null },
        after: { priority: 90, deadline },
      });
      expect((await patch(runId, { deadline: null })).body).toMatchObject({ deadline: null, priority: 90 });
    });

    it.each<[string, unknown, number, string]>([
      ['a deadline in the past', { deadline: '2020-01-01T00:00:00Z' }, 400, 'back-office/deadline-passed'],
      ['a priority above 100', { priority: 101 }, 400, 'platform/invalid-request'],
      ['a priority below 0', { priority: -1 }, 400, 'platform/invalid-request'],
      ['half a priority', { priority: 1.5 }, 400, 'platform/invalid-request'],
      ['nothing at all', {}, 400, 'platform/invalid-request'],
    ])('refuses %s and changes nothing', async (_what, body, status, code) => {
      const before = await house.run(waiting[2] ?? '');
      const answer = await patch(before.id, body);
      expect([answer.status, answer.body.code]).toEqual([status, code]);
      expect(await house.run(before.id)).toMatchObject({ priority: before.priority, deadline: before.deadline });
    });

    it('gives weights and policies to workspaces, compared with what was read', async () => {
      const read = async () => office.get<WorkspaceRulesView>(`/rules/${other}`);
      const put = (body: unknown, ifMatch: string) =>
        office.call<WorkspaceRulesView>('PUT', `/rules/${other}`, body, { 'if-match': ifMatch });
      const fresh = await read();
      expect([fresh.headers.get('etag'), fresh.body]).toMatchObject([
        '"r0"',
        { weight: 1, placement: null, revision: 0, queued: 2 },
      ]);
      const placement = { kind: 'timeout', afterS: 60 };
      const set = await put({ weight: 3, placement, reason: 'pays more' }, '"r0"');
      expect([set.status, set.headers.get('etag'), set.body]).toMatchObject([200, '"r1"', { weight: 3, placement, revision: 1 }]);
      expect((await put({ weight: 5, placement: null }, '"r0"')).body.code).toBe('platform/etag-mismatch');
      const item = (await queue(`workspaceId=${other}&policy=timeout`)).items[0];
      expect(item).toMatchObject({ policy: placement, policyFrom: 'workspace' });
      expect(
        (await office.get<Listed<WorkspaceRulesView>>('/rules')).body.items.map(({ workspaceId }) => workspaceId).sort(),
      ).toEqual([house.workspaceId, other].sort());
      for (const bad of [
        { weight: 0, placement: null },
        { weight: -1, placement: null },
        { weight: 1, placement: { kind: 'free' } },
        { weight: 1 },
      ])
        expect((await put(bad, '*')).status).toBe(400);
      await put({ weight: 1, placement: null }, '"r1"');
      const [, latest] = (await office.get<Listed<AuditEntryView>>(`/audit?subject=${other}`)).body.items;
      expect(latest).toMatchObject({ action: 'rules.set', before: null, after: { weight: 3, placement }, reason: 'pays more' });
    });

    it('bounds what may be spent in clouds, and by no less than what is used already', async () => {
      const path = `/budgets/${other}/month`;
      const put = (body: unknown, tag = '*') => office.call<BudgetView>('PUT', path, body, { 'if-match': tag });
      const set = await put({ cap: 12.5, reason: 'a trial' }, '"r0"');
      expect([set.status, set.headers.get('etag'), set.body]).toMatchObject([200, '"r1"', { cap: 12.5, left: 12.5, spent: 0 }]);
      expect((await put({ cap: 5 }, '"r0"')).body.code).toBe('platform/etag-mismatch');
      const racing = await Promise.all([1, 2, 3].map((cap) => put({ cap: 20 + cap }, '"r1"')));
      expect(racing.map(({ status }) => status).sort()).toEqual([200, 412, 412]);
      await house.worker.query(
        `UPDATE dispatcher.budget_spend SET reserved_micros = 800000, settled_micros = 1200000 WHERE scope = $1::uuid`,
        [other],
      );
      const low = await put({ cap: 1.99 });
      expect([low.status, low.body.code, low.body.errors?.[0]?.pointer]).toEqual([409, 'back-office/budget-below-use', '/cap']);
      expect(low.body.detail).toContain('set 2.00 or more');
      expect((await put({ cap: 2 })).body).toMatchObject({ cap: 2, left: 0, spent: 1.2, reserved: 0.8 });
      for (const bad of [{}, { cap: -1 }, { cap: '5' }, { cap: 1, currency: 'EUR' }]) expect((await put(bad)).status).toBe(400);
      expect((await office.call('PUT', `/budgets/${other}/year`, { cap: 1 })).status).toBe(404);
      const listed = (await office.get<{ items: BudgetView[] }>('/budgets')).body.items;
      expect(listed.filter(({ scope }) => scope === other)).toMatchObject([{ period: 'month', cap: 2 }]);
      expect((await put({ cap: null })).body).toMatchObject({ cap: null, left: null, revision: 0 });
      const audit = (await office.get<Listed<AuditEntryView>>(`/audit?subject=${other}/month`)).body.items;
      expect(audit.map(({ action, before, after }) => [action, before, after]).slice(0, 2)).toEqual([
        ['budget.set', { cap: 2 }, { cap: null }],
        ['budget.set', { cap: expect.any(Number) }, { cap: 2 }],
      ]);
    });

    it('simulates what would be, off the loop that serves everybody else', async () => {
      const ask = (change: unknown) => office.post<WhatIfView>('/what-if', { change });
      const forecast = await until('the leader has written down what waits', async () => {
        const { status, body } = await ask({ addGpus: { cluster: 'onprem', count: 4 } });
        return status === 200 && body.before.runs === 5 ? body : null;
      });
      expect(forecast.before).toMatchObject({ stuck: 0, cloudRuns: 0 });
      expect(forecast.after.makespanS).toBeLessThan(forecast.before.makespanS);
      expect((await ask({ policy: { kind: 'cloud-only' } })).body.after).toMatchObject({ stuck: 5 });
      expect((await ask({ loseCluster: 'onprem' })).body.after).toMatchObject({ runs: 6, stuck: 6 });
      expect((await ask({ drainCluster: 'nowhere' })).body.code).toBe('back-office/cluster-not-found');
      expect((await ask({ drainCluster: 'x'.repeat(2 << 20) })).status).toBe(413);
      for (const bad of [
        {},
        null,
        { addGpus: { cluster: 'onprem', count: 0 } },
        { drainCluster: 'onprem', loseCluster: 'onprem' },
      ])
        expect((await ask(bad)).status).toBe(400);
    });

    it('ends a simulation that takes too long, and runs one at a time', async () => {
      const hurried = await house.startApi({ WHAT_IF_MS: '50' });
      const impatient = new OfficeClient(String(hurried.ready['address']), house.config.IDENTITY_KEY);
      const answers = await Promise.all([1, 2].map(() => impatient.post('/what-if', { change: { drainCluster: 'onprem' } })));
      expect(answers.map(({ body }) => body.code).sort()).toEqual(['back-office/what-if-busy', 'back-office/what-if-too-slow']);
      expect((await impatient.get('/clusters')).status).toBe(200);
      await hurried.stop();
    });

    it('does not find runs that are not there', async () => {
      for (const answer of [
        await office.get(`/queue/${newId()}`),
        await patch(newId(), { priority: 1 }),
        await office.get('/queue/x'),
      ])
        expect(answer.status).toBe(404);
    });
  });

  describe('dead letters', () => {
    it('are shown with their evidence, go back by one, and come again with the same failure at once', async () => {
      const runId = await house.request({ pipeline: 'echo-crash', title: 'Broken' });
      await house.untilState(runId, 'dead-letter', 60_000);
      const find = async () =>
        (await office.get<Listed<DeadLetterView>>('/dead-letters')).body.items.find((one) => one.runId === runId);
      const letter = await find();
      expect(letter).toMatchObject({ title: 'Broken', failure: { code: 'step-exit-1', step: 'bundle' } });
      expect(letter?.attempts.map(({ epoch, outcome, signature }) => [epoch, outcome, signature])).toEqual([
        [1, 'failed', 'bundle:step-exit-1'],
        [2, 'failed', 'bundle:step-exit-1'],
        [3, 'failed', 'bundle:step-exit-1'],
      ]);
      expect((await patch(runId, { priority: 1 })).body.code).toBe('back-office/run-not-open');
      const back = await office.post<QueueDetailView>(`/dead-letters/${runId}/requeue`, { reason: 'the image was mended' });
      expect([back.status, back.body.state, back.body.failure]).toEqual([202, 'queued', null]);
      expect((await office.post(`/dead-letters/${runId}/requeue`)).body.code).toBe('back-office/not-a-dead-letter');
      const again = await house.untilState(runId, 'dead-letter', 60_000);
      expect(again.epoch).toBe(4);
      const announced = (await house.announced(runId)).map(({ state }) => state);
      expect(announced.lastIndexOf('queued')).toBeGreaterThan(announced.indexOf('dead-letter'));
      const audit = (await office.get<Listed<AuditEntryView>>(`/audit?subject=${runId}`)).body.items;
      expect(audit).toMatchObject([
        {
          action: 'run.requeue',
          reason: 'the image was mended',
          before: { state: 'dead-letter', failure: { code: 'step-exit-1' } },
        },
      ]);
    }, 150_000);

    it('go back by a filter, which can be tried first', async () => {
      const many = (body: object) => office.post<RequeuedManyView>('/dead-letters/requeue', body);
      const filter = { workspaceId: house.workspaceId, code: 'step-exit-1' };
      expect((await many({ filter, dryRun: true })).body).toEqual({ matched: 1, requeued: 0, skipped: [], more: false });
      expect((await many({ filter: { code: 'another' } })).body.matched).toBe(0);
      expect((await many({ filter: {} })).status).toBe(400);
      expect((await many({ filter, limit: 501 })).status).toBe(400);
      expect((await many({ filter: { before: '2020-01-01T00:00:00Z' } })).body.matched).toBe(0);
      expect((await many({ filter, reason: 'all of them' })).body).toEqual({ matched: 1, requeued: 1, skipped: [], more: false });
    });

    it('stay where they are when their owner has deleted what they were for', async () => {
      const runId = await house.request({ pipeline: 'echo-crash' });
      await house.untilState(runId, 'dead-letter', 60_000);
      await house.worker.query(`UPDATE dispatcher.run SET purge_at = now() WHERE id = $1::uuid`, [runId]);
      expect((await office.post(`/dead-letters/${runId}/requeue`)).body.code).toBe('back-office/run-purged');
    });
  });

  it('replays decisions, says what differs, and says so when what they were made by is not kept any more', async () => {
    const runId = await house.request();
    await house.untilState(runId, 'succeeded');
    const { decisions } = (await office.get<QueueDetailView>(`/queue/${runId}`)).body;
    const replayOf = (seq: string | undefined) => office.get<DecisionReplayView>(`/decisions/${runId}/${seq ?? ''}/replay`);
    for (const { seq } of decisions) expect((await replayOf(seq)).body).toMatchObject({ same: true, differences: [], runId });
    const [last] = decisions;
    await house.worker.query(`UPDATE dispatcher.decision SET inputs = inputs || '{"slotsFree": 77}' WHERE seq = $1::bigint`, [
      last?.seq,
    ]);
    expect((await replayOf(last?.seq)).body).toMatchObject({
      same: false,
      differences: [{ path: '/inputs/slotsFree', stored: '77' }],
    });
    await house.worker.query('DELETE FROM dispatcher.cycle WHERE id = $1::uuid', [last?.cycleId]);
    expect((await replayOf(last?.seq)).body.code).toBe('back-office/cycle-forgotten');
    expect((await replayOf('999999999')).body.code).toBe('back-office/decision-not-found');
    expect((await replayOf('0')).status).toBe(404);
  });
});
