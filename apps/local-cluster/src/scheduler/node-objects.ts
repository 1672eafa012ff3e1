import { timestamp } from '../objects/metadata';
import type { Node, NodeCondition, Taint } from '../objects/node';
import type { Draft } from '../store/object-store';

export interface NodeSize {
  cpu: number;
  memoryBytes: number;
  gpus: number;
}

export interface NewNode extends NodeSize {
  name: string;
  ready: boolean;
  labels?: Readonly<Record<string, string>>;
  taints?: Taint[];
}

const PODS_MAX = 110;
const KI = 1024;

export function capacityOf({ cpu, memoryBytes, gpus }: NodeSize): Record<string, string> {
  return {
    cpu: String(cpu),
    memory: `${Math.floor(memoryBytes / KI)}Ki`,
    pods: String(PODS_MAX),
    ...(gpus > 0 && { 'nvidia.com/gpu': String(gpus) }),
  };
}

export function newNode({ name, ready, labels = {}, taints, ...size }: NewNode, now: number): Draft<'nodes'> {
  const capacity = capacityOf(size);
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': process.platform,
        'kubernetes.io/arch': process.arch,
        ...labels,
      },
    },
    spec: { providerID: `local://${name}`, ...(taints && taints.length > 0 && { taints }) },
    status: {
      capacity,
      allocatable: capacity,
      conditions: [readyCondition(ready, now)],
      addresses: [
        { type: 'InternalIP', address: '127.0.0.1' },
        { type: 'Hostname', address: name },
      ],
      nodeInfo: {
        kubeletVersion: 'v1.34.0+local-cluster',
        osImage: 'this machine',
        operatingSystem: process.platform,
        architecture: process.arch,
        containerRuntimeVersion: 'process://1',
        kernelVersion: '',
        kubeProxyVersion: '',
        bootID: '',
        machineID: '',
        systemUUID: '',
      },
    },
  };
}

export function withReadiness(node: Node, ready: boolean, now: number): Node {
  const rest = node.status.conditions.filter(({ type }) => type !== 'Ready');
  return { ...node, status: { ...node.status, conditions: [...rest, readyCondition(ready, now)] } };
}

function readyCondition(ready: boolean, now: number): NodeCondition {
  const at = timestamp(now);
  return {
    type: 'Ready',
    status: ready ? 'True' : 'False',
    reason: ready ? 'KubeletReady' : 'KubeletNotReady',
    message: ready ? 'kubelet is posting ready status' : 'the node is not ready yet',
    lastHeartbeatTime: at,
    lastTransitionTime: at,
  };
}
