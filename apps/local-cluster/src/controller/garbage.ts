import { isPodFinished, type Pod } from '../objects/pod';
import { isCompleted, type Workflow } from '../objects/workflow';
import { parseDurationMs } from './duration';

export interface Garbage {
  pods: Pod[];
  workflow: boolean;
  wakeAtMs: number | null;
}

const POD_DELAY_MS = 5_000;

/** What `podGC` and `ttlStrategy` say may be removed now, and when to ask again. */
export function garbageOf(workflow: Workflow, pods: readonly Pod[], now: number): Garbage {
  const spec = { ...workflow.status?.storedWorkflowTemplateSpec, ...workflow.spec };
  const due = expiryOf(workflow, spec.ttlStrategy);
  if (due !== null && now >= due) return { pods: [], workflow: true, wakeAtMs: null };
  const wakeTimes = due === null ? [] : [due];
  const removable = pods.filter((pod) => {
    if (pod.metadata.deletionTimestamp !== undefined || !isCollected(workflow, pod, spec.podGC?.strategy)) return false;
    const delayMs = parseDurationMs(spec.podGC?.deleteDelayDuration ?? '') ?? POD_DELAY_MS;
    const finishedAt = pod.status.containerStatuses?.[0]?.state.terminated?.finishedAt;
    const at = (finishedAt === undefined ? now : Date.parse(finishedAt)) + delayMs;
    if (now >= at) return true;
    wakeTimes.push(at);
    return false;
  });
  return { pods: removable, workflow: false, wakeAtMs: wakeTimes.length === 0 ? null : Math.min(...wakeTimes) };
}

type Strategy = NonNullable<Workflow['spec']['podGC']>['strategy'];

function isCollected(workflow: Workflow, pod: Pod, strategy: Strategy): boolean {
  if (!isPodFinished(pod)) return false;
  switch (strategy) {
    case 'OnPodCompletion':
      return true;
    case 'OnPodSuccess':
      return pod.status.phase === 'Succeeded';
    case 'OnWorkflowCompletion':
      return isCompleted(workflow);
    case 'OnWorkflowSuccess':
      return isCompleted(workflow) && workflow.status?.phase === 'Succeeded';
    default:
      return false;
  }
}

function expiryOf(workflow: Workflow, ttl: Workflow['spec']['ttlStrategy']): number | null {
  const { finishedAt, phase } = workflow.status ?? {};
  if (!isCompleted(workflow) || ttl === undefined || typeof finishedAt !== 'string') return null;
  const specific = phase === 'Succeeded' ? ttl.secondsAfterSuccess : ttl.secondsAfterFailure;
  const seconds = specific ?? ttl.secondsAfterCompletion;
  return seconds === undefined ? null : Date.parse(finishedAt) + seconds * 1_000;
}
