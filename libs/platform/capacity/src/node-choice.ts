import { KARPENTER, type Node, type NodeAffinity, type Taint, type Toleration } from '@stead/platform/kube';
import { couldSatisfy, satisfies, type LabelRequirement, type UndecidedLabels } from './undecided-labels';

/** Which nodes take a pod, apart from their room. */
export interface NodeChoice {
  nodeSelector: Readonly<Record<string, string>>;
  tolerations: readonly Toleration[];
  /** Each list is one way to be taken; none at all means anywhere. Preferences decide nothing here. */
  affinity: NodeAffinity | undefined;
}

interface Chosen {
  labels: Readonly<Record<string, string>>;
  taints: readonly Taint[];
  /** Of a node that would have to come first. */
  undecided?: UndecidedLabels | undefined;
}

const KEEPS_AWAY: ReadonlySet<string> = new Set(['NoSchedule', 'NoExecute']);

/** The labels by which these pods choose their nodes; what else a node is called decides nothing about them. */
export function labelsAskedFor(choices: readonly NodeChoice[]): ReadonlySet<string> {
  return new Set(
    choices.flatMap(({ nodeSelector, affinity }) => [
      ...Object.keys(nodeSelector),
      ...(affinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? []).flatMap(({ matchExpressions }) =>
        matchExpressions.map(({ key }) => key),
      ),
    ]),
  );
}

/** Ready, not cordoned and not about to go: new pods can be bound to it at all. */
export function isOpen(node: Node): boolean {
  const ready = node.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
  return ready && node.spec.unschedulable !== true && !isLeaving(node);
}

/**
 * Taints of a machine that is being taken back or removed. They count whatever a pod tolerates: a template that tolerates
 * everything would be bound there, and lose its pod within minutes.
 */
const LEAVING: ReadonlySet<string> = new Set([
  KARPENTER.disrupted,
  'ToBeDeletedByClusterAutoscaler', // <https://github.com/kubernetes/autoscaler>
  'aws-node-termination-handler/spot-itn', // <https://github.com/aws/aws-node-termination-handler>
  'cloud.google.com/impending-node-termination', // <https://cloud.google.com/kubernetes-engine/docs/concepts/spot-vms>
]);

export function isLeaving({ metadata, spec }: Node): boolean {
  return metadata.deletionTimestamp !== undefined || (spec.taints ?? []).some(({ key }) => LEAVING.has(key));
}

/** The rules of kube-scheduler's filters TaintToleration and NodeAffinity, without its preferences. */
export function takes(node: Chosen, { nodeSelector, tolerations, affinity }: NodeChoice): boolean {
  const { labels, taints, undecided } = node;
  const terms = affinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  if (!taints.every((taint) => !KEEPS_AWAY.has(taint.effect) || tolerations.some((toleration) => tolerates(toleration, taint))))
    return false;
  if (undecided === undefined) {
    return (
      Object.entries(nodeSelector).every(([key, value]) => labels[key] === value) &&
      (terms === undefined ||
        terms.some(({ matchExpressions }) => matchExpressions.every((one) => satisfies(one, labels[one.key]))))
    );
  }
  const selected = Object.entries(nodeSelector).map(([key, value]) => ({ key, operator: 'In', values: [value] }));
  return (terms ?? [{ matchExpressions: [] }]).some(({ matchExpressions }) =>
    couldTake(labels, undecided, [...selected, ...matchExpressions]),
  );
}

function couldTake(labels: Chosen['labels'], undecided: UndecidedLabels, all: readonly LabelRequirement[]): boolean {
  return [...new Set(all.map(({ key }) => key))].every((key) => {
    const asked = all.filter((one) => one.key === key);
    const label = labels[key];
    return label === undefined ? couldSatisfy(key, asked, undecided) : asked.every((one) => satisfies(one, label));
  });
}

function tolerates(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect !== undefined && toleration.effect !== '' && toleration.effect !== taint.effect) return false;
  if (toleration.key === undefined || toleration.key === '') return toleration.operator === 'Exists';
  if (toleration.key !== taint.key) return false;
  return toleration.operator === 'Exists' || (toleration.value ?? '') === (taint.value ?? '');
}
