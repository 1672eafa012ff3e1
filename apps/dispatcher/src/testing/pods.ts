import type { PodDemand, Resources } from '@stead/platform/kube';

/** Pods with these requests that any node takes. */
export function podsOf(...requests: readonly Resources[]): PodDemand[] {
  return requests.map((resources) => ({ resources, nodeSelector: {}, tolerations: [], affinity: undefined }));
}
