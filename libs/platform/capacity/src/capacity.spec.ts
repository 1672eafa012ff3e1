import { nodeSchema, podSchema, type Node, type Pod } from '@stead/platform/kube';
import { takes, type NodeChoice } from './node-choice';
import { podRequests, roomByNode, unboundDemands } from './capacity';

const GPU = 'nvidia.com/gpu';
const meta = (name: string) => ({ name, uid: name, resourceVersion: '1' });

function aNode(
  name: string,
  gpus: number,
  change: { unschedulable?: boolean; taints?: unknown[]; ready?: boolean; labels?: Record<string, string> } = {},
): Node {
  const { ready = true, labels = {}, ...spec } = change;
  const conditions = [{ type: 'Ready', status: ready ? 'True' : 'False' }];
  return nodeSchema.parse({
    metadata: { ...meta(name), labels },
    spec,
    status: { allocatable: { cpu: '8', [GPU]: String(gpus), pods: '110' }, conditions },
  });
}

function aPod(node: string | undefined, spec: object, phase = 'Running', metadata: object = {}): Pod {
  return podSchema.parse({
    metadata: { ...meta(`pod-${Math.random()}`), ...metadata },
    spec: { nodeName: node, containers: [], ...spec },
    status: { phase },
  });
}

const container = (requests: Record<string, string>, more: object = {}) => ({ name: 'main', resources: { requests }, ...more });

describe('what a pod is charged with', () => {
  it.each([
    ['the sum of its containers', { containers: [container({ cpu: '1' }), container({ cpu: '500m' })] }, { cpu: 1.5, pods: 1 }],
    [
      'its biggest initial step, when that is larger',
      { initContainers: [container({ cpu: '3' })], containers: [container({ cpu: '1' })] },
      { cpu: 3, pods: 1 },
    ],
    [
      'its sidecars beside everything that starts after them',
      {
        initContainers: [container({ cpu: '1' }, { restartPolicy: 'Always' }), container({ cpu: '2' })],
        containers: [container({ cpu: '1' })],
      },
      { cpu: 3, pods: 1 },
    ],
    ['its overhead on top', { containers: [container({ cpu: '1' })], overhead: { cpu: '250m' } }, { cpu: 1.25, pods: 1 }],
    [
      'the request of the pod as a whole, where it names one',
      { containers: [container({ cpu: '1' })], resources: { requests: { cpu: '4' } } },
      { cpu: 4, pods: 1 },
    ],
    [
      'a limit where no request is named',
      { containers: [{ name: 'main', resources: { limits: { [GPU]: '2' } } }] },
      { [GPU]: 2, pods: 1 },
    ],
  ])('%s', (_name, spec, want) => expect(podRequests(aPod('a', spec))).toEqual(want));
});

describe('free room', () => {
  const free = (nodes: Node[], pods: Pod[] = [], choice: Partial<NodeChoice> = {}) =>
    Object.fromEntries(
      roomByNode(nodes, pods)
        .filter((node) => takes(node, { nodeSelector: {}, tolerations: [], affinity: undefined, ...choice }))
        .map((node) => [node.name, node.free[GPU]]),
    );

  it('is allocatable less what is bound; what has ended gives its part back, what is being deleted does not', () => {
    const spec = { containers: [container({ [GPU]: '1' })] };
    const pods = [
      aPod('a', spec),
      aPod('a', spec, 'Succeeded'),
      aPod('a', spec, 'Running', { deletionTimestamp: '2026-01-01T00:00:00Z' }),
    ];
    expect(free([aNode('a', 4)], pods)).toEqual({ a: 2 });
  });

  it('is only on nodes that are ready, not cordoned, and whose taints are tolerated', () => {
    const gpuTaint = { key: 'gpu', value: 'yes', effect: 'NoSchedule' };
    const nodes = [
      aNode('ready', 1),
      aNode('down', 1, { ready: false }),
      aNode('cordoned', 1, { unschedulable: true }),
      aNode('tainted', 1, { taints: [gpuTaint] }),
      aNode('preferred-not', 1, { taints: [{ key: 'old', effect: 'PreferNoSchedule' }] }),
    ];
    expect(Object.keys(free(nodes))).toEqual(['ready', 'preferred-not']);
    expect(Object.keys(free(nodes, [], { tolerations: [{ key: 'gpu', operator: 'Exists' }] }))).toContain('tainted');
    expect(Object.keys(free(nodes, [], { tolerations: [{ key: 'gpu', value: 'no' }] }))).not.toContain('tainted');
    expect(Object.keys(free(nodes, [], { tolerations: [{ key: 'gpu', value: 'yes', effect: 'NoExecute' }] }))).not.toContain(
      'tainted',
    );
  });

  it('is only on nodes that the pod chooses: by their labels, and by the terms of its affinity', () => {
    const nodes = [
      aNode('a100', 1, { labels: { gpu: 'a100', vram: '80' } }),
      aNode('t4', 1, { labels: { gpu: 't4', vram: '16' } }),
      aNode('plain', 1),
    ];
    const names = (choice: Partial<NodeChoice>): string[] => Object.keys(free(nodes, [], choice));
    const affine = (...terms: [string, string, string[]?][][]): Partial<NodeChoice> => ({
      affinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: terms.map((term) => ({
            matchExpressions: term.map(([key, operator, values = []]) => ({ key, operator, values })),
          })),
        },
      },
    });
    expect(names({ nodeSelector: { gpu: 't4' } })).toEqual(['t4']);
    expect(names(affine([['gpu', 'In', ['a100', 'h100']]]))).toEqual(['a100']);
    expect(names(affine([['gpu', 'NotIn', ['t4']]]))).toEqual(['a100', 'plain']);
    expect(names(affine([['gpu', 'Exists']]))).toEqual(['a100', 't4']);
    expect(names(affine([['gpu', 'DoesNotExist']]))).toEqual(['plain']);
    expect(names(affine([['vram', 'Gt', ['40']]]))).toEqual(['a100']);
    expect(names(affine([['vram', 'Lt', ['40']]]))).toEqual(['t4']);
    expect(
      names(
        affine(
          [
            ['gpu', 'Exists'],
            ['vram', 'Lt', ['40']],
          ],
          [['gpu', 'DoesNotExist']],
        ),
      ),
    ).toEqual(['t4', 'plain']);
    expect(names(affine([['gpu', 'SomethingNew', ['t4']]]))).toEqual([]);
  });

  it('knows what pods claim that wait for a node, and which nodes they would take', () => {
    const waiting = aPod(undefined, { containers: [container({ cpu: '1' })], nodeSelector: { gpu: 't4' } }, 'Pending');
    const demands = unboundDemands([waiting, aPod('a', {}), aPod(undefined, {}, 'Failed')]);
    expect(demands).toMatchObject([{ resources: { cpu: 1, pods: 1 }, nodeSelector: { gpu: 't4' } }]);
  });
});
