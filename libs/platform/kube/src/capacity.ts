import type { Node, Pod, PodContainer, WorkflowTemplate } from './kube-objects';
import { parseQuantity } from './quantity';

/** Amounts by resource name: `cpu` in cores, `memory` in bytes, `nvidia.com/gpu` in devices. */
export type Resources = Readonly<Record<string, number>>;

export interface NodeRoom {
  name: string;
  allocatable: Resources;
  free: Resources;
}

type Quantities = Readonly<Record<string, string | number>> | undefined;
interface Toleration {
  key?: string | undefined;
  operator?: string | undefined;
  value?: string | undefined;
  effect?: string | undefined;
}

const READY = 'Ready';
const EVICTING: ReadonlySet<string> = new Set(['NoSchedule', 'NoExecute']);
const FINISHED: ReadonlySet<string> = new Set(['Succeeded', 'Failed']);

/**
 * Free room per node that takes our pods: allocatable less the effective requests of the pods bound to it. Per node and never
 * summed: two nodes with one free GPU each hold no pod that wants two. A pod that is being deleted still holds its devices.
 */
export function roomByNode(nodes: readonly Node[], pods: readonly Pod[], tolerations: readonly Toleration[] = []): NodeRoom[] {
  const used = new Map<string, Record<string, number>>();
  for (const pod of pods) {
    if (pod.spec.nodeName === undefined || FINISHED.has(pod.status.phase)) continue;
    const sum = used.get(pod.spec.nodeName) ?? {};
    addTo(sum, podRequests(pod));
    used.set(pod.spec.nodeName, sum);
  }
  return nodes
    .filter((node) => takesPods(node, tolerations))
    .map((node) => {
      const allocatable = amounts(node.status.allocatable);
      return { name: node.metadata.name, allocatable, free: minus(allocatable, used.get(node.metadata.name) ?? {}) };
    });
}

/** Pods that hold no node yet: claims on whatever is free. */
export function unboundPods(pods: readonly Pod[]): Pod[] {
  return pods.filter((pod) => pod.spec.nodeName === undefined && !FINISHED.has(pod.status.phase));
}

/**
 * What the scheduler charges a pod with: the larger of its containers (with the sidecars among its init containers) and of the
 * biggest step of its initialisation, plus overhead; a request at the level of the pod goes before both. Every pod also takes
 * one of the node's `pods`. See <https://kubernetes.io/docs/concepts/workloads/pods/init-containers/#resource-sharing-within-containers>.
 */
export function podRequests(pod: Pod): Resources {
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

/** The most that one pod of a template asks for, resource by resource: room for the whole of it, one pod after the other. */
export function templateRequests(template: WorkflowTemplate): Resources {
  const peak: Record<string, number> = { pods: 1 };
  for (const { container, script, containerSet } of template.spec.templates) {
    const sum: Record<string, number> = {};
    for (const one of [container, script, ...(containerSet?.containers ?? [])])
      if (one !== undefined) addTo(sum, requestsOf(one));
    maxInto(peak, sum);
  }
  return peak;
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

/** Taints that every pod of a template tolerates. */
export function templateTolerations(template: WorkflowTemplate): Toleration[] {
  return [...(template.spec.tolerations ?? []), ...template.spec.templates.flatMap((one) => one.tolerations ?? [])];
}

function takesPods(node: Node, tolerations: readonly Toleration[]): boolean {
  const ready = node.status.conditions?.some((condition) => condition.type === READY && condition.status === 'True') ?? false;
  const taints = node.spec.taints ?? [];
  return (
    ready &&
    node.spec.unschedulable !== true &&
    taints.every((taint) => !EVICTING.has(taint.effect) || tolerations.some((toleration) => tolerates(toleration, taint)))
  );
}

function tolerates(toleration: Toleration, taint: { key: string; value?: string | undefined; effect: string }): boolean {
  if (toleration.effect !== undefined && toleration.effect !== '' && toleration.effect !== taint.effect) return false;
  if (toleration.key === undefined || toleration.key === '') return toleration.operator === 'Exists';
  if (toleration.key !== taint.key) return false;
  return toleration.operator === 'Exists' || (toleration.value ?? '') === (taint.value ?? '');
}

/** A limit without a request is the request as well. */
function requestsOf(container: PodContainer): Resources {
  return { ...amounts(container.resources?.limits), ...amounts(container.resources?.requests) };
}

function amounts(quantities: Quantities): Record<string, number> {
  const result: Record<string, number> = {};
  for (const [name, quantity] of Object.entries(quantities ?? {})) result[name] = parseQuantity(quantity) ?? 0;
  return result;
}

function plus(a: Resources, b: Resources): Resources {
  const sum: Record<string, number> = { ...a };
  addTo(sum, b);
  return sum;
}

function minus(a: Resources, b: Resources): Resources {
  return Object.fromEntries(Object.entries(a).map(([name, amount]) => [name, amount - (b[name] ?? 0)]));
}

function addTo(sum: Record<string, number>, more: Resources): void {
  for (const [name, amount] of Object.entries(more)) sum[name] = (sum[name] ?? 0) + amount;
}

function maxInto(peak: Record<string, number>, other: Resources): void {
  for (const [name, amount] of Object.entries(other)) peak[name] = Math.max(peak[name] ?? 0, amount);
}
