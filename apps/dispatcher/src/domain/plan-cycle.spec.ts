import fc from 'fast-check';
import { DEFAULT_PLACEMENT, type ClusterHealth, type PlacementPolicy } from '@stead/contracts/dispatcher';
import { planCycle, type Decision } from './plan-cycle';
import { DEFAULT_POLICY } from './policy';
import { openNode, podsOf } from '../testing/pods';
import type { FreeNode } from './room';
import type { ClusterState, QueuedRun, Snapshot, WorkspaceState } from './snapshot';

const NOW = 1_800_000_000_000;
const MINUTE = 60_000;
const DEMAND = podsOf({ cpu: 2, 'nvidia.com/gpu': 1, pods: 1 });

function aRun(change: Partial<QueuedRun> = {}): QueuedRun {
  return {
    ...{
      runId: 'run-1',
      workspaceId: 'ws-1',
      pipeline: 'maps',
      entrypoint: 'photos',
      priority: 50,
      createdAtMs: NOW - 1000,
      deadlineMs: null,
    },
    ...{ runtime: { medianMs: 10 * MINUTE, sigma: 0.3 }, gpuSeconds: 600, placement: DEFAULT_PLACEMENT },
    ...{ excludedUntilMs: {}, transferMs: {} },
    ...change,
  };
}

function gpus(...free: number[]): FreeNode[] {
  return free.map((count) => openNode({ cpu: 64, pods: 110, 'nvidia.com/gpu': count }));
}

function aCluster(change: Partial<ClusterState> = {}): ClusterState {
  return {
    ...{ name: 'onprem', kind: 'onprem', health: 'ok', swept: true, silentForMs: null, pricePerGpuHour: 0.3 },
    ...{ cordoned: false, trialsAllowed: null, bootMs: 0, bootP90Ms: 0 },
    ...{ room: gpus(4), capacityAgeMs: 500, elasticSlots: 0, pipelines: { 'maps/photos': { demand: DEMAND, slotsTotal: 4 } } },
    ...{ remainingMs: [], unproven: 0 },
    ...change,
  };
}

const BOOT = { bootMs: 4 * MINUTE, bootP90Ms: 6 * MINUTE };
const aCloud = (change: Partial<ClusterState> = {}): ClusterState =>
  aCluster({ name: 'cloud', kind: 'cloud', pricePerGpuHour: 3, ...BOOT, room: gpus(), elasticSlots: 4, ...change });

function plan(change: Partial<Snapshot>): Decision[] {
  const snapshot = { clusters: [aCluster(), aCloud()], queue: [aRun()], workspaces: {}, isolated: false, ...change };
  return planCycle(snapshot, DEFAULT_POLICY, NOW);
}

const full = (...remainingMs: number[]): Partial<ClusterState> => ({ room: gpus(0), remainingMs });

describe('where a run goes, and why', () => {
  const cases: [name: string, given: Partial<Snapshot>, want: { kind: string; reason: string; cluster?: string }][] = [
    ['own GPUs have room', {}, { kind: 'place', cluster: 'onprem', reason: 'onprem-has-room' }],
    [
      'own GPUs have room although the cloud is free of charge',
      { clusters: [aCloud({ pricePerGpuHour: 0, room: gpus(8), bootMs: 0, bootP90Ms: 0 }), aCluster()] },
      { kind: 'place', cluster: 'onprem', reason: 'onprem-has-room' },
    ],
    [
      'the own cluster does not answer',
      { clusters: [aCluster({ health: 'open', silentForMs: 12_000 }), aCloud()] },
      { kind: 'place', cluster: 'cloud', reason: 'onprem-silent' },
    ],
    [
      'the own cluster missed two probes',
      { clusters: [aCluster({ health: 'suspect' }), aCloud()] },
      { kind: 'wait', reason: 'onprem-suspect' },
    ],
    [
      'the own cluster has been suspected for so long that waiting for it is no use',
      { clusters: [aCluster({ health: 'suspect', silentForMs: 6_000 }), aCloud()] },
      { kind: 'place', cluster: 'cloud', reason: 'onprem-silent' },
    ],
    [
      'the clusters have not been looked at yet',
      { clusters: [aCluster({ health: 'unknown' }), aCloud()] },
      { kind: 'wait', reason: 'clusters-not-known-yet' },
    ],
    [
      'the own cluster refuses our credentials',
      { clusters: [aCluster({ health: 'misconfigured' }), aCloud()] },
      { kind: 'place', cluster: 'cloud', reason: 'onprem-misconfigured' },
    ],
    [
      'the own cluster lacks the pipeline',
      { clusters: [aCluster({ pipelines: { 'maps/photos': null } }), aCloud()] },
      { kind: 'place', cluster: 'cloud', reason: 'onprem-misconfigured' },
    ],
    ['there is no own cluster', { clusters: [aCloud()] }, { kind: 'place', cluster: 'cloud', reason: 'no-onprem-configured' }],
    ['there is no cluster', { clusters: [] }, { kind: 'wait', reason: 'no-cluster-configured' }],
    [
      'own GPUs are full for a short while',
      { clusters: [aCluster(full(2 * MINUTE)), aCloud()] },
      { kind: 'wait', reason: 'waiting-for-onprem' },
    ],
    [
      'own GPUs are full for longer than the cloud is worth',
      { clusters: [aCluster(full(40 * MINUTE, 50 * MINUTE)), aCloud()] },
      { kind: 'place', cluster: 'cloud', reason: 'onprem-full-cloud-cheaper-than-waiting' },
    ],
    [
      'own GPUs are full and the deadline would be missed',
      {
        clusters: [aCluster(full(5 * MINUTE)), aCloud({ bootMs: 3 * MINUTE, bootP90Ms: 4 * MINUTE })],
        queue: [aRun({ deadlineMs: NOW + 19 * MINUTE })],
      },
      { kind: 'place', cluster: 'cloud', reason: 'onprem-full-deadline' },
    ],
    [
      'own GPUs are full for hours and the deadline can still be met if it leaves later',
      { clusters: [aCluster(full(300 * MINUTE)), aCloud()], queue: [aRun({ deadlineMs: NOW + 60 * MINUTE })] },
      { kind: 'wait', reason: 'waiting-for-onprem' },
    ],
    [
      'own GPUs are full for longer than any cloud could save the deadline, and waiting is dear',
      { clusters: [aCluster(full(300 * MINUTE)), aCloud()], queue: [aRun({ deadlineMs: NOW + 5 * MINUTE })] },
      { kind: 'place', cluster: 'cloud', reason: 'onprem-full-cloud-cheaper-than-waiting' },
    ],
    [
      'the deadline would be missed in the cloud even later',
      { clusters: [aCluster(full(2 * MINUTE)), aCloud()], queue: [aRun({ deadlineMs: NOW + 5 * MINUTE })] },
      { kind: 'wait', reason: 'waiting-for-onprem' },
    ],
    [
      'own GPUs are full and the cloud is at its limit',
      { clusters: [aCluster(full(30 * MINUTE)), aCloud({ elasticSlots: 0 })] },
      { kind: 'wait', reason: 'no-capacity-anywhere' },
    ],
    [
      'nobody answers but the object store',
      { clusters: [aCluster({ health: 'open' }), aCloud({ health: 'open' })] },
      { kind: 'wait', reason: 'every-cluster-silent' },
    ],
    ['nobody answers at all', { isolated: true }, { kind: 'wait', reason: 'everything-silent' }],
    [
      'the only cluster refused it a moment ago',
      { clusters: [aCluster()], queue: [aRun({ excludedUntilMs: { onprem: NOW + MINUTE } })] },
      { kind: 'wait', reason: 'cluster-excluded-after-rejection' },
    ],
    [
      'the own cluster refused it a moment ago and the cloud has room',
      { queue: [aRun({ excludedUntilMs: { onprem: NOW + MINUTE } })] },
      { kind: 'place', cluster: 'cloud', reason: 'onprem-excluded-after-rejection' },
    ],
    [
      'an exclusion that is over',
      { queue: [aRun({ excludedUntilMs: { onprem: NOW - 1 } })] },
      { kind: 'place', cluster: 'onprem', reason: 'onprem-has-room' },
    ],
    [
      'no node of the own cluster could ever hold it',
      { clusters: [aCluster({ room: gpus(0), pipelines: { 'maps/photos': { demand: DEMAND, slotsTotal: 0 } } }), aCloud()] },
      { kind: 'place', cluster: 'cloud', reason: 'onprem-no-fitting-node' },
    ],
    [
      'two nodes with half of what it needs each',
      {
        clusters: [
          aCluster({
            room: gpus(1, 1),
            pipelines: { 'maps/photos': { demand: podsOf({ cpu: 2, 'nvidia.com/gpu': 2, pods: 1 }), slotsTotal: 1 } },
            remainingMs: [MINUTE],
          }),
        ],
      },
      { kind: 'wait', reason: 'no-capacity-anywhere' },
    ],
    [
      'the own cluster came back a moment ago',
      { clusters: [aCluster({ health: 'half-open' }), aCloud()] },
      { kind: 'place', cluster: 'onprem', reason: 'onprem-canary' },
    ],
    [
      'the own cluster came back and its trial run has shown nothing yet',
      { clusters: [aCluster({ health: 'half-open', unproven: 1, remainingMs: [2 * MINUTE] }), aCloud()] },
      { kind: 'wait', reason: 'waiting-for-onprem' },
    ],
    [
      'the own cluster came back and has proved itself once',
      { clusters: [aCluster({ health: 'half-open', unproven: 1, trialsAllowed: 2, remainingMs: [2 * MINUTE] }), aCloud()] },
      { kind: 'place', cluster: 'onprem', reason: 'onprem-canary' },
    ],
    [
      'the own cluster came back and as many runs are on trial as may be',
      { clusters: [aCluster({ health: 'half-open', unproven: 2, trialsAllowed: 2, remainingMs: [2 * MINUTE] }), aCloud()] },
      { kind: 'wait', reason: 'waiting-for-onprem' },
    ],
    [
      'the own cluster answers and could do no work',
      { clusters: [aCluster({ health: 'degraded', trialsAllowed: 0 }), aCloud()] },
      { kind: 'place', cluster: 'cloud', reason: 'onprem-degraded' },
    ],
    [
      'the own cluster has a store of its own that does not answer',
      { clusters: [aCluster({ storeSilent: true }), aCloud()] },
      { kind: 'place', cluster: 'cloud', reason: 'onprem-store-silent' },
    ],
    [
      'the store of the cloud does not answer',
      { clusters: [aCluster({ room: gpus(0), remainingMs: [50 * 60 * MINUTE] }), aCloud({ storeSilent: true })] },
      { kind: 'wait', reason: 'no-capacity-anywhere' },
    ],
    [
      'the own cluster came back and is not swept yet',
      { clusters: [aCluster({ health: 'half-open', swept: false, remainingMs: [2 * MINUTE] }), aCloud()] },
      { kind: 'wait', reason: 'waiting-for-onprem' },
    ],
    [
      'figures of the own cluster are old',
      { clusters: [aCluster({ capacityAgeMs: 60_000 }), aCloud()] },
      { kind: 'place', cluster: 'onprem', reason: 'onprem-canary' },
    ],
  ];

  it.each(cases)('%s', (_name, given, want) => {
    expect(plan(given)[0]).toMatchObject(want);
  });

  it('names what it thought of every cluster', () => {
    const [decision] = plan({ clusters: [aCluster({ health: 'open', silentForMs: 12_000 }), aCloud()] });
    expect(decision?.verdicts).toEqual([
      { cluster: 'onprem', reason: 'silent', inputs: { silentForMs: 12_000 } },
      { cluster: 'cloud', reason: 'room-after-boot', inputs: { elasticSlots: 4, bootMs: 4 * MINUTE } },
    ]);
  });

  it('prefers a cloud node that is there to one of nearly the same price that has to boot', () => {
    const clusters = [
      aCluster({ health: 'open' }),
      aCloud({ name: 'cheap', pricePerGpuHour: 2.9 }),
      aCloud({ name: 'warm', room: gpus(1) }),
    ];
    expect(plan({ clusters })[0]).toMatchObject({ cluster: 'warm' });
  });

  it('counts the wait of a run after those that wait before it', () => {
    const queue = [1, 2, 3, 4].map((n) => aRun({ runId: `run-${n}`, createdAtMs: NOW - 10_000 + n }));
    const decisions = plan({ clusters: [aCluster(full(MINUTE)), aCloud()], queue });
    const waits = decisions.map(({ inputs }) => Number(inputs['waitMs'] ?? NaN) / MINUTE);
    expect(decisions.map(({ kind }) => kind)).toEqual(['wait', 'wait', 'wait', 'place']);
    expect(waits.map(Math.round)).toEqual([1, 11, 22, 32]);
  });

  it('sends some of the runs that have to leave together while a small cloud still has room', () => {
    const queue = [1, 2, 3].map((n) => aRun({ runId: `run-${n}`, deadlineMs: NOW + (120 + n) * MINUTE }));
    const given = (elasticSlots: number) => plan({ clusters: [aCluster(full(900 * MINUTE)), aCloud({ elasticSlots })], queue });
    expect(given(3).map(({ kind }) => kind)).toEqual(['wait', 'wait', 'wait']);
    expect(given(2)[0]).toMatchObject({ cluster: 'cloud', reason: 'onprem-full-cloud-filling' });
    expect(given(2)[0]?.verdicts.map(({ cluster }) => cluster)).toEqual(['onprem', 'cloud']);
    expect(given(2).map(({ kind }) => kind)).toEqual(['place', 'wait', 'wait']);
    expect(given(0).map(({ kind }) => kind)).toEqual(['wait', 'wait', 'wait']);
  });

  it('takes workspaces in turns within a class of priority, and whoever has used less first', () => {
    const queue = [
      ...[1, 2, 3].map((n) => aRun({ runId: `flood-${n}`, workspaceId: 'flood', createdAtMs: NOW - 9000 + n })),
      aRun({ runId: 'small', workspaceId: 'small', createdAtMs: NOW - 10 }),
      aRun({ runId: 'urgent', workspaceId: 'flood', priority: 90, createdAtMs: NOW }),
    ];
    expect(plan({ queue }).map((decision) => decision.runId)).toEqual(['urgent', 'small', 'flood-1', 'flood-2', 'flood-3']);
    const first = plan({ queue, workspaces: { small: aWorkspace({ gpuSeconds: 36_000 }) } }).map(({ runId }) => runId);
    expect(first.slice(0, 2)).toEqual(['urgent', 'flood-1']);
  });
});

const aWorkspace = (change: Partial<WorkspaceState> = {}): WorkspaceState => ({
  ...{ weight: 1, gpuSeconds: 0, cloudCost: 0, servedAtMs: null, cloudBudgetLeft: null },
  ...change,
});

describe('placement policies', () => {
  const busy = [aCluster(full(2 * MINUTE)), aCloud()];
  const gone = [aCluster({ health: 'open' }), aCloud()];
  const withPolicy = (placement: PlacementPolicy, clusters: ClusterState[], change: Partial<QueuedRun> = {}) =>
    plan({ clusters, queue: [aRun({ placement, ...change })] })[0];
  const timeout: PlacementPolicy = { kind: 'timeout', afterS: 300 };

  it.each<[string, PlacementPolicy, ClusterState[], Partial<QueuedRun>, object]>([
    ['burst-when-full, with room', { kind: 'burst-when-full' }, [aCluster(), aCloud()], {}, { cluster: 'onprem' }],
    ['burst-when-full, full', { kind: 'burst-when-full' }, busy, {}, { cluster: 'cloud', reason: 'onprem-full-burst' }],
    ['timeout, before it', timeout, busy, {}, { kind: 'wait', reason: 'waiting-for-onprem' }],
    ['timeout, after it', timeout, busy, { createdAtMs: NOW - 5 * MINUTE }, { cluster: 'cloud', reason: 'onprem-full-timeout' }],
    ['cloud-only, with room at home', { kind: 'cloud-only' }, [aCluster(), aCloud()], {}, { reason: 'policy-cloud-only' }],
    ['cloud-only, at its limit', { kind: 'cloud-only' }, [aCluster(), aCloud({ elasticSlots: 0 })], {}, { kind: 'wait' }],
    ['cloud-only, without a cloud', { kind: 'cloud-only' }, [aCluster()], {}, { reason: 'no-cluster-configured' }],
    ['onprem-only, full', { kind: 'onprem-only' }, busy, {}, { kind: 'wait', reason: 'waiting-for-onprem' }],
    ['onprem-only, silent', { kind: 'onprem-only' }, gone, {}, { kind: 'wait', reason: 'every-cluster-silent' }],
    ['any other, silent', timeout, gone, {}, { cluster: 'cloud', reason: 'onprem-silent' }],
  ])('%s', (_name, placement, clusters, change, want) => {
    expect(withPolicy(placement, clusters, change)).toMatchObject(want);
  });

  it('never spends more than is left of a budget, and says so', () => {
    const queue = [1, 2, 3].map((n) => aRun({ runId: `run-${n}`, placement: { kind: 'cloud-only' } }));
    const workspaces = { 'ws-1': aWorkspace({ cloudBudgetLeft: 1.7 }) };
    const decisions = plan({ clusters: [aCloud()], queue, workspaces });
    expect(decisions.map(({ kind, reason }) => `${kind} ${reason}`)).toEqual([
      'place policy-cloud-only',
      'place policy-cloud-only',
      'wait budget-exhausted',
    ]);
    const reserved = decisions.reduce((sum, decision) => sum + (decision.kind === 'place' ? (decision.reserve ?? 0) : 0), 0);
    expect(reserved).toBeGreaterThan(1);
    expect(reserved).toBeLessThanOrEqual(1.7);
  });

  it('prefers the own cluster that has the inputs already', () => {
    const clusters = [aCluster({ name: 'far' }), aCluster({ name: 'near' })];
    const queue = [aRun({ transferMs: { far: 10 * MINUTE } })];
    expect(plan({ clusters, queue })[0]).toMatchObject({ cluster: 'near' });
  });
});

describe('whatever the clusters and the queue are like', () => {
  const health = fc.constantFrom<ClusterHealth>('ok', 'suspect', 'degraded', 'open', 'half-open', 'misconfigured', 'unknown');
  const clusterArbitrary = (name: string, kind: 'onprem' | 'cloud') =>
    fc
      .record({
        health,
        free: fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 3 }),
        trialsAllowed: fc.constantFrom(null, 1, 4),
        cordoned: fc.boolean(),
        elasticSlots: fc.integer({ min: 0, max: kind === 'cloud' ? 3 : 0 }),
        capacityAgeMs: fc.constantFrom(0, 5_000, 60_000, null),
        remaining: fc.array(fc.integer({ min: 0, max: 100 * MINUTE }), { maxLength: 5 }),
        unproven: fc.integer({ min: 0, max: 2 }),
      })
      .map(({ free, remaining, ...rest }) => ({
        cluster: aCluster({ ...rest, name, kind, room: gpus(...free), remainingMs: remaining }),
        free,
      }));
  const queue = fc.array(
    fc.record({
      workspace: fc.integer({ min: 1, max: 3 }),
      priority: fc.integer({ min: 0, max: 100 }),
      deadlineMs: fc.option(fc.integer({ min: NOW - MINUTE, max: NOW + 100 * MINUTE }), { nil: null }),
    }),
    { maxLength: 20 },
  );

  it('gives each run exactly one decision, promises no more than there is, and uses nothing that is silent', () => {
    fc.assert(
      fc.property(clusterArbitrary('onprem', 'onprem'), clusterArbitrary('cloud', 'cloud'), queue, (home, away, rows) => {
        const runs = rows.map(({ workspace, ...row }, n) => aRun({ ...row, runId: `run-${n}`, workspaceId: `ws-${workspace}` }));
        const decisions = plan({ clusters: [home.cluster, away.cluster], queue: runs });
        expect(decisions.map((decision) => decision.runId).sort()).toEqual(runs.map((run) => run.runId).sort());
        for (const { cluster, free } of [home, away]) {
          const placed = decisions.filter((decision) => decision.kind === 'place' && decision.cluster === cluster.name).length;
          const fresh = (cluster.capacityAgeMs ?? Infinity) <= DEFAULT_POLICY.capacityStaleMs;
          const room = free.reduce((sum, count) => sum + count, 0) + cluster.elasticSlots;
          const allowed = cluster.trialsAllowed ?? (cluster.health === 'half-open' ? 1 : Infinity);
          const trials = Math.max(0, allowed - cluster.unproven);
          const usable = !cluster.cordoned && (cluster.health === 'ok' || cluster.health === 'half-open');
          const bound = !usable ? 0 : fresh ? Math.min(room, trials) : Math.min(1, trials);
          expect(placed).toBeLessThanOrEqual(bound);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('leaves no run waiting for the own GPUs while they have room', () => {
    fc.assert(
      fc.property(clusterArbitrary('cloud', 'cloud'), queue, fc.integer({ min: 0, max: 6 }), (away, rows, slots) => {
        const runs = rows.map((row, n) => aRun({ priority: row.priority, runId: `run-${n}` }));
        const decisions = plan({ clusters: [aCluster({ room: gpus(slots), remainingMs: [MINUTE] }), away.cluster], queue: runs });
        const home = decisions.filter((decision) => decision.kind === 'place' && decision.cluster === 'onprem');
        expect(home).toHaveLength(Math.min(slots, runs.length));
      }),
    );
  });

  it('decides the same for the same snapshot, in whatever order and after it was written down', () => {
    fc.assert(
      fc.property(clusterArbitrary('onprem', 'onprem'), clusterArbitrary('cloud', 'cloud'), queue, (home, away, rows) => {
        const runs = rows.map((row, n) => aRun({ priority: row.priority, runId: `run-${n}` }));
        const given = { clusters: [home.cluster, away.cluster], queue: runs };
        expect(plan(given)).toEqual(plan({ ...given, queue: [...runs].reverse() }));
        expect(plan(JSON.parse(JSON.stringify(given)) as typeof given)).toEqual(plan(given));
      }),
    );
  });
});
