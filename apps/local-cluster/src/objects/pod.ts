import type { KubeObject } from './metadata';

/** The part of a pod that this cluster acts on: <https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/>. */
export interface Pod extends KubeObject {
  spec: PodSpec;
  status: PodStatus;
}

export interface PodSpec {
  nodeName?: string | undefined;
  containers: Container[];
  restartPolicy?: string | undefined;
  activeDeadlineSeconds?: number | undefined;
  terminationGracePeriodSeconds?: number | undefined;
  serviceAccountName?: string | undefined;
  nodeSelector?: Record<string, string> | undefined;
  tolerations?: Toleration[] | undefined;
  priority?: number | undefined;
  overhead?: Record<string, Quantity> | undefined;
  [field: string]: unknown;
}

export type Quantity = string | number;

export interface Container {
  name: string;
  image: string;
  command?: string[] | undefined;
  args?: string[] | undefined;
  env?: EnvVar[] | undefined;
  envFrom?: EnvFrom[] | undefined;
  workingDir?: string | undefined;
  resources?: { requests?: Record<string, Quantity> | undefined; limits?: Record<string, Quantity> | undefined } | undefined;
  [field: string]: unknown;
}

export interface KeyReference {
  name?: string | undefined;
  key: string;
  optional?: boolean | undefined;
}

export interface EnvVar {
  name: string;
  value?: string | undefined;
  valueFrom?:
    | {
        secretKeyRef?: KeyReference | undefined;
        configMapKeyRef?: KeyReference | undefined;
        fieldRef?: { fieldPath: string } | undefined;
      }
    | undefined;
}

export interface EnvFrom {
  prefix?: string | undefined;
  secretRef?: { name?: string | undefined; optional?: boolean | undefined } | undefined;
  configMapRef?: { name?: string | undefined; optional?: boolean | undefined } | undefined;
}

export interface Toleration {
  key?: string | undefined;
  operator?: string | undefined;
  value?: string | undefined;
  effect?: string | undefined;
}

export type PodPhase = 'Pending' | 'Running' | 'Succeeded' | 'Failed';

export interface PodCondition {
  type: string;
  status: 'True' | 'False';
  reason?: string | undefined;
  message?: string | undefined;
  lastTransitionTime: string;
}

export interface Terminated {
  exitCode: number;
  reason: string;
  message?: string | undefined;
  startedAt: string | null;
  finishedAt: string;
}

export interface ContainerStatus {
  name: string;
  image: string;
  imageID: string;
  ready: boolean;
  started: boolean;
  restartCount: number;
  containerID?: string | undefined;
  state: {
    waiting?: { reason: string; message?: string | undefined } | undefined;
    running?: { startedAt: string } | undefined;
    terminated?: Terminated | undefined;
  };
}

export interface PodStatus {
  phase: PodPhase;
  reason?: string | undefined;
  message?: string | undefined;
  startTime?: string | undefined;
  hostIP?: string | undefined;
  podIP?: string | undefined;
  qosClass?: string | undefined;
  conditions?: PodCondition[] | undefined;
  containerStatuses?: ContainerStatus[] | undefined;
}

export function isPodFinished(pod: Pod): boolean {
  return pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed';
}

/** Reason of a pod whose process is gone and left no exit code: Argo calls such a step "pod deleted". */
export const NODE_LOST = 'NodeLost';
