import type { Node, Taint } from '../objects/node';
import { isReady } from '../objects/node';
import { isPodFinished, type Pod, type Toleration } from '../objects/pod';
import { quantityOf } from '../objects/quantity';

/** Amounts by resource name, in base units. */
export type Amounts = Readonly<Record<string, number>>;

export interface Placement {
  bind: { pod: Pod; nodeName: string }[];
  /** Pods that fit nowhere now, each with the sentence that Kubernetes would give. */
  unschedulable: { pod: Pod; message: string }[];
}

/**
 * Puts pending pods on nodes: by priority, then in order of creation; each on the fullest node on which it fits, so that
 * whole nodes stay free for large pods. A pod that fits nowhere does not hold back smaller ones behind it.
 */
export function place(pending: readonly Pod[], nodes: readonly Node[], pods: Iterable<Pod>): Placement {
  const free = new Map(nodes.map((node) => [node.metadata.name, allocatableOf(node)]));
  for (const pod of pods) {
    const left = free.get(pod.spec.nodeName ?? '');
    if (left !== undefined && !isPodFinished(pod)) take(left, requestsOf(pod));
  }
  const placement: Placement = { bind: [], unschedulable: [] };
  for (const pod of [...pending].sort(byPriorityThenAge)) {
    const requests = requestsOf(pod);
    const judged = nodes.map((node) => ({ node, reason: refusal(pod, node, free.get(node.metadata.name) ?? {}, requests) }));
    const fitting = judged.filter(({ reason }) => reason === null).map(({ node }) => node);
    const [best] = fitting.sort((a, b) => roomOf(free, a) - roomOf(free, b) || (a.metadata.name < b.metadata.name ? -1 : 1));
    if (best === undefined) {
      placement.unschedulable.push({ pod, message: explain(judged.map(({ reason }) => reason ?? '')) });
      continue;
    }
    take(free.get(best.metadata.name) ?? {}, requests);
    placement.bind.push({ pod, nodeName: best.metadata.name });
  }
  return placement;
}

/** What the pod keeps from others; each also takes one of the node's places for pods. */
export function requestsOf(pod: Pod): Record<string, number> {
  const sum: Record<string, number> = { pods: 1 };
  const add = (amounts: Readonly<Record<string, string | number>> = {}): void => {
    for (const [name, amount] of Object.entries(amounts)) sum[name] = (sum[name] ?? 0) + quantityOf(amount);
  };
  // What is limited and not requested is requested, as Kubernetes has it.
  for (const { resources } of pod.spec.containers) add({ ...resources?.limits, ...resources?.requests });
  add(pod.spec.overhead);
  return sum;
}

export function allocatableOf(node: Node): Record<string, number> {
  return Object.fromEntries(Object.entries(node.status.allocatable).map(([name, amount]) => [name, quantityOf(amount)]));
}

export function byPriorityThenAge(a: Pod, b: Pod): number {
  const byPriority = (b.spec.priority ?? 0) - (a.spec.priority ?? 0);
  if (byPriority !== 0) return byPriority;
  const byAge = Date.parse(a.metadata.creationTimestamp) - Date.parse(b.metadata.creationTimestamp);
  return byAge !== 0 ? byAge : a.metadata.name < b.metadata.name ? -1 : 1;
}

/** Why a node cannot take a pod; null when it can. */
function refusal(pod: Pod, node: Node, free: Amounts, requests: Amounts): string | null {
  if (node.spec.unschedulable === true && !tolerates(pod, { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' })) {
    return 'node(s) were unschedulable';
  }
  if (!isReady(node)) return 'node(s) were not ready';
  const labels = node.metadata.labels ?? {};
  if (Object.entries(pod.spec.nodeSelector ?? {}).some(([name, value]) => labels[name] !== value)) {
    return "node(s) didn't match Pod's node affinity/selector";
  }
  const taint = (node.spec.taints ?? []).find((one) => one.effect !== 'PreferNoSchedule' && !tolerates(pod, one));
  if (taint !== undefined) return `node(s) had untolerated taint {${taint.key}: ${taint.value ?? ''}}`;
  const short = shortage(free, requests);
  return short === null ? null : `Insufficient ${short}`;
}

/** The first resource of which there is not enough. */
export function shortage(free: Amounts, requests: Amounts): string | null {
  return Object.entries(requests).find(([name, amount]) => amount > (free[name] ?? 0))?.[0] ?? null;
}

function tolerates(pod: Pod, taint: Taint): boolean {
  return (pod.spec.tolerations ?? []).some(({ key, operator = 'Equal', value = '', effect }: Toleration) => {
    if (effect !== undefined && effect !== '' && effect !== taint.effect) return false;
    if (key === undefined || key === '') return operator === 'Exists';
    return key === taint.key && (operator === 'Exists' || value === (taint.value ?? ''));
  });
}

function take(free: Record<string, number>, requests: Amounts): void {
  for (const [name, amount] of Object.entries(requests)) free[name] = (free[name] ?? 0) - amount;
}

function roomOf(free: ReadonlyMap<string, Amounts>, node: Node): number {
  const left = free.get(node.metadata.name) ?? {};
  return (left['nvidia.com/gpu'] ?? 0) * 1_000 + (left['cpu'] ?? 0);
}

function explain(reasons: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const listed = [...counts].sort().map(([reason, count]) => `${count} ${reason}`);
  return listed.length === 0
    ? 'no nodes available to schedule pods'
    : `0/${reasons.length} nodes are available: ${listed.join(', ')}.`;
}
