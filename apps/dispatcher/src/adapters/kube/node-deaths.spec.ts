import { LABEL, nodeSchema, podSchema, type Node, type Pod } from '@stead/platform/kube';
import { NodeDeaths } from './node-deaths';

function aNode(name: string, ready: 'True' | 'False' | 'Unknown', change: { spec?: object; metadata?: object } = {}): Node {
  return nodeSchema.parse({
    metadata: { name, uid: name, ...change.metadata },
    spec: change.spec ?? {},
    status: { conditions: [{ type: 'Ready', status: ready }] },
  });
}

function aPod(node: string, workflow: string): Pod {
  return podSchema.parse({
    metadata: { name: `${workflow}-1`, uid: workflow, labels: { [LABEL.workflow]: workflow } },
    spec: { nodeName: node },
    status: { phase: 'Running' },
  });
}

describe('the death of a node', () => {
  let nowMs = 0;
  let deaths: NodeDeaths;
  const die = (node: string, ...pods: Pod[]): void => {
    deaths.look([aNode(node, 'True')], () => pods);
    deaths.look([aNode(node, 'Unknown')], () => pods);
  };
  beforeEach(() => {
    nowMs = 1_000_000;
    deaths = new NodeDeaths(() => nowMs);
  });

  it('is laid at the door of the workflow that was on it, and of no other', () => {
    die('gpu-1', aPod('gpu-1', 'a'), aPod('gpu-2', 'b'));
    expect(deaths.under('a', ['gpu-1'])).toEqual([{ node: 'gpu-1', alone: true }]);
    expect(deaths.under('a', ['gpu-2'])).toEqual([]);
    expect(deaths.under('b', ['gpu-1', 'gpu-2'])).toEqual([]);
  });

  it('is nobody’s own where several were on it, or where nodes went together that had nothing in common', () => {
    die('gpu-1', aPod('gpu-1', 'a'), aPod('gpu-1', 'b'));
    expect(deaths.under('a', ['gpu-1'])).toEqual([{ node: 'gpu-1', alone: false }]);
    nowMs += 60_000;
    die('gpu-2', aPod('gpu-2', 'c'));
    nowMs += 5_000;
    die('gpu-3', aPod('gpu-3', 'd'));
    expect(deaths.under('c', ['gpu-2'])).toEqual([{ node: 'gpu-2', alone: false }]);
  });

  it('is its own where it took one node after the other', () => {
    die('gpu-1', aPod('gpu-1', 'a'));
    nowMs += 5_000;
    die('gpu-2', aPod('gpu-2', 'a'));
    expect(deaths.under('a', ['gpu-1', 'gpu-2'])).toEqual([
      { node: 'gpu-1', alone: true },
      { node: 'gpu-2', alone: true },
    ]);
  });

  it('is known although the end of its pod was heard of first', () => {
    deaths.look([aNode('gpu-1', 'True')], () => []);
    deaths.podEnded(aPod('gpu-1', 'a'));
    deaths.look([aNode('gpu-1', 'False')], () => []);
    expect(deaths.under('a', ['gpu-1'])).toHaveLength(1);
    nowMs += 60_000;
    deaths.podEnded(aPod('gpu-2', 'b'));
    nowMs += 6_000;
    die('gpu-2');
    expect(deaths.under('b', ['gpu-2'])).toEqual([]);
  });

  it.each([
    ['cordoned', { spec: { unschedulable: true } }],
    ['about to be removed by Karpenter', { spec: { taints: [{ key: 'karpenter.sh/disrupted' }] } }],
    ['being deleted', { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } }],
    ['a spot machine', { metadata: { labels: { 'karpenter.sh/capacity-type': 'spot' } } }],
  ])('is none where the node was %s', (_name, change) => {
    const pods = [aPod('gpu-1', 'a')];
    deaths.look([aNode('gpu-1', 'True', change)], () => pods);
    deaths.look([aNode('gpu-1', 'False', change)], () => pods);
    expect(deaths.under('a', ['gpu-1'])).toEqual([]);
  });

  it('is none where a node was never ready, or was only removed', () => {
    const pods = [aPod('gpu-1', 'a')];
    deaths.look([aNode('gpu-1', 'False')], () => pods);
    deaths.look([aNode('gpu-1', 'True')], () => pods);
    deaths.forget(new Set());
    deaths.look([aNode('gpu-1', 'False')], () => pods);
    expect(deaths.under('a', ['gpu-1'])).toEqual([]);
  });
});
