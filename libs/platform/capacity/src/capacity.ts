import type { Node, Pod, PodContainer, Taint, WorkflowTemplate } from '@stead/platform/kube';
import type { Devices } from './devices';
import { isOpen } from './node-choice';
import { parseQuantity } from './quantity';
import type { PodDemand } from './run-demand';

/** Amounts by resource name: `cpu` in cores, `memory` in bytes, `nvidia.com/gpu` in devices. */
export type Resources = Readonly<Record<string, number>>;

export interface NodeRoom {
  name: string;
  allocatable: Resources;
  free: Resources;
  /** What decides which pods it takes, apart from its room: see `takes`. */
  labels: Readonly<Record<string, string>>;
  taints: readonly Taint[];
}

type Quantities = Readonly<Record<string, string | number>> | undefined;
const FINISHED: ReadonlySet<string> = new Set(['Succeeded', 'Failed']);

/**
 * Free room per node that can take pods at all: allocatable less the effective requests of the pods bound to it. Per node and
 * never summed: two nodes with one free GPU each hold no pod that wants two. A pod that is being deleted still holds its
 * devices. Whether a node takes a certain pod is the node's to say. Devices that pods claim instead of requesting them stand in
 * no allocatable: `devices` counts them.
 */
export function roomByNode(nodes: readonly Node[], pods: readonly Pod[], devices?: Devices): NodeRoom[] {
  const used = usedByNode(pods);
  return nodes.filter(isOpen).map((node) => {
    const { name, labels = {} } = node.metadata;
    const allocatable = amounts(node.status.allocatable);
    const free = { ...minus(allocatable, used.get(name) ?? {}), ...devices?.on(name, 'free') };
    return { name, allocatable: { ...allocatable, ...devices?.on(name, 'all') }, free, labels, taints: node.spec.taints ?? [] };
  });
}

/** What the pods that are bound to each node are charged with. */
export function usedByNode(pods: readonly Pod[]): ReadonlyMap<string, Resources> {
  const used = new Map<string, Record<string, number>>();
  for (const pod of pods) {
    if (pod.spec.nodeName === undefined || FINISHED.has(pod.status.phase)) continue;
    const sum = used.get(pod.spec.nodeName) ?? {};
    addTo(sum, podRequests(pod));
    used.set(pod.spec.nodeName, sum);
  }
  return used;
}

/** What the pods that hold no node yet claim of whatever is free. */
export function unboundDemands(pods: readonly Pod[], devices?: Devices): PodDemand[] {
  const counted = new Set<string>();
  return pods
    .filter((pod) => pod.spec.nodeName === undefined && !FINISHED.has(pod.status.phase))
    .map((pod) => ({
      resources: { ...podRequests(pod), ...devices?.unallocatedOf(pod, counted) },
      nodeSelector: pod.spec.nodeSelector ?? {},
      tolerations: pod.spec.tolerations ?? [],
      affinity: pod.spec.affinity?.nodeAffinity,
    }));
}

/**
 * What the scheduler charges a pod with: the larger of its containers (with the sidecars among its init containers) and of the
 * biggest step of its initialisation, plus overhead; a request at the level of the pod goes before both. Every pod also takes
 * one of the node's `pods`. See <https://kubernetes.io/docs/concepts/workloads/pods/init-containers/#resource-sharing-within-containers>.
 */
export function podRequests(pod: Pick<Pod, 'spec'>): Resources {
  const sidecars: Record<string, number> = {};
  const peak: Record<string, number> = {};
  for (const container of pod.spec.initContainers ?? []) {
    if (container.restartPolicy === 'Always') addTo(sidecars, requestsOf(container));
    else maxInto(peak, plus(requestsOf(container), sidecars));
  }
  const sum: Record<string, number> = { ...sidecars };
  for (const container of pod.spec.containers) addTo(sum, requestsOf(container));
  maxInto(sum, peak);
  Object.assign(sum, amounts(pod.spec.resources?.requests));
  addTo(sum, amounts(pod.spec.overhead));
  return { ...sum, pods: 1 };
}

/** What each step of a template asks for, by the template's name. */
export function requestsByStep(template: WorkflowTemplate): Readonly<Record<string, Resources>> {
  return Object.fromEntries(
    template.spec.templates.flatMap(({ name, container, script }) => {
      const main = container ?? script;
      return main === undefined ? [] : [[name, requestsOf(main)]];
    }),
  );
}

/** A limit without a request is the request as well. */
function requestsOf(container: PodContainer): Resources {
  return { ...amounts(container.resources?.limits), ...amounts(container.resources?.requests) };
}

export function amounts(quantities: Quantities): Record<string, number> {
  const result: Record<string, number> = {};
  for (const [name, quantity] of Object.entries(quantities ?? {})) result[name] = parseQuantity(quantity) ?? 0;
  return result;
}

function plus(a: Resources, b: Resources): Resources {
  const sum: Record<string, number> = { ...a };
  addTo(sum, b);
  return sum;
}

export function minus(a: Resources, b: Resources): Resources {
  return Object.fromEntries(Object.entries(a).map(([name, amount]) => [name, amount - (b[name] ?? 0)]));
}

function addTo(sum: Record<string, number>, more: Resources): void {
  for (const [name, amount] of Object.entries(more)) sum[name] = (sum[name] ?? 0) + amount;
}

function maxInto(peak: Record<string, number>, other: Resources): void {
  for (const [name, amount] of Object.entries(other)) peak[name] = Math.max(peak[name] ?? 0, amount);
}
