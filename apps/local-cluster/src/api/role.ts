import { PLURALS, RESOURCES, type Plural } from '../store/resources';

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection';

/** Who asks. `admin` may do everything; `dispatcher` has the Role and ClusterRole that a real cluster grants it. */
export interface User {
  name: string;
  role: 'admin' | 'dispatcher';
  /** What an operator grants it everywhere on top. */
  also?: Rules | undefined;
}

export type Rules = Readonly<Partial<Record<string, readonly Verb[]>>>;

const READ = ['get', 'list', 'watch'] as const;
/** In the cluster's own namespace only. */
const NAMESPACED: Rules = {
  workflows: [...READ, 'create', 'patch', 'delete'],
  workflowtemplates: READ,
  pods: READ,
  'pods/log': ['get'],
  events: READ,
  resourceclaimtemplates: READ,
};
/** Everywhere. */
const CLUSTER_WIDE: Rules = {
  nodes: READ,
  pods: ['list', 'watch'],
  nodepools: READ,
  nodeclaims: READ,
  resourceslices: READ,
  resourceclaims: READ,
  deviceclasses: READ,
};

/** What the dispatcher's Role holds for, and what is withheld from it on demand. */
export interface Role {
  /** The namespace of the Role; its ClusterRole holds everywhere. */
  namespace: string;
  withholds: (verb: string, resource: string) => boolean;
}

export interface Access {
  verb: Verb;
  group: string;
  resource: Plural | 'pods/log' | (string & {});
  /** Null is all namespaces, or an object outside of namespaces. */
  namespace: string | null;
  name?: string | null;
}

export function isAllowed(user: User, access: Access, role: Role): boolean {
  if (user.role === 'admin') return true;
  const [plural = ''] = access.resource.split('/');
  const known = PLURALS.find((one) => one === plural);
  if (known === undefined || RESOURCES[known].group !== access.group || role.withholds(access.verb, access.resource))
    return false;
  // Which cluster this is: the uid of that namespace.
  if (access.verb === 'get' && access.resource === 'namespaces' && access.name === 'kube-system') return true;
  const inNamespace = access.namespace === role.namespace ? NAMESPACED[access.resource] : undefined;
  return [inNamespace, CLUSTER_WIDE[access.resource], user.also?.[access.resource]].some(
    (verbs) => verbs?.includes(access.verb) === true,
  );
}

/** For SelfSubjectRulesReview. */
export function rulesOf(user: User, namespace: string, role: Role): object[] {
  if (user.role === 'admin') return [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }];
  const rules = namespace === role.namespace ? [NAMESPACED, CLUSTER_WIDE] : [CLUSTER_WIDE];
  return rules.flatMap((byResource) =>
    Object.entries(byResource).map(([resource, verbs = []]) => ({
      verbs: verbs.filter((verb) => !role.withholds(verb, resource)),
      apiGroups: [groupOf(resource)],
      resources: [resource],
    })),
  );
}

function groupOf(resource: string): string {
  const plural = PLURALS.find((one) => one === resource.split('/')[0]);
  return plural === undefined ? '' : RESOURCES[plural].group;
}
