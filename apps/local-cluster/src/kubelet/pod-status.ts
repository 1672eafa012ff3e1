import { timestamp } from '../objects/metadata';
import type { Container, ContainerStatus, Pod, PodCondition, PodStatus } from '../objects/pod';
import { NODE_LOST } from '../objects/pod';

/** How a container came to its end, beyond what its exit code says. */
export type Ending =
  | { kind: 'exited'; exitCode: number }
  | { kind: 'killed'; exitCode: number; reason: string }
  | { kind: 'deadline'; exitCode: number }
  | { kind: 'lost'; message: string };

const IP = '127.0.0.1';

export function waitingStatus(pod: Pod, reason: string, message: string, now: number): Pod {
  const waiting = { reason, message };
  const known = pod.status.containerStatuses?.[0]?.state.waiting;
  if (known?.reason === reason && known.message === message) return pod;
  return withStatus(pod, { phase: 'Pending', containerStatuses: containers(pod, { waiting }, false) }, { Ready: 'False' }, now);
}

export function runningStatus(pod: Pod, startedAtMs: number, now: number): Pod {
  const running = { startedAt: timestamp(startedAtMs) };
  const started: Partial<PodStatus> = {
    phase: 'Running',
    startTime: pod.status.startTime ?? timestamp(startedAtMs),
    podIP: IP,
    hostIP: IP,
    containerStatuses: containers(pod, { running }, true),
  };
  return withStatus(pod, started, { Ready: 'True', ContainersReady: 'True', Initialized: 'True' }, now);
}

export function endedStatus(pod: Pod, ending: Ending, finishedAtMs: number, now: number): Pod {
  const startedAt = pod.status.containerStatuses?.[0]?.state.running?.startedAt ?? null;
  const finishedAt = timestamp(finishedAtMs);
  const terminated = {
    exitCode: ending.kind === 'lost' ? 137 : ending.exitCode,
    reason: reasonOf(ending),
    startedAt,
    finishedAt,
    containerID: idOf(pod),
  };
  const isSuccess = ending.kind === 'exited' && ending.exitCode === 0;
  const status: Partial<PodStatus> = {
    phase: isSuccess ? 'Succeeded' : 'Failed',
    ...(ending.kind === 'deadline' && {
      reason: 'DeadlineExceeded',
      message: 'Pod was active on the node longer than the specified deadline',
    }),
    ...(ending.kind === 'lost' && { reason: NODE_LOST, message: ending.message }),
    containerStatuses: containers(pod, { terminated }, false),
  };
  return withStatus(pod, status, { Ready: 'False', ContainersReady: 'False' }, now);
}

function reasonOf(ending: Ending): string {
  if (ending.kind === 'killed') return ending.reason;
  if (ending.kind === 'lost') return 'ContainerStatusUnknown';
  return ending.exitCode === 0 ? 'Completed' : 'Error';
}

function containers(pod: Pod, state: ContainerStatus['state'], ready: boolean): ContainerStatus[] {
  return pod.spec.containers.map((container: Container) => ({
    name: container.name,
    image: container.image,
    imageID: `local://${container.image}`,
    ...(state.waiting === undefined && { containerID: idOf(pod) }),
    ready,
    started: ready,
    restartCount: 0,
    state,
  }));
}

function idOf(pod: Pod): string {
  return `process://${pod.metadata.uid}`;
}

export function withStatus(pod: Pod, status: Partial<PodStatus>, conditions: Record<string, 'True' | 'False'>, now: number): Pod {
  return {
    ...pod,
    status: { ...pod.status, ...status, conditions: mergeConditions(pod.status.conditions ?? [], conditions, now) },
  };
}

function mergeConditions(
  before: readonly PodCondition[],
  changes: Record<string, 'True' | 'False'>,
  now: number,
): PodCondition[] {
  const rest = before.filter(({ type }) => !(type in changes));
  const changed = Object.entries(changes).map(([type, status]) => {
    const known = before.find((condition) => condition.type === type);
    return known?.status === status ? known : { type, status, lastTransitionTime: timestamp(now) };
  });
  return [...rest, ...changed];
}
