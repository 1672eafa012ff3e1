import fc from 'fast-check';
import { DEFAULT_PLACEMENT } from '@stead/contracts/dispatcher';
import { expectedStarts } from './expected-starts';
import { DEFAULT_POLICY } from './policy';
import type { ClusterState, QueuedRun, Snapshot } from './snapshot';

const NOW_MS = Date.parse('2026-03-01T12:00:00Z');
const MINUTE_MS = 60_000;

const aRun = (change: Partial<QueuedRun>): QueuedRun => ({
  ...{ runId: 'r', workspaceId: 'w', pipeline: 'p', entrypoint: 'photos', priority: 50, createdAtMs: NOW_MS, deadlineMs: null },
  ...{ runtime: { medianMs: 10 * MINUTE_MS, sigma: 0 }, gpuSeconds: 600, placement: DEFAULT_PLACEMENT },
  ...{ excludedUntilMs: {}, transferMs: {} },
  ...change,
});
const aCluster = (change: Partial<ClusterState>): ClusterState => ({
  ...{ name: 'onprem', kind: 'onprem', health: 'ok', swept: true, cordoned: false, silentForMs: null, pricePerGpuHour: 1 },
  ...{ bootMs: 0, bootP90Ms: 0, room: [], capacityAgeMs: 0, elasticSlots: 0, unproven: 0, trialsAllowed: null },
  ...{ pipelines: { 'p/photos': { demand: [], slotsTotal: 2 } }, remainingMs: [] },
  ...change,
});
const starts = (clusters: ClusterState[], queue: QueuedRun[]): Record<string, number> => {
  const snapshot: Snapshot = { clusters, queue, workspaces: {}, isolated: false };
  const found = expectedStarts(snapshot, DEFAULT_POLICY, NOW_MS);
  return Object.fromEntries([...found].map(([id, atMs]) => [id, (atMs - NOW_MS) / MINUTE_MS]));
};

describe('when queued runs are expected to begin', () => {
  it.each<[string, ClusterState[], QueuedRun[], Record<string, number>]>([
    ['at once where a slot is free', [aCluster({})], [aRun({ runId: 'a' })], { a: 0 }],
    [
      'when the next attempt ends, and then one after the other',
      [aCluster({ remainingMs: [3 * MINUTE_MS, 8 * MINUTE_MS] })],
      [aRun({ runId: 'a' }), aRun({ runId: 'b' }), aRun({ runId: 'c' })],
      { a: 3, b: 8, c: 13 },
    ],
    [
      'the more important first',
      [aCluster({ remainingMs: [3 * MINUTE_MS, 8 * MINUTE_MS] })],
      [aRun({ runId: 'a', priority: 10 }), aRun({ runId: 'b', priority: 90 })],
      { b: 3, a: 8 },
    ],
    ['never on what is silent or closed', [aCluster({ cordoned: true }), aCluster({ health: 'open' })], [aRun({})], {}],
    ['not for runs that never come home', [aCluster({})], [aRun({ placement: { kind: 'cloud-only' } })], {}],
    ['not on the cloud', [aCluster({ kind: 'cloud' })], [aRun({})], {}],
  ])('%s', (_name, clusters, queue, want) => {
    expect(starts(clusters, queue)).toEqual(want);
  });

  it('never puts more runs side by side than there are slots', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 6 }),
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 20 }),
        (remaining, slotsTotal, minutes) => {
          const cluster = aCluster({
            pipelines: { 'p/photos': { demand: [], slotsTotal } },
            remainingMs: remaining.map((minute) => minute * MINUTE_MS),
          });
          const queue = minutes.map((minute, i) =>
            aRun({ runId: String(i), runtime: { medianMs: minute * MINUTE_MS, sigma: 0 } }),
          );
          const spans = Object.entries(starts([cluster], queue)).map(([id, from]) => ({
            from,
            to: from + (minutes[Number(id)] ?? 0),
          }));
          for (const { from } of spans) {
            const at = spans.filter((span) => span.from <= from && from < span.to).length;
            expect(at).toBeLessThanOrEqual(slotsTotal);
          }
        },
      ),
    );
  });
});
