import { NODE_LOST, type Pod } from '../objects/pod';
import { ANNOTATION } from '../objects/workflow';
import type { NodeEvent } from './node-phase';

/** What a pod says of its node. */
export interface PodNews {
  event: NodeEvent | null;
  message: string | undefined;
  exitCode: string | undefined;
  progress: string | undefined;
  hostNodeName: string | undefined;
}

/** `stopped` is why the workflow is ending its steps, if it is: a step that ends then, ended because of that. */
export function assessPod(pod: Pod | undefined, stopped: string | null): PodNews {
  const none = { exitCode: undefined, progress: undefined, hostNodeName: undefined };
  // A node that waited for its pod and finds none has lost it.
  if (pod === undefined) return { event: stopped === null ? 'error' : 'fail', message: stopped ?? 'pod deleted', ...none };
  const status = pod.status.containerStatuses?.[0];
  const exitCode = status?.state.terminated?.exitCode;
  const common = {
    exitCode: exitCode === undefined ? undefined : String(exitCode),
    progress: pod.metadata.annotations?.[ANNOTATION.progress],
    hostNodeName: pod.spec.nodeName,
  };
  switch (pod.status.phase) {
    case 'Pending':
      return { event: null, message: pendingMessage(pod), ...common };
    case 'Running':
      return { event: 'start', message: undefined, ...common };
    case 'Succeeded':
      return { event: 'succeed', message: undefined, ...common };
    case 'Failed':
      if (pod.status.reason === NODE_LOST) {
        // Nobody saw how it ended, so that its exit code would be made up.
        return { event: 'error', message: 'pod deleted', ...common, exitCode: undefined };
      }
      return { event: 'fail', message: stopped ?? pod.status.message ?? failure(pod), ...common };
  }
}

function failure(pod: Pod): string {
  const [status] = pod.status.containerStatuses ?? [];
  const terminated = status?.state.terminated;
  if (terminated === undefined) return 'the pod failed';
  return `${status?.name ?? 'main'}: ${terminated.reason} (exit code ${terminated.exitCode})`;
}

function pendingMessage(pod: Pod): string | undefined {
  const waiting = pod.status.containerStatuses?.[0]?.state.waiting;
  if (waiting !== undefined) return waiting.message === undefined ? waiting.reason : `${waiting.reason}: ${waiting.message}`;
  const unscheduled = pod.status.conditions?.find(({ type, status }) => type === 'PodScheduled' && status === 'False');
  return unscheduled === undefined ? undefined : `${unscheduled.reason ?? ''}: ${unscheduled.message ?? ''}`;
}
