import fc from 'fast-check';
import { DEFAULT_PLACEMENT, type Forecast, type WhatIfChange } from '@stead/contracts/dispatcher';
import { foresee, type Beginning } from './foresee';
import { DEFAULT_POLICY } from './policy';
import type { ClusterState, QueuedRun } from './snapshot';

const NOW_MS = Date.parse('2026-03-01T12:00:00Z');
const MINUTE_MS = 60_000;
const POD = { resources: { 'nvidia.com/gpu': 1 }, nodeSelector: {}, tolerations: [], affinity: undefined };

const aRun = (change: Partial<QueuedRun> = {}): QueuedRun => ({
  ...{ runId: 'r', workspaceId: 'w', pipeline: 'p', entrypoint: 'photos', priority: 50, createdAtMs: NOW_MS, deadlineMs: null },
  ...{ runtime: { medianMs: 10 * MINUTE_MS, sigma: 0 }, gpuSeconds: 600, placement: DEFAULT_PLACEMENT },
  ...{ excludedUntilMs: {}, transferMs: {} },
  ...change,
});
const runs = (count: number, change: Partial<QueuedRun> = {}): QueuedRun[] =>
  Array.from({ length: count }, (_, i) => aRun({ runId: `r${i}`, ...change }));
const home = (free: number, change: Partial<ClusterState> = {}): ClusterState => ({
  ...{ name: 'onprem', kind: 'onprem', health: 'ok', swept: true, cordoned: false, silentForMs: null, pricePerGpuHour: 0.6 },
  ...{ bootMs: 0, bootP90Ms: 0, capacityAgeMs: 0, elasticSlots: 0, unproven: 0, trialsAllowed: null, remainingMs: [] },
  room: Array.from({ length: free }, () => ({ free: { 'nvidia.com/gpu': 1 }, labels: {}, taints: [] })),
  pipelines: { 'p/photos': { demand: [POD], slotsTotal: free } },
  ...change,
});
const cloud = (change: Partial<ClusterState> = {}): ClusterState =>
  home(0, {
    name: 'cloud',
    kind: 'cloud',
    pricePerGpuHour: 6,
    elasticSlots: 4,
    bootMs: 5 * MINUTE_MS,
    bootP90Ms: 10 * MINUTE_MS,
    ...change,
  });
const ask = (clusters: ClusterState[], queue: QueuedRun[], change: WhatIfChange): { before: Forecast; after: Forecast } => {
  const live: Beginning = {
    atMs: NOW_MS,
    policy: DEFAULT_POLICY,
    snapshot: { clusters, queue, workspaces: {}, isolated: false },
  };
  return foresee(live, change);
};

describe('what would be', () => {
  it('is the same twice when nothing that matters is changed', () => {
    const { before, after } = ask([home(2)], runs(6), { policy: DEFAULT_PLACEMENT });
    expect(after).toEqual(before);
    // Two at a time, ten minutes each.
    expect(before).toMatchObject({
      runs: 6,
      stuck: 0,
      late: 0,
      makespanS: 1_800,
      maxWaitS: 1_200,
      meanWaitS: 600,
      onpremCost: 0.6,
    });
  });

  it('more GPUs at home halve the time', () => {
    const { before, after } = ask([home(2)], runs(8), { addGpus: { cluster: 'onprem', count: 2 } });
    expect([before.makespanS, after.makespanS]).toEqual([2_400, 1_200]);
  });

  it('a cluster that is drained finishes what it has and takes nothing; what must stay at home never begins', () => {
    const own = home(0, { remainingMs: [20 * MINUTE_MS] });
    const { before, after } = ask([own, cloud()], runs(2, { placement: { kind: 'onprem-only' } }), { drainCluster: 'onprem' });
    expect(before).toMatchObject({ stuck: 0, maxWaitS: 1_800 });
    expect(after).toMatchObject({ stuck: 2, cloudRuns: 0 });
  });

  it('a cluster that is lost has its work done again elsewhere, for money', () => {
    const own = home(1, { remainingMs: [10 * MINUTE_MS] });
    const { before, after } = ask([own, cloud()], runs(1), { loseCluster: 'onprem' });
    expect(before).toMatchObject({ runs: 1, cloudRuns: 0, cloudCost: 0 });
    // The one that waits, and the one that had ten minutes left and is taken for twenty.
    expect(after).toMatchObject({ runs: 2, cloudRuns: 2, cloudCost: 3, onpremCost: 0, makespanS: 300 + 1_200 });
  });

  it('another policy buys time', () => {
    const own = home(0, { remainingMs: [60 * MINUTE_MS] });
    const { before, after } = ask([own, cloud()], runs(4, { placement: { kind: 'onprem-only' } }), {
      policy: { kind: 'burst-when-full' },
    });
    expect(before.cloudCost).toBe(0);
    expect(after).toMatchObject({ cloudRuns: 4, cloudCost: 4, makespanS: 3_600, meanWaitS: 300 });
  });

  it('a deadline that is missed is counted as late', () => {
    const { before } = ask([home(1)], runs(3, { deadlineMs: NOW_MS + 15 * MINUTE_MS }), { policy: { kind: 'onprem-only' } });
    expect(before.late).toBe(2);
  });

  it('ends, and loses no run, whatever it is asked', () => {
    const anyCluster = fc.record({
      free: fc.integer({ min: 0, max: 3 }),
      busy: fc.array(fc.integer({ min: 0, max: 90 }), { maxLength: 3 }),
    });
    const anyChange = fc.constantFrom<WhatIfChange>(
      { drainCluster: 'onprem' },
      { loseCluster: 'onprem' },
      { loseCluster: 'cloud' },
      { addGpus: { cluster: 'cloud', count: 3 } },
      { policy: { kind: 'timeout', afterS: 600 } },
      { policy: { kind: 'cloud-only' } },
    );
    fc.assert(
      fc.property(
        anyCluster,
        fc.array(fc.integer({ min: 1, max: 120 }), { maxLength: 8 }),
        anyChange,
        ({ free, busy }, minutes, change) => {
          const own = home(free, { remainingMs: busy.map((minute) => minute * MINUTE_MS) });
          const queue = minutes.map((minute, i) =>
            aRun({ runId: `r${i}`, runtime: { medianMs: minute * MINUTE_MS, sigma: 0.3 } }),
          );
          const { before, after } = ask([own, cloud()], queue, change);
          for (const forecast of [before, after]) {
            expect(forecast.stuck).toBeGreaterThanOrEqual(0);
            expect(forecast.runs).toBeGreaterThanOrEqual(queue.length);
            expect(forecast.maxWaitS).toBeGreaterThanOrEqual(forecast.meanWaitS);
            expect(Number.isFinite(forecast.makespanS)).toBe(true);
          }
          // A cloud that takes whatever home cannot leaves nobody behind.
          expect(before.stuck).toBe(0);
        },
      ),
      { numRuns: 60 },
    );
  });
});
