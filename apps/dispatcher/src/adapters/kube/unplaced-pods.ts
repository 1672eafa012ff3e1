import { unboundDemands, type PodDemand } from '@stead/platform/capacity';
import { LABEL, conditionOf, type Pod } from '@stead/platform/kube';
import type { UnplacedPod } from '../../application/machines';

/** Pods of workflows that the scheduler finds no node for, and since when. By our own clock: the cluster's may be another. */
export class UnplacedPods {
  private since = new Map<string, number>();

  look(pods: readonly Pod[], nowMs: number, canBoot: (pod: PodDemand) => boolean): UnplacedPod[] {
    const since = new Map<string, number>();
    const unplaced = pods.flatMap((pod): UnplacedPod[] => {
      const workflow = pod.metadata.labels?.[LABEL.workflow];
      const scheduled = conditionOf(pod, 'PodScheduled');
      const isStuck = scheduled?.status === 'False' && scheduled.reason === 'Unschedulable';
      if (workflow === undefined || !isStuck || pod.spec.nodeName !== undefined || pod.metadata.deletionTimestamp !== undefined)
        return [];
      const [demand] = unboundDemands([pod]);
      if (demand === undefined) return [];
      const firstMs = this.since.get(pod.metadata.uid) ?? nowMs;
      since.set(pod.metadata.uid, firstMs);
      const { name } = pod.metadata;
      const detail = scheduled.message ?? 'no node takes it';
      return [{ workflow, pod: name, forMs: nowMs - firstMs, canBoot: canBoot(demand), detail }];
    });
    this.since = since;
    return unplaced;
  }
}
