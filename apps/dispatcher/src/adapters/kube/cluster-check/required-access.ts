/** One resource and what the dispatcher does with it. */
export interface AccessRule {
  group: string;
  resource: string;
  subresource?: string;
  verbs: readonly string[];
  /** In the namespace of the runs, or everywhere. */
  scope: 'namespace' | 'cluster';
  /** What does not work without it. */
  why: string;
  /** Asked for only where the cluster has the group: not every cluster has an autoscaler, or devices that are claimed. */
  optional?: boolean;
}

const READ = ['get', 'list', 'watch'] as const;
const LIST = ['list', 'watch'] as const;

/** All that the dispatcher may do on a cluster; `deploy/argo/rbac.yaml` grants exactly this. */
export const REQUIRED_ACCESS: readonly AccessRule[] = [
  {
    ...{ group: 'argoproj.io', resource: 'workflows', scope: 'namespace' },
    verbs: ['create', ...READ, 'patch', 'delete'],
    why: 'runs are made, followed, ended and removed as workflows',
  },
  {
    ...{ group: 'argoproj.io', resource: 'workflowtemplates', scope: 'namespace', verbs: READ },
    why: 'what a run asks for stands in its template',
  },
  { group: '', resource: 'pods', scope: 'namespace', verbs: READ, why: 'the pods of a step are found for its log' },
  { group: '', resource: 'pods', subresource: 'log', scope: 'namespace', verbs: ['get'], why: 'logs of steps are kept' },
  { group: '', resource: 'events', scope: 'namespace', verbs: READ, why: 'events tell why a pod does not start' },
  { group: '', resource: 'nodes', scope: 'cluster', verbs: READ, why: 'free room is counted per node' },
  { group: '', resource: 'pods', scope: 'cluster', verbs: LIST, why: 'pods of others hold the nodes as well' },
  {
    ...{ group: 'karpenter.sh', resource: 'nodepools', scope: 'cluster', verbs: READ, optional: true },
    why: 'how many nodes the cloud may add stands in its pools',
  },
  {
    ...{ group: 'karpenter.sh', resource: 'nodeclaims', scope: 'cluster', verbs: READ, optional: true },
    why: 'nodes that boot, and launches that fail, are claims',
  },
  {
    ...{ group: 'resource.k8s.io', resource: 'resourceslices', scope: 'cluster', verbs: LIST, optional: true },
    why: 'devices that are claimed are not among the resources of nodes',
  },
  {
    ...{ group: 'resource.k8s.io', resource: 'resourceclaims', scope: 'cluster', verbs: LIST, optional: true },
    why: 'devices that are claimed are not among the resources of nodes',
  },
  {
    ...{ group: 'resource.k8s.io', resource: 'deviceclasses', scope: 'cluster', verbs: LIST, optional: true },
    why: 'what a claim asks for is said by the class that it names',
  },
  {
    ...{ group: 'resource.k8s.io', resource: 'resourceclaimtemplates', scope: 'namespace', verbs: READ, optional: true },
    why: 'what a step is going to claim stands in the template that it names',
  },
];

/** What it must not have: with these, whoever takes over the dispatcher has the cluster. */
export const FORBIDDEN_ACCESS: readonly Omit<AccessRule, 'optional'>[] = [
  { group: '', resource: 'secrets', scope: 'namespace', verbs: ['get', 'list'], why: 'secrets of the namespace' },
  { group: '', resource: 'secrets', scope: 'cluster', verbs: ['list'], why: 'secrets of everybody' },
  { group: '', resource: 'pods', subresource: 'exec', scope: 'namespace', verbs: ['create'], why: 'a shell in any pod' },
];

/** `workflows.argoproj.io`, `pods/log`. */
export function titleOf({ group, resource, subresource }: Pick<AccessRule, 'group' | 'resource' | 'subresource'>): string {
  const named = group === '' ? resource : `${resource}.${group}`;
  return subresource === undefined ? named : `${named}/${subresource}`;
}
