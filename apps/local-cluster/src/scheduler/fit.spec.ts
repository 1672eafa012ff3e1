import fc from 'fast-check';
import type { Node } from '../objects/node';
import type { Pod } from '../objects/pod';
import { allocatableOf, place, requestsOf } from './fit';
import { nodesNeeded } from './launch-plan';
import { newNode } from './node-objects';

const GIB = 1024 ** 3;

function aNode(name: string, size: { cpu?: number; gpus?: number } = {}, spec: Node['spec'] = {}, ready = true): Node {
  const draft = newNode({ name, cpu: size.cpu ?? 8, memoryBytes: 32 * GIB, gpus: size.gpus ?? 0, ready }, 0);
  const born = { uid: name, resourceVersion: '1', generation: 1, creationTimestamp: '2026-01-01T00:00:00Z' };
  return { ...draft, metadata: { ...draft.metadata, ...born }, spec };
}

function aPod(
  name: string,
  requests: Record<string, string | number>,
  more: Partial<Pod['spec']> = {},
  phase: Pod['status']['phase'] = 'Pending',
): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'n', uid: name, resourceVersion: '1', generation: 1, creationTimestamp: '2026-01-01T00:00:00Z' },
    spec: { containers: [{ name: 'main', image: 'x', resources: { requests } }], ...more },
    status: { phase },
  };
}

const gpu = (count: number): Record<string, number> => ({ 'nvidia.com/gpu': count, cpu: 1 });
const bound = (pods: readonly Pod[], nodes: readonly Node[], others: readonly Pod[] = []): [string, string][] =>
  place(pods, nodes, others).bind.map(({ pod, nodeName }) => [pod.metadata.name, nodeName]);

test('a pod goes where every resource that it requests is free', () => {
  const nodes = [aNode('a', { gpus: 1 }), aNode('b', { gpus: 2 })];
  expect(bound([aPod('two', gpu(2))], nodes)).toEqual([['two', 'b']]);
});

test('two nodes with one free GPU each have no room for a pod of two', () => {
  const { bind, unschedulable } = place([aPod('two', gpu(2))], [aNode('a', { gpus: 1 }), aNode('b', { gpus: 1 })], []);
  expect(bind).toEqual([]);
  expect(unschedulable.map(({ message }) => message)).toEqual(['0/2 nodes are available: 2 Insufficient nvidia.com/gpu.']);
});

test('pods that have ended hold nothing; pods that are being deleted still do', () => {
  const node = aNode('a', { gpus: 1 });
  const ended = aPod('ended', gpu(1), { nodeName: 'a' }, 'Succeeded');
  const leaving = { ...aPod('leaving', gpu(1), { nodeName: 'a' }, 'Running') };
  leaving.metadata = { ...leaving.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' };
  expect(bound([aPod('new', gpu(1))], [node], [ended])).toHaveLength(1);
  expect(bound([aPod('new', gpu(1))], [node], [leaving])).toHaveLength(0);
});

test('higher priority goes first, then age; a pod that fits nowhere holds nobody back', () => {
  const older = { ...aPod('older', gpu(1)) };
  older.metadata = { ...older.metadata, creationTimestamp: '2025-01-01T00:00:00Z' };
  const pods = [aPod('plain', gpu(1)), aPod('huge', gpu(9), { priority: 9 }), older, aPod('urgent', gpu(1), { priority: 5 })];
  expect(bound(pods, [aNode('a', { gpus: 2 })]).map(([name]) => name)).toEqual(['urgent', 'older']);
});

test.each<[string, Node, Partial<Pod['spec']>, string | null]>([
  ['a cordoned node', aNode('a', {}, { unschedulable: true }), {}, '1 node(s) were unschedulable'],
  ['a node that is not ready', aNode('a', {}, {}, false), {}, '1 node(s) were not ready'],
  [
    'a tainted node',
    aNode('a', {}, { taints: [{ key: 'k', value: 'v', effect: 'NoSchedule' }] }),
    {},
    '1 node(s) had untolerated taint {k: v}',
  ],
  [
    'a tainted node that is tolerated',
    aNode('a', {}, { taints: [{ key: 'k', value: 'v', effect: 'NoSchedule' }] }),
    { tolerations: [{ key: 'k', operator: 'Exists' }] },
    null,
  ],
  ['a taint that only prefers', aNode('a', {}, { taints: [{ key: 'k', effect: 'PreferNoSchedule' }] }), {}, null],
  [
    'a node without the wanted label',
    aNode('a'),
    { nodeSelector: { zone: 'x' } },
    "1 node(s) didn't match Pod's node affinity/selector",
  ],
  ['a node with the wanted label', aNode('a'), { nodeSelector: { 'kubernetes.io/hostname': 'a' } }, null],
])('%s', (_, node, spec, why) => {
  const { bind, unschedulable } = place([aPod('p', { cpu: 1 }, spec)], [node], []);
  expect(bind.length).toBe(why === null ? 1 : 0);
  if (why !== null) expect(unschedulable[0]?.message).toBe(`0/1 nodes are available: ${why}.`);
});

test('whatever arrives, no node is given more than it has, and nothing that fits alone on an empty node is left when all is empty', () => {
  const node = fc.record({ cpu: fc.integer({ min: 1, max: 8 }), gpus: fc.integer({ min: 0, max: 4 }) });
  const pod = fc.record({
    cpu: fc.integer({ min: 1, max: 9 }),
    gpus: fc.integer({ min: 0, max: 4 }),
    priority: fc.integer({ min: 0, max: 3 }),
  });
  fc.assert(
    fc.property(fc.array(node, { maxLength: 5 }), fc.array(pod, { maxLength: 20 }), (sizes, wishes) => {
      const nodes = sizes.map((size, i) => aNode(`n${i}`, size));
      const pods = wishes.map(({ cpu, gpus, priority }, i) => aPod(`p${i}`, { cpu, 'nvidia.com/gpu': gpus }, { priority }));
      const { bind, unschedulable } = place(pods, nodes, []);
      expect(bind.length + unschedulable.length).toBe(pods.length);
      for (const one of nodes) {
        const there = bind.filter(({ nodeName }) => nodeName === one.metadata.name).map(({ pod: bound }) => requestsOf(bound));
        for (const [resource, amount] of Object.entries(allocatableOf(one))) {
          expect(there.reduce((sum, requests) => sum + (requests[resource] ?? 0), 0)).toBeLessThanOrEqual(amount);
        }
      }
      const first = unschedulable[0]?.pod;
      if (first !== undefined && bind.length === 0) {
        expect(
          nodes.some((one) =>
            Object.entries(requestsOf(first)).every(([resource, amount]) => amount <= (allocatableOf(one)[resource] ?? 0)),
          ),
        ).toBe(false);
      }
    }),
  );
});

test('a cloud starts as many nodes as the waiting pods need, counting those that boot', () => {
  const draft = (): ReturnType<typeof newNode> =>
    newNode({ name: 'new', cpu: 8, memoryBytes: 32 * GIB, gpus: 2, ready: false }, 0);
  const waiting = ['a', 'b', 'c', 'd', 'e'].map((name) => aPod(name, gpu(1)));
  expect(nodesNeeded(waiting, [], [], draft)).toBe(3);
  expect(
    nodesNeeded(
      waiting,
      [aNode('boots', { gpus: 2 }, { taints: [{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }] }, false)],
      [],
      draft,
    ),
  ).toBe(2);
  expect(nodesNeeded([aPod('huge', gpu(3))], [], [], draft)).toBe(0);
  expect(nodesNeeded([], [], [], draft)).toBe(0);
});
