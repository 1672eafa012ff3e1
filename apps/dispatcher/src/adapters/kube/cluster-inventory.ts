import type { ClusterNodeView } from '@stead/contracts/dispatcher';
import { parseQuantity, podRequests } from '@stead/platform/capacity';
import type { Node, Pod } from '@stead/platform/kube';
import type { Inventory } from '../../application/office/ports';
import { gpusOf } from '../../domain/cost';

const NODES_MAX = 500;
const FINISHED: ReadonlySet<string> = new Set(['Succeeded', 'Failed']);
const INSTANCE_TYPE = 'node.kubernetes.io/instance-type';

/** Nodes and GPUs as people look at them. Decisions are made by `Room`, which knows more. */
export function inventoryOf(nodes: readonly Node[], pods: readonly Pod[], swept: boolean, observedAt: Date | null): Inventory {
  const byNode = new Map<string, { gpus: number; pods: number }>();
  let gpusWaiting = 0;
  for (const pod of pods) {
    if (FINISHED.has(pod.status.phase)) continue;
    const gpus = gpusOf(podRequests(pod));
    const { nodeName } = pod.spec;
    if (nodeName === undefined) gpusWaiting += gpus;
    else {
      const there = byNode.get(nodeName) ?? { gpus: 0, pods: 0 };
      byNode.set(nodeName, { gpus: there.gpus + gpus, pods: there.pods + 1 });
    }
  }
  const shown = nodes
    .map((node) => nodeView(node, byNode.get(node.metadata.name) ?? { gpus: 0, pods: 0 }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const ready = shown.filter((node) => node.ready);
  return {
    nodes: shown.slice(0, NODES_MAX),
    nodesLeftOut: Math.max(0, shown.length - NODES_MAX),
    gpusTotal: ready.reduce((sum, node) => sum + node.gpusTotal, 0),
    gpusUsed: ready.reduce((sum, node) => sum + node.gpusUsed, 0),
    gpusWaiting,
    swept,
    observedAt: observedAt?.toISOString() ?? null,
  };
}

function nodeView(node: Node, used: { gpus: number; pods: number }): ClusterNodeView {
  const amounts = Object.entries(node.status.allocatable ?? {}).map(([name, text]) => [name, parseQuantity(text) ?? 0]);
  const gpusTotal = gpusOf(Object.fromEntries(amounts) as Record<string, number>);
  return {
    name: node.metadata.name,
    ready: node.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false,
    cordoned: node.spec.unschedulable === true,
    instanceType: node.metadata.labels?.[INSTANCE_TYPE] ?? null,
    gpusTotal,
    gpusUsed: used.gpus,
    gpusFree: Math.max(0, gpusTotal - used.gpus),
    pods: used.pods,
  };
}
