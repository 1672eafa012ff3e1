import fc from 'fast-check';
import { bootingNodes, launchableNodes, newSupply, type NodeShape, type Resources } from '@stead/platform/capacity';
import { nodeClaimSchema, nodePoolSchema, type NodeClaim } from '@stead/platform/kube';
import { openNode, podsOf } from '../testing/pods';
import { bootGroupOf, grouped, readyInMs, slotsAfterBoot, soonestFirst, type BootGroup } from './boot-room';
import { afterClaims, type FreeNode } from './room';

const GPU = 'nvidia.com/gpu';
const PRIOR = 240_000;
const SUPPLY = newSupply({ holdMs: 1, holdMaxMs: 1 });

const aGroup = (free: Resources, change: Partial<BootGroup> = {}): BootGroup => ({
  ...openNode(free),
  ...{ pool: 'gpu', nodes: 1, readyInMs: 240_000, readyP90Ms: 480_000, booting: false },
  ...change,
});

describe('room that has to boot', () => {
  it('is for the runs that have no room now', () => {
    const room = [openNode({ [GPU]: 1 })];
    expect(slotsAfterBoot(room, [aGroup({ [GPU]: 2 }, { nodes: 3 })], podsOf({ [GPU]: 1 }), 100)).toBe(6);
    expect(slotsAfterBoot(room, [], podsOf({ [GPU]: 1 }), 100)).toBe(0);
    // One pod of the run goes where there is room, the other one waits for a machine.
    expect(slotsAfterBoot(room, [aGroup({ [GPU]: 1 })], podsOf({ [GPU]: 1 }, { [GPU]: 1 }), 100)).toBe(1);
  });

  it('is there when the last machine is that the run needs', () => {
    const soon = aGroup({ [GPU]: 1 }, { readyInMs: 20_000, readyP90Ms: 90_000, booting: true });
    const later = aGroup({ [GPU]: 1 }, { nodes: 5 });
    expect(readyInMs([], [later, soon], podsOf({ [GPU]: 1 }))).toEqual({ p50: 20_000, p90: 90_000 });
    expect(readyInMs([], [later, soon], podsOf({ [GPU]: 1 }, { [GPU]: 1 }))).toEqual({ p50: 240_000, p90: 480_000 });
    expect(readyInMs([], [later, soon], podsOf({ [GPU]: 2 }))).toBeNull();
    expect(readyInMs([openNode({ [GPU]: 1 })], [soon], podsOf({ [GPU]: 1 }))).toEqual({ p50: 0, p90: 0 });
  });

  it('of a machine on its way takes what is left of its boot', () => {
    const samples = [60, 70, 80, 90, 100].map((s, i) => ({ claim: `c${i}`, bootMs: s * 1000 }));
    const node = {
      pool: 'gpu',
      claim: 'c',
      ageMs: 65_000,
      ...openNode({}),
      undecided: { requirements: [], open: [] },
      shapeFrom: 'claim' as const,
    };
    expect(bootGroupOf(node, openNode({}), samples, PRIOR)).toMatchObject({
      booting: true,
      readyInMs: 15_000,
      readyP90Ms: 35_000,
    });
    expect(bootGroupOf({ ...node, claim: null }, openNode({}), samples, PRIOR)).toMatchObject({
      booting: false,
      readyInMs: 80_000,
    });
  });

  it('is written down once for machines that are alike', () => {
    const groups = [aGroup({ [GPU]: 1 }), aGroup({ [GPU]: 1 }), aGroup({ [GPU]: 2 }), aGroup({ [GPU]: 1 })];
    expect(grouped(groups).map(({ nodes }) => nodes)).toEqual([2, 1, 1]);
    expect(soonestFirst(grouped(groups))).toHaveLength(4);
  });

  it('is as much as Karpenter would make of the same pods: what is free, what boots, and machines within the limits', () => {
    const amounts = fc.record({ cpu: fc.integer({ min: 1, max: 8 }), [GPU]: fc.nat(2) });
    const world = fc.record({
      each: amounts,
      limits: fc.record({ cpu: fc.nat(40), [GPU]: fc.nat(8), nodes: fc.nat(6) }),
      there: fc.array(amounts, { maxLength: 2 }),
      stages: fc.array(fc.constantFrom('new', 'launched', 'ready'), { maxLength: 3 }),
      counted: fc.boolean(),
      pod: fc.record({ cpu: fc.integer({ min: 1, max: 4 }), [GPU]: fc.nat(1) }),
      pending: fc.nat(3),
    });
    fc.assert(
      fc.property(world, ({ each, limits, there, stages, counted, pod, pending }) => {
        const claims = stages.map((stage, i) => aClaim(`c${i}`, stage, each));
        const launched = stages.filter((stage) => stage !== 'new').length;
        const pool = nodePoolSchema.parse({
          metadata: { name: 'gpu', uid: 'p' },
          spec: { template: { spec: {} }, limits },
          // As Karpenter had it some seconds ago, or as it is.
          status: { resources: counted ? times(each, launched) : {}, conditions: [{ type: 'Ready', status: 'True' }] },
        });
        const shape: NodeShape = { capacity: each, forPods: each, from: 'claim' };
        const objects = { pools: [pool], claims, nodes: [], pods: [] };
        const bounds = { withoutLimitMax: 0, nodesMax: 100 };
        const coming = [
          ...bootingNodes(objects, () => shape, 0),
          ...launchableNodes(
            objects,
            () => shape,
            () => SUPPLY,
            bounds,
          ),
        ];
        const ready = stages.filter((stage) => stage === 'ready').map(() => each);
        const room = [...there, ...ready].map((free) => openNode(free));
        const claimed = podsOf(...Array.from({ length: pending }, () => pod));
        const left = afterClaims([...room, ...coming], claimed).listFor(claimed);
        const free: FreeNode[] = left.slice(0, room.length);
        const groups = grouped(coming.map((node, i) => bootGroupOf(node, left[room.length + i] ?? openNode({}), [], PRIOR)));
        const slots = slotsAfterBoot(free, groups, podsOf(pod), 1000) + slotsOf(free, pod);

        // One pod after the other: onto a node that is there or comes, or onto a new one that the limits let start.
        const nodes = [...there, ...stages.map(() => each)].map((one): Record<string, number> => ({ ...one }));
        let started = stages.length;
        const fits = (node: Record<string, number>): boolean =>
          Object.entries(pod).every(([name, amount]) => amount <= (node[name] ?? 0));
        const most: Resources = limits;
        const allowed = (): boolean =>
          Object.entries({ ...times(each, started + 1), nodes: started + 1 }).every(
            ([name, sum]) => sum <= (most[name] ?? Infinity),
          );
        let placed = 0;
        for (;;) {
          let node = nodes.find(fits);
          if (node === undefined && fits(each) && allowed()) {
            node = { ...each };
            nodes.push(node);
            started += 1;
          }
          if (node === undefined) break;
          for (const [name, amount] of Object.entries(pod)) node[name] = (node[name] ?? 0) - amount;
          placed += 1;
        }
        expect(slots).toBe(Math.max(0, placed - pending));
      }),
      { numRuns: 400 },
    );
  });
});

function times(each: Resources, count: number): Resources {
  return Object.fromEntries(Object.entries(each).map(([name, amount]) => [name, amount * count]));
}

function slotsOf(nodes: readonly FreeNode[], pod: Resources): number {
  return nodes.reduce((sum, { free }) => {
    const counts = Object.entries(pod).flatMap(([name, amount]) => (amount > 0 ? [Math.floor((free[name] ?? 0) / amount)] : []));
    return sum + Math.max(0, Math.min(...counts));
  }, 0);
}

function aClaim(name: string, stage: 'new' | 'launched' | 'ready', capacity: Resources): NodeClaim {
  const condition = (type: string, is: boolean): object => ({
    type,
    status: is ? 'True' : 'Unknown',
    reason: is ? type : 'AwaitingReconciliation',
  });
  return nodeClaimSchema.parse({
    metadata: { name, uid: name, creationTimestamp: '2026-01-01T00:00:00Z', labels: { 'karpenter.sh/nodepool': 'gpu' } },
    spec: {},
    status: {
      ...(stage === 'new' ? {} : { capacity, allocatable: capacity }),
      conditions: [condition('Launched', stage !== 'new'), condition('Initialized', stage === 'ready')],
    },
  });
}
