import { DEFAULT_PLACEMENT } from '@stead/contracts/dispatcher';
import fc from 'fast-check';
import { latestStartMs, NEWCOMER, ordered, shareOf } from './order';
import { DEFAULT_POLICY } from './policy';
import { quantileMs } from './runtime';
import type { QueuedRun, WorkspaceState } from './snapshot';

const NOW = 1_800_000_000_000;
const HOUR = 3_600_000;
const SUPPLY = { gpus: 8, cloudCostPerHour: 20 };

function aRun(change: Partial<QueuedRun> = {}): QueuedRun {
  return {
    ...{ runId: 'run-1', workspaceId: 'ws-1', pipeline: 'maps', entrypoint: 'photos', priority: 50, createdAtMs: NOW },
    ...{ deadlineMs: null, runtime: { medianMs: HOUR, sigma: 0.3 }, gpuSeconds: 3600, placement: DEFAULT_PLACEMENT },
    ...{ excludedUntilMs: {}, transferMs: {} },
    ...change,
  };
}

const ids = (queue: readonly QueuedRun[], workspaces: Record<string, WorkspaceState> = {}, nowMs = NOW): string[] =>
  ordered(queue, workspaces, SUPPLY, DEFAULT_POLICY, nowMs).map((run) => run.runId);

describe('within a workspace', () => {
  it('whoever has to start soonest goes first: a long run before a short one of the same deadline', () => {
    const queue = [
      aRun({ runId: 'short', deadlineMs: NOW + 10 * HOUR, runtime: { medianMs: HOUR, sigma: 0 } }),
      aRun({ runId: 'long', deadlineMs: NOW + 10 * HOUR, runtime: { medianMs: 6 * HOUR, sigma: 0 } }),
      aRun({ runId: 'patient', createdAtMs: NOW - 2 * HOUR }),
      aRun({ runId: 'uncertain', deadlineMs: NOW + 10 * HOUR, runtime: { medianMs: 6 * HOUR, sigma: 0.5 } }),
    ];
    expect(ids(queue)).toEqual(['uncertain', 'long', 'short', 'patient']);
  });

  it('priority goes before deadlines, and a wait of a day makes up for forty points of it', () => {
    const low = aRun({ runId: 'low', priority: 10, createdAtMs: NOW - 24 * HOUR });
    const high = aRun({ runId: 'high', priority: 50, deadlineMs: NOW + 2 * HOUR });
    expect(ids([low, high], {}, NOW - 12 * HOUR)).toEqual(['high', 'low']);
    expect(ids([low, { ...high, createdAtMs: NOW }])).toEqual(['low', 'high']);
  });
});

describe('a run with a deadline', () => {
  it('that has waited for hours with hours to spare stays behind one that has to start now', () => {
    const patient = aRun({ runId: 'patient', createdAtMs: NOW - 9 * HOUR, deadlineMs: NOW + 9 * HOUR });
    const urgent = aRun({ runId: 'urgent', deadlineMs: NOW + 2 * HOUR });
    expect(ids([patient, urgent])).toEqual(['urgent', 'patient']);
  });

  it('rises from its latest start on, so that none waits for ever', () => {
    const low = aRun({ runId: 'low', priority: 10, createdAtMs: NOW - 30 * HOUR, deadlineMs: NOW - 20 * HOUR });
    const high = aRun({ runId: 'high', priority: 50, deadlineMs: NOW + HOUR });
    expect(ids([low, high])).toEqual(['low', 'high']);
    expect(ids([{ ...low, deadlineMs: NOW + HOUR }, high])).toEqual(['high', 'low']);
  });
});

describe('between workspaces', () => {
  const flood = Array.from({ length: 6 }, (_, n) =>
    aRun({ runId: `flood-${n}`, workspaceId: 'flood', createdAtMs: NOW - 9 * HOUR + n }),
  );

  it('a flood that has waited for long gains nothing over a newcomer while it is being served', () => {
    const served = { flood: { ...NEWCOMER, gpuSeconds: 50_000, servedAtMs: NOW - 1000 } };
    expect(ids([...flood, aRun({ runId: 'new', workspaceId: 'new' })], served)[0]).toBe('new');
  });

  it('a workspace that was not served for a day overtakes fresh work of higher priority', () => {
    const starved = aRun({ runId: 'starved', workspaceId: 'poor', priority: 20, createdAtMs: NOW - 30 * HOUR });
    const rich = [1, 2].map((n) => aRun({ runId: `rich-${n}`, workspaceId: 'rich', priority: 60 }));
    expect(ids([...rich, starved], { rich: { ...NEWCOMER, servedAtMs: NOW } })[0]).toBe('starved');
  });

  it('twice the weight is twice the runs', () => {
    const runs = (workspaceId: string) =>
      Array.from({ length: 30 }, (_, n) => aRun({ runId: `${workspaceId}-${n}`, workspaceId }));
    const order = ids([...runs('one'), ...runs('two')], { one: NEWCOMER, two: { ...NEWCOMER, weight: 2 } });
    const first = order.slice(0, 30);
    expect(first.filter((id) => id.startsWith('two'))).toHaveLength(20);
  });

  it('a run that has to start now is lent a bounded part of the share, and nothing in advance', () => {
    const urgent = aRun({ runId: 'urgent', workspaceId: 'ahead', deadlineMs: NOW + HOUR });
    const patient = aRun({ runId: 'patient', workspaceId: 'behind', deadlineMs: NOW + 20 * HOUR });
    const aDay = (SUPPLY.gpus * DEFAULT_POLICY.shareHalfLifeMs) / 1000 / Math.LN2;
    const ahead = (part: number) => ({ ahead: { ...NEWCOMER, gpuSeconds: part * aDay } });
    expect(ids([urgent, patient], ahead(DEFAULT_POLICY.urgencyLoan - 0.01))[0]).toBe('urgent');
    expect(ids([urgent, patient], ahead(DEFAULT_POLICY.urgencyLoan + 0.01))[0]).toBe('patient');
    expect(ids([{ ...urgent, deadlineMs: NOW + 10 * HOUR }, patient], ahead(0.01))[0]).toBe('patient');
  });

  it('money counts as much as GPUs: the larger part decides', () => {
    const spender = { ...NEWCOMER, cloudCost: 200 };
    const computer = { ...NEWCOMER, gpuSeconds: 3600 };
    expect(shareOf(spender, SUPPLY, DEFAULT_POLICY)).toBeGreaterThan(shareOf(computer, SUPPLY, DEFAULT_POLICY));
    const queue = [aRun({ runId: 'spender', workspaceId: 'spender' }), aRun({ runId: 'computer', workspaceId: 'computer' })];
    expect(ids(queue, { spender, computer })).toEqual(['computer', 'spender']);
  });
});

it('the latest start leaves room for four runs of five', () => {
  const run = aRun({ deadlineMs: NOW + 5 * HOUR });
  expect(latestStartMs(run, DEFAULT_POLICY)).toBeCloseTo(NOW + 5 * HOUR - quantileMs(run.runtime, 0.8));
});

it('every run has one turn, whatever the queue is like, and the order does not hang on the order of the rows', () => {
  const rows = fc.array(
    fc.record({
      workspaceId: fc.constantFrom('a', 'b', 'c'),
      priority: fc.integer({ min: 0, max: 100 }),
      createdAtMs: fc.integer({ min: NOW - 50 * HOUR, max: NOW }),
      deadlineMs: fc.option(fc.integer({ min: NOW - HOUR, max: NOW + 50 * HOUR }), { nil: null }),
      gpuSeconds: fc.integer({ min: 0, max: 36_000 }),
    }),
    { maxLength: 40 },
  );
  const use = fc.record({ weight: fc.integer({ min: 1, max: 5 }), gpuSeconds: fc.integer({ min: 0, max: 1e6 }) });
  fc.assert(
    fc.property(rows, fc.dictionary(fc.constantFrom('a', 'b', 'c'), use), (given, uses) => {
      const queue = given.map((row, n) => aRun({ ...row, runId: `run-${n}` }));
      const workspaces = Object.fromEntries(Object.entries(uses).map(([id, change]) => [id, { ...NEWCOMER, ...change }]));
      const order = ids(queue, workspaces);
      expect([...order].sort()).toEqual(queue.map((run) => run.runId).sort());
      expect(ids([...queue].reverse(), workspaces)).toEqual(order);
    }),
  );
});
