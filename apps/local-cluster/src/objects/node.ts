import type { KubeObject } from './metadata';
import type { Quantity } from './pod';

export interface Taint {
  key: string;
  value?: string | undefined;
  effect: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';
}

export interface Node extends KubeObject {
  spec: {
    unschedulable?: boolean | undefined;
    taints?: Taint[] | undefined;
    providerID?: string | undefined;
    [field: string]: unknown;
  };
  status: {
    capacity: Record<string, Quantity>;
    allocatable: Record<string, Quantity>;
    conditions: NodeCondition[];
    [field: string]: unknown;
  };
}

export interface NodeCondition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason: string;
  message: string;
  lastHeartbeatTime: string;
  lastTransitionTime: string;
}

export function isReady(node: Node): boolean {
  return node.status.conditions.some((condition) => condition.type === 'Ready' && condition.status === 'True');
}
