import type { FixtureName } from './fixtures';
import type { Surroundings } from './surroundings';

export const GROUPS = ['server', 'access', 'objects', 'changes', 'lists', 'watches', 'cluster', 'argo', 'pods'] as const;
export type Group = (typeof GROUPS)[number];

/**
 * `differs`: the cluster does it in another way than is documented, or than the local cluster, and the dispatcher can live with it.
 * `not-applicable`: the cluster gives no occasion to look, and says nothing by that.
 */
export type Outcome = 'pass' | 'fail' | 'differs' | 'not-applicable';

/** What was seen; thrown instead: `Unmet`, `NotApplicable`, or whatever the line brings. */
export type Seen = string | { differs: string };

export interface Check {
  /** `<group>.<what>`. */
  id: `${Group}.${string}`;
  /** The expectation, in a sentence. */
  title: string;
  /** What it rests on: a page of Kubernetes' or Argo's documentation. */
  reference: string;
  /** What the dispatcher does with it, or what would go wrong if it did not hold. */
  dispatcher: string;
  /** Another check without which this one says nothing. */
  needs?: Check['id'];
  /** The workflows that it looks at: all that are used are submitted at the beginning. */
  uses?: readonly FixtureName[];
  run(on: Surroundings): Promise<Seen>;
}

/** The expectation does not hold; the message says what was seen in its place. */
export class Unmet extends Error {}

export class NotApplicable extends Error {}

export function demand(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new Unmet(otherwise);
}

export const DOCS = {
  concepts: 'https://kubernetes.io/docs/reference/using-api/api-concepts/',
  conventions: 'https://github.com/kubernetes/community/blob/master/contributors/devel/sig-architecture/api-conventions.md',
  health: 'https://kubernetes.io/docs/reference/using-api/health-checks/',
  authentication: 'https://kubernetes.io/docs/reference/access-authn-authz/authentication/',
  rbac: 'https://kubernetes.io/docs/reference/access-authn-authz/rbac/',
  names: 'https://kubernetes.io/docs/concepts/overview/working-with-objects/names/',
  labels: 'https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/',
  fields: 'https://kubernetes.io/docs/concepts/overview/working-with-objects/field-selectors/',
  garbage: 'https://kubernetes.io/docs/concepts/architecture/garbage-collection/',
  customResources: 'https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/',
  pods: 'https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/',
  nodes: 'https://kubernetes.io/docs/concepts/architecture/nodes/',
  events: 'https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/',
  flowControl: 'https://kubernetes.io/docs/concepts/cluster-administration/flow-control/',
  devices: 'https://kubernetes.io/docs/concepts/scheduling-eviction/dynamic-resource-allocation/',
  karpenter: 'https://karpenter.sh/docs/concepts/nodepools/',
  argoFields: 'https://argo-workflows.readthedocs.io/en/latest/fields/',
  argoTemplates: 'https://argo-workflows.readthedocs.io/en/latest/workflow-templates/',
  argoConcepts: 'https://argo-workflows.readthedocs.io/en/latest/workflow-concepts/',
  argoVariables: 'https://argo-workflows.readthedocs.io/en/latest/variables/',
  argoRetries: 'https://argo-workflows.readthedocs.io/en/latest/retries/',
  argoDag: 'https://argo-workflows.readthedocs.io/en/latest/enhanced-depends-logic/',
  argoStop: 'https://argo-workflows.readthedocs.io/en/latest/cli/argo_stop/',
  argoTerminate: 'https://argo-workflows.readthedocs.io/en/latest/cli/argo_terminate/',
  argoInstance: 'https://argo-workflows.readthedocs.io/en/latest/scaling/',
  argoCost: 'https://argo-workflows.readthedocs.io/en/latest/cost-optimisation/',
} as const;
