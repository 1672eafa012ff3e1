import type { KubeObject } from '../objects/metadata';
import { isReady, type Node } from '../objects/node';
import type { KubeEvent, NodeClaim, NodePool } from '../objects/plain';
import type { Pod } from '../objects/pod';
import type { Workflow } from '../objects/workflow';
import type { ObjectOf, Plural } from '../store/resources';
import { ageOf, shortDuration } from './duration';

export interface Column {
  name: string;
  type?: 'string' | 'integer';
  /** Shown with `-o wide` only. */
  wide?: boolean;
  cell: (object: KubeObject, now: number) => string | number;
}

const NONE = '<none>';
const name = { name: 'Name', cell: (object: KubeObject) => object.metadata.name };
const age = { name: 'Age', cell: (object: KubeObject, now: number) => ageOf(object.metadata.creationTimestamp, now) };

export function columnsOf(plural: Plural): readonly Column[] {
  return COLUMNS[plural];
}

/** A column of one kind, as a column of any object: rows are built with the columns of their own kind only. */
function of<O extends KubeObject>(name: string, cell: (object: O, now: number) => string | number, wide = false): Column {
  return { name, wide, cell: (object, now) => cell(object as O, now) };
}

const COLUMNS: Readonly<Record<Plural, readonly Column[]>> = {
  namespaces: [name, { name: 'Status', cell: () => 'Active' }, age],
  nodes: [
    name,
    of<Node>(
      'Status',
      (node) => (isReady(node) ? 'Ready' : 'NotReady') + (node.spec.unschedulable === true ? ',SchedulingDisabled' : ''),
    ),
    { name: 'Roles', cell: () => NONE },
    age,
    of<Node>('Version', (node) => nodeInfo(node, 'kubeletVersion')),
    of<Node>('GPUs', (node) => String(node.status.allocatable['nvidia.com/gpu'] ?? 0)),
    of<Node>('Internal-IP', () => '127.0.0.1', true),
    of<Node>('OS-Image', (node) => nodeInfo(node, 'osImage'), true),
  ],
  pods: [
    name,
    of<Pod>(
      'Ready',
      (pod) => `${(pod.status.containerStatuses ?? []).filter((status) => status.ready).length}/${pod.spec.containers.length}`,
    ),
    of<Pod>('Status', podStatus),
    of<Pod>('Restarts', () => 0),
    age,
    of<Pod>('IP', (pod) => pod.status.podIP ?? NONE, true),
    of<Pod>('Node', (pod) => pod.spec.nodeName ?? NONE, true),
  ],
  events: [
    of<KubeEvent>('Last Seen', (event, now) => ageOf(event.lastTimestamp, now)),
    of<KubeEvent>('Type', (event) => event.type),
    of<KubeEvent>('Reason', (event) => event.reason),
    of<KubeEvent>('Object', (event) => `${event.involvedObject.kind.toLowerCase()}/${event.involvedObject.name}`),
    of<KubeEvent>('Message', (event) => event.message),
    of<KubeEvent>('Count', (event) => event.count, true),
  ],
  configmaps: [name, of<ObjectOf['configmaps']>('Data', (map) => Object.keys(map.data ?? {}).length), age],
  secrets: [
    name,
    of<ObjectOf['secrets']>('Type', (secret) => String(secret['type'] ?? 'Opaque')),
    of<ObjectOf['secrets']>('Data', (secret) => Object.keys(secret.data ?? {}).length),
    age,
  ],
  workflows: [
    name,
    of<Workflow>('Status', (workflow) => workflow.status?.phase ?? ''),
    of<Workflow>('Age', (workflow, now) => ageOf(workflow.status?.startedAt ?? workflow.metadata.creationTimestamp, now)),
    of<Workflow>('Message', (workflow) => workflow.status?.message ?? ''),
    of<Workflow>('Progress', (workflow) => workflow.status?.progress ?? '', true),
    of<Workflow>('Duration', workflowDuration, true),
  ],
  workflowtemplates: [name, age],
  nodepools: [
    name,
    of<NodePool>('Nodes', (pool) => pool.status.resources['nodes'] ?? '0'),
    of<NodePool>('Limit', (pool) => pool.spec.limits['nodes'] ?? NONE),
    of<NodePool>('Ready', () => 'True'),
    age,
  ],
  nodeclaims: [
    name,
    of<NodeClaim>('Node', (claim) => claim.status.nodeName ?? ''),
    of<NodeClaim>('Type', (claim) => claim.metadata.labels?.['node.kubernetes.io/instance-type'] ?? ''),
    of<NodeClaim>('Capacity', (claim) => claim.metadata.labels?.['karpenter.sh/capacity-type'] ?? ''),
    of<NodeClaim>('Ready', (claim) => claim.status.conditions.find(({ type }) => type === 'Ready')?.status ?? 'Unknown'),
    age,
  ],
  resourceslices: [
    name,
    of<ObjectOf['resourceslices']>('Node', (slice) => slice.spec.nodeName ?? NONE),
    of<ObjectOf['resourceslices']>('Driver', (slice) => slice.spec.driver),
    age,
  ],
  resourceclaims: [name, of('State', (claim) => (isAllocated(claim) ? 'allocated' : 'pending')), age],
  resourceclaimtemplates: [name, age],
  deviceclasses: [name, age],
};

function isAllocated({ status }: KubeObject): boolean {
  return typeof status === 'object' && status !== null && 'allocation' in status;
}

/** As kubectl says it: the reason of a container tells more than the phase. */
function podStatus(pod: Pod): string {
  if (pod.metadata.deletionTimestamp !== undefined) return 'Terminating';
  const state = pod.status.containerStatuses?.[0]?.state;
  return state?.waiting?.reason ?? state?.terminated?.reason ?? pod.status.reason ?? pod.status.phase;
}

function workflowDuration(workflow: Workflow, now: number): string {
  const { startedAt, finishedAt } = workflow.status ?? {};
  if (typeof startedAt !== 'string') return '';
  return shortDuration((typeof finishedAt === 'string' ? Date.parse(finishedAt) : now) - Date.parse(startedAt));
}

function nodeInfo(node: Node, field: string): string {
  const info = node.status['nodeInfo'];
  return typeof info === 'object' && info !== null && field in info ? String((info as Record<string, unknown>)[field]) : NONE; // an object of JSON
}
