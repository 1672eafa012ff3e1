import { nodeSchema, podSchema, workflowTemplateSchema, type Node, type Pod } from './kube-objects';
import { podRequests, roomByNode, templateRequests, unboundPods } from './capacity';

const GPU = 'nvidia.com/gpu';
const meta = (name: string) => ({ name, uid: name, resourceVersion: '1' });

function aNode(name: string, gpus: number, change: { unschedulable?: boolean; taints?: unknown[]; ready?: boolean } = {}): Node {
  const { ready = true, ...spec } = change;
  const conditions = [{ type: 'Ready', status: ready ? 'True' : 'False' }];
  return nodeSchema.parse({
    metadata: meta(name),
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
  const free = (nodes: Node[], pods: Pod[] = [], tolerations: Parameters<typeof roomByNode>[2] = []) =>
    Object.fromEntries(roomByNode(nodes, pods, tolerations).map((node) => [node.name, node.free[GPU]]));

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
    expect(Object.keys(free(nodes, [], [{ key: 'gpu', operator: 'Exists' }]))).toContain('tainted');
    expect(Object.keys(free(nodes, [], [{ key: 'gpu', value: 'no' }]))).not.toContain('tainted');
    expect(Object.keys(free(nodes, [], [{ key: 'gpu', value: 'yes', effect: 'NoExecute' }]))).not.toContain('tainted');
  });

  it('knows the pods that wait for a node', () => {
    expect(unboundPods([aPod(undefined, {}, 'Pending'), aPod('a', {}), aPod(undefined, {}, 'Failed')])).toHaveLength(1);
  });
});

describe('what a pipeline asks for', () => {
  it('is the peak over its steps, resource by resource', () => {
    const template = workflowTemplateSchema.parse({
      metadata: meta('maps'),
      spec: {
        templates: [
          { name: 'dag', dag: {} },
          { name: 'a', container: container({ cpu: '4' }) },
          { name: 'b', container: container({ cpu: '1', [GPU]: '1' }) },
        ],
      },
    });
    expect(templateRequests(template)).toEqual({ cpu: 4, [GPU]: 1, pods: 1 });
  });
});
