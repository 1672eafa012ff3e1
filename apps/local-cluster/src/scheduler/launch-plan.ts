import type { Node } from '../objects/node';
import type { Pod } from '../objects/pod';
import type { Draft } from '../store/object-store';
import { place } from './fit';
import { withReadiness } from './node-objects';

const NODES_PLANNED_MAX = 1_000;

/** How many nodes more would let all waiting pods run that can run at all, counting those that boot already. */
export function nodesNeeded(
  waiting: readonly Pod[],
  nodes: readonly Node[],
  pods: Iterable<Pod>,
  draft: () => Draft<'nodes'>,
): number {
  const bound = [...pods].filter((pod) => pod.spec.nodeName !== undefined);
  const booted = nodes.map(asBooted);
  let left = place(waiting, booted, bound).unschedulable.map(({ pod }) => pod);
  for (let planned = 0; planned < NODES_PLANNED_MAX; planned += 1) {
    if (left.length === 0) return planned;
    const fresh = asBooted(plannedNode(draft(), `planned-${planned}`));
    const after = place(left, [fresh], []).unschedulable.map(({ pod }) => pod);
    // Not even an empty node would take one of them.
    if (after.length === left.length) return planned;
    left = after;
  }
  return NODES_PLANNED_MAX;
}

function asBooted(node: Node): Node {
  const { taints = [], ...spec } = node.spec;
  return withReadiness(
    { ...node, spec: { ...spec, taints: taints.filter(({ key }) => key !== 'node.kubernetes.io/not-ready') } },
    true,
    0,
  );
}

/** A node that is not there yet. */
export function plannedNode(draft: Draft<'nodes'>, name: string): Node {
  const born = { uid: '', resourceVersion: '', generation: 1, creationTimestamp: '' };
  return { ...draft, metadata: { ...draft.metadata, ...born, name } };
}
