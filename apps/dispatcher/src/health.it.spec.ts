import { until } from '@stead/testing/servers';
import type { ClusterState } from './domain/snapshot';
import { TestHouse } from './testing/test-house';

const PIPELINES = [
  { name: 'echo', steps: [{ name: 'bundle' }] },
  { name: 'echo-slower', steps: [{ name: 'ingest', mode: 'sleep-9000' }, { name: 'bundle' }] },
];
const CREATE = { verb: 'create', resource: 'workflows' };

interface ClusterMemory {
  health: string;
  detail: string | null;
  silentMs: number | null;
  falls: number;
  trials: number | null;
}

async function memoryOf(house: TestHouse, cluster: string): Promise<ClusterMemory> {
  const [row] = await house.worker.query<ClusterMemory>(
    `SELECT health, detail, silent_ms AS "silentMs", falls, trials FROM dispatcher.cluster WHERE name = $1`,
    [cluster],
  );
  if (row === undefined) throw new Error(`no cluster ${cluster}`);
  return row;
}

/** What each cycle that was kept knew of a cluster, the oldest first. */
async function seenOf(house: TestHouse, cluster: string, since: Date): Promise<ClusterState[]> {
  const rows = await house.worker.query<{ state: ClusterState }>(
    `SELECT state FROM dispatcher.cycle, jsonb_array_elements(snapshot->'clusters') AS state
     WHERE state->>'name' = $1 AND at >= $2 ORDER BY at, id`,
    [cluster, since],
  );
  return rows.map((row) => row.state);
}

async function untilRunning(house: TestHouse, runId: string): Promise<void> {
  await until('the run runs', async () => (await house.attempts(runId)).some((attempt) => attempt.state === 'running'));
}

describe('an own cluster that answers and does no work, and a cloud', () => {
  let house: TestHouse;

  beforeAll(async () => {
    house = await TestHouse.open({
      pipelines: PIPELINES,
      clusters: [
        { name: 'onprem', kind: 'onprem', slots: 4 },
        { name: 'cloud', kind: 'cloud', slots: 4 },
      ],
      env: { WRITE_PROBE_MS: '400', ARGO_SILENT_MS: '1500', UNSCHEDULED_MS: '4000' },
    });
    await house.startWorker();
    await house.untilHealth('onprem', 'ok');
    await house.untilHealth('cloud', 'ok');
  });
  afterAll(() => house.close());

  it('keeps what runs there and gets no more while it takes no writes', async () => {
    const running = await house.request({ pipeline: 'echo-slower' });
    await untilRunning(house, running);
    await house.cluster('onprem').fault({ kind: 'status5xx', match: CREATE });
    await house.untilHealth('onprem', 'degraded');
    expect(await memoryOf(house, 'onprem')).toMatchObject({ detail: expect.stringContaining('takes no writes'), silentMs: null });
    const elsewhere = await house.request();
    expect(await house.untilState(elsewhere, 'succeeded')).toMatchObject({ cluster: 'cloud', epoch: 1 });
    const [decision] = await house.decisions(elsewhere);
    expect(decision).toMatchObject({ kind: 'place', cluster: 'cloud', reason: 'onprem-degraded' });
    expect(decision?.verdicts).toContainEqual(expect.objectContaining({ cluster: 'onprem', reason: 'degraded' }));
    expect(await house.run(running)).toMatchObject({ state: 'active', epoch: 1 });
    expect(await house.untilState(running, 'succeeded')).toMatchObject({ cluster: 'onprem', epoch: 1, requeues: 0 });
    await house.cluster('onprem').clearFaults();
    await house.untilHealth('onprem', 'ok');
  });

  it('keeps what runs there and gets no more while its workflow controller is down', async () => {
    const running = await house.request({ pipeline: 'echo-slower' });
    await untilRunning(house, running);
    await house.cluster('onprem').admin('POST', '/controller/kill');
    // Somebody has to be the first: that nobody looks at it is how it shows.
    const first = await house.request();
    await house.untilHealth('onprem', 'degraded');
    expect((await memoryOf(house, 'onprem')).detail).toMatch(/^its workflow controller has not looked at sm-/);
    const next = await house.request();
    expect(await house.untilState(next, 'succeeded')).toMatchObject({ cluster: 'cloud', epoch: 1 });
    expect(await house.untilState(first, 'succeeded')).toMatchObject({ cluster: 'cloud', epoch: 2, requeues: 0 });
    expect((await house.attempts(running)).map(({ state, cluster }) => [state, cluster])).toEqual([['running', 'onprem']]);
    await house.cluster('onprem').admin('POST', '/controller/start');
    expect(await house.untilState(running, 'succeeded')).toMatchObject({ cluster: 'onprem', epoch: 1, requeues: 0 });
    await until('the first attempt is swept', async () => (await house.attempts(first))[0]?.state === 'fenced');
    await house.untilHealth('onprem', 'ok');
  });
});

describe('one cluster whose workflow controller returns to a long queue', () => {
  let house: TestHouse;

  beforeAll(async () => {
    house = await TestHouse.open({
      pipelines: PIPELINES,
      clusters: [{ name: 'onprem', kind: 'onprem', slots: 12 }],
      env: { ARGO_SILENT_MS: '1500' },
    });
    await house.startWorker();
    await house.untilHealth('onprem', 'ok');
  });
  afterAll(() => house.close());

  it('is given one run, then as many again with each that shows a pod, and loses none', async () => {
    await house.cluster('onprem').admin('POST', '/controller/kill');
    const first = await house.request();
    await house.untilHealth('onprem', 'degraded');
    const since = new Date();
    const waiting: string[] = [];
    for (let run = 0; run < 16; run += 1) waiting.push(await house.request());
    await until('they wait', async () => (await house.run(waiting[15] ?? '')).lastReason !== null);
    expect((await house.run(waiting[0] ?? '')).state).toBe('queued');
    await house.cluster('onprem').admin('POST', '/controller/start');
    for (const runId of [first, ...waiting]) {
      expect(await house.untilState(runId, 'succeeded')).toMatchObject({ epoch: 1, requeues: 0 });
    }
    await house.untilHealth('onprem', 'ok');
    const ramp = (await seenOf(house, 'onprem', since)).filter(({ health }) => health !== 'degraded');
    const allowed = ramp.map(({ trialsAllowed }) => trialsAllowed ?? Infinity);
    expect(allowed[0]).toBe(1);
    expect(allowed.every((count) => [1, 2, 4, 8, Infinity].includes(count))).toBe(true);
    expect(allowed).toEqual([...allowed].sort((a, b) => a - b));
    // Some step in between was used as well, and no cycle has put more on trial than it was allowed to.
    expect(allowed.some((count) => count > 1 && count <= 8)).toBe(true);
    for (const { unproven, trialsAllowed } of ramp) expect(unproven).toBeLessThanOrEqual(trialsAllowed ?? Infinity);
  });
});

describe('one cluster that hangs, and a leader that dies meanwhile', () => {
  let house: TestHouse;

  beforeAll(async () => {
    house = await TestHouse.open({ pipelines: PIPELINES, env: { LOST_GRACE_MS: '600000', CLOSE_AFTER_MS: '2000' } });
  });
  afterAll(() => house.close());

  it('is as silent to the next leader as it was to the last, and waits for its trial as long', async () => {
    const leader = await house.startWorker();
    await house.untilHealth('onprem', 'ok');
    // Twice, so that there is more than a first fall to remember.
    for (const outage of ['first', 'second']) {
      house.cluster('onprem').freeze();
      await house.untilHealth('onprem', 'open');
      if (outage === 'second') break;
      house.cluster('onprem').thaw();
      await house.untilHealth('onprem', 'half-open');
    }
    const frozenForMs = async (): Promise<number> => (await memoryOf(house, 'onprem')).silentMs ?? 0;
    await until('it has been silent for a while', async () => (await frozenForMs()) > 5_000);
    const { falls } = await memoryOf(house, 'onprem');
    expect(falls).toBeGreaterThanOrEqual(2);
    await leader.kill();
    const before = await memoryOf(house, 'onprem');
    const next = await house.startWorker();
    await until('the next one leads', () => next.lines.some((line) => line.includes('scheduler leads')));
    const leadsMs = performance.now();
    await until('it has looked', async () => (await frozenForMs()) !== before.silentMs);
    const after = await memoryOf(house, 'onprem');
    expect(after).toMatchObject({ health: 'open', falls, trials: 1 });
    expect(after.silentMs).toBeGreaterThan(before.silentMs ?? 0);
    // What nobody has listened to is no silence, and there was more of that than the half second that is allowed for here.
    expect((after.silentMs ?? 0) - (before.silentMs ?? 0)).toBeLessThan(performance.now() - leadsMs + 500);
    house.cluster('onprem').thaw();
    await until('it answers', async () => (await memoryOf(house, 'onprem')).silentMs === null);
    expect((await memoryOf(house, 'onprem')).health).toBe('open');
    await house.untilHealth('onprem', 'half-open');
    const runId = await house.request();
    expect(await house.untilState(runId, 'succeeded')).toMatchObject({ epoch: 1, cluster: 'onprem' });
  });
});
