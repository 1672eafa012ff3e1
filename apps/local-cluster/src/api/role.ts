import type { Plural } from '../store/resources';

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection';

/** Who asks. `admin` may do everything; `dispatcher` has the Role and ClusterRole that a real cluster grants it. */
export interface User {
  name: string;
  role: 'admin' | 'dispatcher';
}

type Rules = Readonly<Partial<Record<string, readonly Verb[]>>>;

const READ = ['get', 'list', 'watch'] as const;
/** In the cluster's own namespace only. */
const NAMESPACED: Rules = {
  workflows: [...READ, 'create', 'patch', 'delete'],
  workflowtemplates: READ,
  pods: READ,
  'pods/log': ['get'],
  events: READ,
};
/** Everywhere. */
const CLUSTER_WIDE: Rules = {
  nodes: READ,
  pods: ['list', 'watch'],
  nodepools: READ,
  nodeclaims: READ,
};

export interface Access {
  verb: Verb;
  resource: Plural | 'pods/log' | (string & {});
  /** Null is all namespaces, or an object outside of namespaces. */
  namespace: string | null;
}

export function isAllowed(user: User, access: Access, ownNamespace: string): boolean {
  if (user.role === 'admin') return true;
  const inNamespace = access.namespace === ownNamespace ? NAMESPACED[access.resource] : undefined;
  return [inNamespace, CLUSTER_WIDE[access.resource]].some((verbs) => verbs?.includes(access.verb) === true);
}

/** For SelfSubjectRulesReview. */
export function rulesOf(user: User, namespace: string, ownNamespace: string): object[] {
  if (user.role === 'admin') return [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }];
  const rules = namespace === ownNamespace ? [NAMESPACED, CLUSTER_WIDE] : [CLUSTER_WIDE];
  return rules.flatMap((byResource) =>
    Object.entries(byResource).map(([resource, verbs]) => ({ verbs, apiGroups: ['*'], resources: [resource] })),
  );
}
