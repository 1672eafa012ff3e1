import { DEFAULT_PLACEMENT, type PlacementPolicy } from '@stead/contracts/dispatcher';
import { estimateRun, type Outlook, type Wanted } from './estimate-run';
import { DEFAULT_POLICY } from './policy';
import type { ClusterState, QueuedRun, Snapshot } from './snapshot';

const NOW_MS = Date.parse('2026-03-01T12:00:00Z');
const MINUTE_MS = 60_000;
const POD = { resources: { 'nvidia.com/gpu': 1 }, nodeSelector: {}, tolerations: [], affinity: undefined };
const STEPS = ['reconstruct', 'tile'];
/** Ten minutes on a GPU, ten without one. */
const TIMES = { meanS: () => 600 };
const GPUS = { p: { reconstruct: 1 } };

const aRun = (change: Partial<QueuedRun> = {}): QueuedRun => ({
  ...{ runId: 'other', workspaceId: 'w', pipeline: 'p', entrypoint: 'photos', priority: 50, createdAtMs: NOW_MS - 1 },
  ...{ runtime: { medianMs: 20 * MINUTE_MS, sigma: 0 }, gpuSeconds: 600, placement: DEFAULT_PLACEMENT, deadlineMs: null },
  ...{ excludedUntilMs: {}, transferMs: {} },
  ...change,
});
const home = (free: number, change: Partial<ClusterState> = {}): ClusterState => ({
  ...{ name: 'onprem', kind: 'onprem', health: 'ok', swept: true, cordoned: false, silentForMs: null, pricePerGpuHour: 0.6 },
  ...{ bootMs: 0, bootP90Ms: 0, capacityAgeMs: 0, elasticSlots: 0, unproven: 0, trialsAllowed: null, remainingMs: [] },
  room: Array.from({ length: free }, () => ({ free: { 'nvidia.com/gpu': 1 }, labels: {}, taints: [] })),
  pipelines: { 'p/photos': { demand: [POD], slotsTotal: Math.max(1, free) } },
  gpusOfSteps: GPUS,
  ...change,
});
const cloud = (change: Partial<ClusterState> = {}): ClusterState =>
  home(0, {
    ...{ name: 'cloud', kind: 'cloud', pricePerGpuHour: 6, elasticSlots: 4, bootMs: 5 * MINUTE_MS, bootP90Ms: 10 * MINUTE_MS },
    ...change,
  });
const ask = (
  clusters: ClusterState[],
  {
    queue = [],
    cloudBudgetLeft = null,
    ...change
  }: Partial<Wanted> & { queue?: QueuedRun[]; cloudBudgetLeft?: number | null } = {},
): Outlook | null => {
  const { gpuSeconds: _, ...wanted } = aRun({ runId: 'mine', createdAtMs: NOW_MS, ...change });
  const mine = { weight: 1, gpuSeconds: 0, cloudCost: 0, servedAtMs: null, cloudBudgetLeft };
  const snapshot: Snapshot = { clusters, queue, workspaces: { w: mine }, isolated: false };
  return estimateRun(snapshot, wanted, STEPS, TIMES, DEFAULT_POLICY, NOW_MS);
};
const told = (outlook: Outlook | null): unknown[] =>
  (outlook?.places ?? []).map(({ cluster, reason, startInMs, cost }) => [
    cluster.name,
    reason,
    startInMs === null ? null : startInMs / MINUTE_MS,
    cost?.p50 ?? null,
  ]);

describe('what a run would take and cost', () => {
  it.each<[string, ClusterState[], Parameters<typeof ask>[1], unknown[], string]>([
    [
      'at home at once where there is room, in the cloud after a boot; GPUs alone cost',
      [home(1), cloud()],
      {},
      [
        ['onprem', 'has-room', 0, 0.1],
        ['cloud', 'room-after-boot', 5, 1],
      ],
      'onprem-has-room',
    ],
    [
      'after what runs there, where one’s own are full',
      [home(0, { remainingMs: [30 * MINUTE_MS] }), cloud()],
      {},
      [
        ['onprem', 'full', 30, 0.1],
        ['cloud', 'room-after-boot', 5, 1],
      ],
      'waiting-for-onprem',
    ],
    [
      'after those that wait already',
      [home(0, { remainingMs: [30 * MINUTE_MS] })],
      { queue: [aRun()] },
      [['onprem', 'full', 50, 0.1]],
      'no-capacity-anywhere',
    ],
    [
      'nobody can say when, where a cluster does not answer',
      [home(1, { health: 'open' }), cloud()],
      {},
      [
        ['onprem', 'silent', null, 0.1],
        ['cloud', 'room-after-boot', 5, 1],
      ],
      'onprem-silent',
    ],
    [
      'both sides also where the policy has chosen one',
      [home(1), cloud()],
      { placement: { kind: 'cloud-only' } },
      [
        ['onprem', 'has-room', 0, 0.1],
        ['cloud', 'room-after-boot', 5, 1],
      ],
      'policy-cloud-only',
    ],
    [
      'that the budget does not reach',
      [home(0, { remainingMs: [30 * MINUTE_MS] }), cloud()],
      { cloudBudgetLeft: 0.5 },
      [
        ['onprem', 'full', 30, 0.1],
        ['cloud', 'budget-exhausted', null, 1],
      ],
      'budget-exhausted',
    ],
    [
      'by the room of its like, where nobody has asked a cluster for its kind yet',
      [home(1)],
      { entrypoint: 'video' },
      [['onprem', 'has-room', 0, 0.1]],
      'onprem-has-room',
    ],
    [
      'no price where it is not known what the pipeline asks for',
      [home(1, { gpusOfSteps: {} })],
      {},
      [['onprem', 'has-room', 0, null]],
      'onprem-has-room',
    ],
  ])('says %s', (_name, clusters, change, want, reason) => {
    const outlook = ask(clusters, change);
    expect(told(outlook)).toEqual(want);
    expect(outlook?.plan.reason).toBe(reason);
  });

  it('gives a longer time and a higher price to the slowest of ten than to the middle one', () => {
    const [place] = ask([home(1)], { runtime: { medianMs: 20 * MINUTE_MS, sigma: 0.5 } })?.places ?? [];
    expect(place?.doneInMs?.p50).toBe(20 * MINUTE_MS);
    expect(place?.doneInMs?.p90).toBeGreaterThan(1.5 * 20 * MINUTE_MS);
    expect(place?.cost?.p90).toBeGreaterThan(1.5 * (place?.cost?.p50 ?? Infinity));
  });

  it.each<PlacementPolicy>([DEFAULT_PLACEMENT, { kind: 'onprem-only' }, { kind: 'burst-when-full' }])(
    'leaves the queue as it was, whatever the policy ($kind)',
    (placement) => {
      const queue = [aRun()];
      const before = JSON.stringify(queue);
      ask([home(1), cloud()], { queue, placement });
      expect(JSON.stringify(queue)).toBe(before);
    },
  );
});
