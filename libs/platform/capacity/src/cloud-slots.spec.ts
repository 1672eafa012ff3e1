import fc from 'fast-check';
import type { NodeClaim, NodePool } from '@stead/platform/kube';
import { bootingNodes, launchableNodes, nodesNotCounted, nodesWithin, type CloudObjects } from './cloud-slots';
import { newSupply, DEFAULT_SUPPLY_POLICY, type Supply, type SupplyState } from './launch-breaker';
import { takes } from './node-choice';
import type { NodeShape } from './node-shape';
import { GPU, NOW, aClaim, aNodeOf, aPodOn, aPool } from './testing/cloud.builder';

const SHAPE: NodeShape = { capacity: { cpu: 8, [GPU]: 1 }, forPods: { cpu: 7, [GPU]: 1 }, from: 'node' };
const BOUNDS = { withoutLimitMax: 4, nodesMax: 100 };
const usable = newSupply(DEFAULT_SUPPLY_POLICY);
const inState = (state: SupplyState): Supply => ({ ...usable, state });

function launchable(
  pools: NodePool[],
  claims: NodeClaim[] = [],
  supplyOf: (pool: string, type: string | null) => Supply = () => usable,
  bounds = BOUNDS,
) {
  return launchableNodes({ pools, claims, nodes: [], pods: [] }, () => SHAPE, supplyOf, bounds);
}

describe('machines that could still come', () => {
  it('are whole ones within the limits less what the pool has', () => {
    expect(launchable([aPool({ limits: { [GPU]: '4' } })])).toHaveLength(4);
    expect(launchable([aPool({ limits: { [GPU]: '4', cpu: '23' } })])).toHaveLength(2);
    expect(launchable([aPool({ limits: { [GPU]: '4' }, used: { [GPU]: '3' } })])).toHaveLength(1);
    expect(launchable([aPool({ limits: { nodes: '3' }, used: { nodes: '1' } })])).toHaveLength(2);
    expect(launchable([aPool({ limits: { memory: '1Gi' } })])).toHaveLength(4); // no machine is known to have any
    expect(launchable([aPool({ limits: { memory: '1Gi' }, used: { memory: '2Gi' } })])).toHaveLength(0);
  });

  it('are as many as the operator lets where a pool has no limit', () => {
    expect(launchable([aPool()])).toHaveLength(4);
    expect(launchable([aPool()], [], () => usable, { withoutLimitMax: 0, nodesMax: 100 })).toEqual([]);
  });

  it.each([
    ['is being deleted', aPool({ limits: { [GPU]: '4' }, deleted: true })],
    ['is not ready', aPool({ limits: { [GPU]: '4' }, ready: false })],
    ['has a fixed number of machines', aPool({ limits: { nodes: '4' }, replicas: 2 })],
  ])('are none of a pool that %s', (_name, pool) => expect(launchable([pool])).toEqual([]));

  it('count a claim once, whether or not the pool has counted it yet', () => {
    const claims = [aClaim('a', 'new'), aClaim('b', 'launched'), aClaim('c', 'initialized')];
    for (const used of [{}, { [GPU]: '1', nodes: '1' }, { [GPU]: '3', nodes: '3' }])
      expect(launchable([aPool({ limits: { [GPU]: '4' }, used })], claims)).toHaveLength(1);
    // Karpenter counts a machine that is about to go no more.
    expect(launchable([aPool({ limits: { [GPU]: '4' } })], [aClaim('d', 'initialized', { deletedS: 5 })])).toHaveLength(4);
  });

  it('come from the pool of the greatest weight first', () => {
    const pools = [aPool({ name: 'dear', limits: { [GPU]: '1' } }), aPool({ name: 'cheap', weight: 10, limits: { [GPU]: '1' } })];
    expect(launchable(pools).map(({ pool }) => pool)).toEqual(['cheap', 'dear']);
  });

  it('are none where the pool is dry, and one where it is tried', () => {
    const pool = aPool({ limits: { [GPU]: '4' } });
    expect(launchable([pool], [], () => inState('dry'))).toEqual([]);
    expect(launchable([pool], [], () => inState('trying'))).toHaveLength(1);
    expect(launchable([pool], [aClaim('a', 'new')], () => inState('trying'))).toEqual([]); // it is the one that is tried
    expect(launchable([pool], [aClaim('a', 'launched')], () => inState('trying'))).toHaveLength(1);
  });

  it('are none for pods that insist on a kind of capacity that is dry, and as many as ever for others', () => {
    const [node] = launchable([aPool()], [], (_pool, type) => inState(type === 'spot' ? 'dry' : 'usable'));
    const insists = (type: string) => ({
      nodeSelector: { 'karpenter.sh/capacity-type': type },
      tolerations: [],
      affinity: undefined,
    });
    if (node === undefined) throw new Error('no machine');
    expect(takes(node, insists('spot'))).toBe(false);
    expect(takes(node, insists('on-demand'))).toBe(true);
    const requirements = [{ key: 'karpenter.sh/capacity-type', operator: 'In', values: ['spot'] }];
    const spotOnly = aPool({ template: { requirements } });
    expect(launchable([spotOnly], [], (_pool, type) => inState(type === 'spot' ? 'dry' : 'usable'))).toEqual([]);
  });

  it('are as many as Karpenter would start one after the other', () => {
    const amounts = fc.record({ cpu: fc.integer({ min: 1, max: 16 }), gpu: fc.nat(3) });
    fc.assert(
      fc.property(fc.record({ cpu: fc.nat(60), gpu: fc.nat(12), nodes: fc.nat(9) }), amounts, fc.nat(4), (limit, each, there) => {
        const limits = { cpu: limit.cpu, [GPU]: limit.gpu, nodes: limit.nodes };
        const used = { cpu: each.cpu * there, [GPU]: each.gpu * there, nodes: there };
        const left = { cpu: limit.cpu - used.cpu, gpu: limit.gpu - used[GPU], nodes: limit.nodes - there };
        let started = 0;
        // `filterByRemainingResources`: a machine that is larger than what is left of any limit is not started.
        while (each.cpu <= left.cpu && each.gpu <= left.gpu && left.nodes >= 1) {
          left.cpu -= each.cpu;
          left.gpu -= each.gpu;
          left.nodes -= 1;
          started += 1;
        }
        expect(nodesWithin(limits, used, { cpu: each.cpu, [GPU]: each.gpu })).toBe(started);
      }),
    );
  });
});

describe('machines that are on their way', () => {
  const booting = (change: Partial<CloudObjects>) =>
    bootingNodes({ pools: [aPool()], claims: [], nodes: [], pods: [], ...change }, () => SHAPE, NOW);

  it('are room once each, from the wish for one until its node counts', () => {
    const claims = [
      aClaim('wanted', 'new'),
      aClaim('launched', 'launched'),
      aClaim('joined', 'registered'),
      aClaim('ready', 'initialized'),
      aClaim('going', 'launched', { deletedS: 3 }),
    ];
    const nodes = [aNodeOf('joined', { ready: true }), aNodeOf('ready')];
    expect(booting({ claims, nodes }).map(({ claim, shapeFrom }) => [claim, shapeFrom])).toEqual([
      ['wanted', 'node'],
      ['launched', 'claim'],
      ['joined', 'claim'],
    ]);
    expect(nodesNotCounted(claims)).toEqual(new Set(['joined']));
    expect(nodesNotCounted([aClaim('going', 'initialized', { deletedS: 3 })])).toEqual(new Set(['going']));
  });

  it('are taken by what is bound to their node already', () => {
    const [node] = booting({
      claims: [aClaim('joined', 'registered')],
      nodes: [aNodeOf('joined')],
      pods: [aPodOn('joined', { cpu: '3' })],
    });
    expect(node?.free).toMatchObject({ cpu: 5, [GPU]: 1 });
  });

  it('take what their claim says, whatever startup taints there are for a while', () => {
    const taint = { key: 'gpu', effect: 'NoSchedule' };
    const startup = { key: 'driver.example.com/not-ready', effect: 'NoSchedule' };
    const spec = {
      taints: [taint],
      startupTaints: [startup],
      requirements: [{ key: 'kubernetes.io/arch', operator: 'In', values: ['amd64'] }],
    };
    const [node] = booting({ claims: [aClaim('a', 'launched', { spec, labels: { zone: 'b' } })] });
    if (node === undefined) throw new Error('no machine');
    const choice = { nodeSelector: {}, tolerations: [{ key: 'gpu', operator: 'Exists' }], affinity: undefined };
    expect(takes(node, choice)).toBe(true);
    expect(takes(node, { ...choice, tolerations: [] })).toBe(false);
    expect(takes(node, { ...choice, nodeSelector: { zone: 'b', 'kubernetes.io/arch': 'amd64' } })).toBe(true);
    expect(takes(node, { ...choice, nodeSelector: { 'kubernetes.io/arch': 'arm64' } })).toBe(false);
    expect(node.ageMs).toBe(60_000);
  });
});
