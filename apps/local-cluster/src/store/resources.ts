import type { KubeObject } from '../objects/metadata';
import type { Node } from '../objects/node';
import type { ConfigMap, KubeEvent, NodeClaim, NodePool, ResourceSlice, Secret } from '../objects/plain';
import type { Pod } from '../objects/pod';
import type { Workflow, WorkflowTemplate } from '../objects/workflow';

/** Every kind of object that the cluster keeps, by the plural that stands in its URL. */
export interface ObjectOf {
  namespaces: KubeObject;
  nodes: Node;
  pods: Pod;
  events: KubeEvent;
  configmaps: ConfigMap;
  secrets: Secret;
  workflows: Workflow;
  workflowtemplates: WorkflowTemplate;
  nodepools: NodePool;
  nodeclaims: NodeClaim;
  resourceslices: ResourceSlice;
  resourceclaims: KubeObject;
  resourceclaimtemplates: KubeObject;
  deviceclasses: KubeObject;
}
export type Plural = keyof ObjectOf;

export interface Resource {
  plural: Plural;
  singular: string;
  kind: string;
  group: string;
  version: string;
  namespaced: boolean;
  shortNames: readonly string[];
  categories?: readonly string[];
}

const core = { group: '', version: 'v1' };
const argo = { group: 'argoproj.io', version: 'v1alpha1' };
const karpenter = { group: 'karpenter.sh', version: 'v1' };
const devices = { group: 'resource.k8s.io', version: 'v1' };

export const RESOURCES: Readonly<Record<Plural, Resource>> = {
  namespaces: { ...core, plural: 'namespaces', singular: 'namespace', kind: 'Namespace', namespaced: false, shortNames: ['ns'] },
  nodes: { ...core, plural: 'nodes', singular: 'node', kind: 'Node', namespaced: false, shortNames: ['no'] },
  pods: { ...core, plural: 'pods', singular: 'pod', kind: 'Pod', namespaced: true, shortNames: ['po'], categories: ['all'] },
  events: { ...core, plural: 'events', singular: 'event', kind: 'Event', namespaced: true, shortNames: ['ev'] },
  configmaps: { ...core, plural: 'configmaps', singular: 'configmap', kind: 'ConfigMap', namespaced: true, shortNames: ['cm'] },
  secrets: { ...core, plural: 'secrets', singular: 'secret', kind: 'Secret', namespaced: true, shortNames: [] },
  workflows: { ...argo, plural: 'workflows', singular: 'workflow', kind: 'Workflow', namespaced: true, shortNames: ['wf'] },
  workflowtemplates: {
    ...argo,
    plural: 'workflowtemplates',
    singular: 'workflowtemplate',
    kind: 'WorkflowTemplate',
    namespaced: true,
    shortNames: ['wftmpl'],
  },
  nodepools: { ...karpenter, plural: 'nodepools', singular: 'nodepool', kind: 'NodePool', namespaced: false, shortNames: [] },
  nodeclaims: { ...karpenter, plural: 'nodeclaims', singular: 'nodeclaim', kind: 'NodeClaim', namespaced: false, shortNames: [] },
  resourceslices: {
    ...devices,
    plural: 'resourceslices',
    singular: 'resourceslice',
    kind: 'ResourceSlice',
    namespaced: false,
    shortNames: [],
  },
  resourceclaims: {
    ...devices,
    plural: 'resourceclaims',
    singular: 'resourceclaim',
    kind: 'ResourceClaim',
    namespaced: true,
    shortNames: [],
  },
  resourceclaimtemplates: {
    ...devices,
    plural: 'resourceclaimtemplates',
    singular: 'resourceclaimtemplate',
    kind: 'ResourceClaimTemplate',
    namespaced: true,
    shortNames: [],
  },
  deviceclasses: {
    ...devices,
    plural: 'deviceclasses',
    singular: 'deviceclass',
    kind: 'DeviceClass',
    namespaced: false,
    shortNames: [],
  },
};

export const PLURALS = Object.keys(RESOURCES) as Plural[]; // the keys of a record over Plural

export function apiVersionOf(resource: Resource): string {
  return resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
}
