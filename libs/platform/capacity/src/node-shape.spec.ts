import { assumedShape, shapesSeen } from './node-shape';
import { GPU, aClaim, aNodeOf, aPodOn, aPool } from './testing/cloud.builder';

const run = (...requests: Record<string, number>[]) =>
  requests.map((resources) => ({ resources, nodeSelector: {}, tolerations: [], affinity: undefined }));

describe('what a machine of a pool gives', () => {
  it('is what its newest node gives, less what belongs to the node', () => {
    const claims = [
      aClaim('old', 'initialized', { ageS: 900, capacity: { cpu: '4' } }),
      aClaim('new', 'initialized', { ageS: 60 }),
    ];
    const pods = [aPodOn('new', { cpu: '500m' }, { owner: 'DaemonSet' }), aPodOn('new', { cpu: '4' })];
    const shape = shapesSeen({ claims, nodes: [aNodeOf('old'), aNodeOf('new')], pods }).get('gpu');
    expect(shape).toEqual({ capacity: { cpu: 8, [GPU]: 1, pods: 110 }, forPods: { cpu: 7, [GPU]: 1, pods: 109 }, from: 'node' });
  });

  it('is what a claim on its way says where no node has been seen', () => {
    expect(shapesSeen({ claims: [aClaim('a', 'launched'), aClaim('b', 'new')], nodes: [], pods: [] }).get('gpu')).toMatchObject({
      forPods: { cpu: 8, [GPU]: 1 },
      from: 'claim',
    });
  });

  it('is what the operator says where nothing has been seen, and else the largest run', () => {
    expect(assumedShape(aPool(), undefined, { cpu: 16 }, [])).toEqual({
      capacity: { cpu: 16 },
      forPods: { cpu: 16 },
      from: 'config',
    });
    const runs = [run({ cpu: 1 }, { cpu: 2, [GPU]: 1 }), run({ cpu: 4 })];
    expect(assumedShape(aPool(), undefined, undefined, runs)).toMatchObject({ forPods: { cpu: 4, [GPU]: 1 }, from: 'demand' });
  });

  it('grows for a run that does not fit on what was seen, unless nothing says that the pool has such devices', () => {
    const seen = { capacity: { cpu: 8 }, forPods: { cpu: 7 }, from: 'node' as const };
    expect(assumedShape(aPool(), seen, undefined, [run({ cpu: 6 })])).toBe(seen);
    expect(assumedShape(aPool(), seen, undefined, [run({ cpu: 30 })])).toMatchObject({ forPods: { cpu: 30 }, from: 'demand' });
    const withGpu = [run({ cpu: 2, [GPU]: 2 })];
    const grown = (pool: Record<string, unknown>): number | undefined =>
      assumedShape(aPool(pool), seen, undefined, withGpu).forPods[GPU];
    const requiring = (key: string) => ({ template: { requirements: [{ key, operator: 'In', values: ['x'] }] } });
    expect(grown(requiring('karpenter.k8s.aws/instance-family'))).toBeUndefined();
    expect(grown({ ...requiring('karpenter.k8s.aws/instance-family'), limits: { [GPU]: '8' } })).toBe(2);
    expect(grown(requiring('karpenter.k8s.aws/instance-gpu-count'))).toBe(2);
    expect(grown(requiring('kubernetes.io/arch'))).toBe(2); // any machine that the provider has
  });
});
