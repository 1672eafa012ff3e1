import type { KubeObject } from './metadata';

export interface Secret extends KubeObject {
  data?: Record<string, string> | undefined;
}

export interface ConfigMap extends KubeObject {
  data?: Record<string, string> | undefined;
}

export interface KubeEvent extends KubeObject {
  involvedObject: { kind: string; name: string; namespace?: string | undefined; uid: string; apiVersion: string };
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
  count: number;
  firstTimestamp: string;
  lastTimestamp: string;
}

export interface NodePool extends KubeObject {
  spec: { limits: Record<string, string>; [field: string]: unknown };
  status: { resources: Record<string, string>; [field: string]: unknown };
}

export interface NodeClaim extends KubeObject {
  status: {
    nodeName?: string | undefined;
    conditions: ClaimCondition[];
    lastPodEventTime?: string | undefined;
    [field: string]: unknown;
  };
}

export interface ResourceSlice extends KubeObject {
  spec: { driver: string; nodeName?: string | undefined; devices?: object[] | undefined; [field: string]: unknown };
}

export interface ClaimCondition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason: string;
  message: string;
  lastTransitionTime: string;
}
