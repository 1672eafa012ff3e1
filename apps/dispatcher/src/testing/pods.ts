import type { NodeRoom, PodDemand, Resources } from '@stead/platform/capacity';

/** Pods with these requests that any node takes. */
export function podsOf(...requests: readonly Resources[]): PodDemand[] {
  return requests.map((resources) => ({ resources, nodeSelector: {}, tolerations: [], affinity: undefined }));
}

/** A node with this much room that takes any pod. */
export function openNode(free: Resources): Pick<NodeRoom, 'free' | 'labels' | 'taints'> {
  return { free, labels: {}, taints: [] };
}
