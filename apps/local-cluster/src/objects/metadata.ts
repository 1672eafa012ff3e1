/** What every object of the Kubernetes API carries: <https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta/>. */
export interface Metadata {
  name: string;
  namespace?: string | undefined;
  generateName?: string | undefined;
  uid: string;
  resourceVersion: string;
  generation: number;
  creationTimestamp: string;
  deletionTimestamp?: string | undefined;
  deletionGracePeriodSeconds?: number | undefined;
  labels?: Record<string, string> | undefined;
  annotations?: Record<string, string> | undefined;
  ownerReferences?: OwnerReference[] | undefined;
  finalizers?: string[] | undefined;
}

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean | undefined;
  blockOwnerDeletion?: boolean | undefined;
}

/** Objects are never changed in place: every write makes a new one, so that readers may keep what they were given. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: Metadata;
  [field: string]: unknown;
}

/** Kubernetes writes times in whole seconds, UTC. */
export function timestamp(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

export function labelOf(object: KubeObject, name: string): string | undefined {
  return object.metadata.labels?.[name];
}
