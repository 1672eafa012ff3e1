import type { Node, NodeAffinity, Taint, Toleration } from '@stead/platform/kube';

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

/** Ready and not cordoned: new pods can be bound to it at all. */
export function isOpen(node: Node): boolean {
  const ready = node.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
  return ready && node.spec.unschedulable !== true;
}

/** The rules of kube-scheduler's filters TaintToleration and NodeAffinity, without its preferences. */
export function takes({ labels, taints }: Chosen, { nodeSelector, tolerations, affinity }: NodeChoice): boolean {
  const terms = affinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  return (
    taints.every((taint) => !KEEPS_AWAY.has(taint.effect) || tolerations.some((toleration) => tolerates(toleration, taint))) &&
    Object.entries(nodeSelector).every(([key, value]) => labels[key] === value) &&
    (terms === undefined || terms.some(({ matchExpressions }) => matchExpressions.every((one) => matches(one, labels))))
  );
}

function tolerates(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect !== undefined && toleration.effect !== '' && toleration.effect !== taint.effect) return false;
  if (toleration.key === undefined || toleration.key === '') return toleration.operator === 'Exists';
  if (toleration.key !== taint.key) return false;
  return toleration.operator === 'Exists' || (toleration.value ?? '') === (taint.value ?? '');
}

type Requirement = NonNullable<
  NonNullable<NodeAffinity>['requiredDuringSchedulingIgnoredDuringExecution']
>['nodeSelectorTerms'][number]['matchExpressions'][number];

/** An operator that is not known here matches nothing: room that may not be there is not counted. */
function matches({ key, operator, values }: Requirement, labels: Readonly<Record<string, string>>): boolean {
  const label = labels[key];
  switch (operator) {
    case 'In':
      return label !== undefined && values.includes(label);
    case 'NotIn':
      return label === undefined || !values.includes(label);
    case 'Exists':
      return label !== undefined;
    case 'DoesNotExist':
      return label === undefined;
    case 'Gt':
      return label !== undefined && Number(label) > Number(values[0]);
    case 'Lt':
      return label !== undefined && Number(label) < Number(values[0]);
    default:
      return false;
  }
}
