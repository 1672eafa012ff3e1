import { timestamp } from '../objects/metadata';
import type { Pod } from '../objects/pod';
import type { EventRecorder } from '../store/event-recorder';
import type { ObjectStore } from '../store/object-store';
import { place } from './fit';

/** Binds pending pods to nodes whenever a pod or a node changes. Within one turn all changes are seen together. */
export class Scheduler {
  private unsubscribe: () => void = () => undefined;
  private scheduled = false;
  private stopped = false;

  constructor(
    private readonly parts: { store: ObjectStore; events: EventRecorder; now: () => number },
    /** Told which pods fit nowhere, after each round: a cloud makes nodes for them. */
    private readonly onUnschedulable: (pods: readonly Pod[]) => void = () => undefined,
  ) {}

  start(): void {
    this.unsubscribe = this.parts.store.onChange(({ plural }) => {
      if (plural === 'pods' || plural === 'nodes') this.trigger();
    });
    this.trigger();
  }

  stop(): void {
    this.stopped = true;
    this.unsubscribe();
  }

  trigger(): void {
    if (this.scheduled || this.stopped) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      if (!this.stopped) this.round();
    });
  }

  private round(): void {
    const { store, events, now } = this.parts;
    const pods = [...store.values('pods')];
    const pending = pods.filter(
      (pod) => pod.spec.nodeName === undefined && pod.status.phase === 'Pending' && pod.metadata.deletionTimestamp === undefined,
    );
    if (pending.length === 0) return this.onUnschedulable([]);
    const { bind, unschedulable } = place(pending, store.list('nodes'), pods);
    for (const { pod, nodeName } of bind) {
      events.record(
        pod,
        'Normal',
        'Scheduled',
        `Successfully assigned ${pod.metadata.namespace ?? ''}/${pod.metadata.name} to ${nodeName}`,
      );
      store.put('pods', bound(pod, nodeName, now()));
    }
    for (const { pod, message } of unschedulable) {
      const known = pod.status.conditions?.find(({ type }) => type === 'PodScheduled');
      if (known?.message === message) continue;
      events.record(pod, 'Warning', 'FailedScheduling', message);
      const condition = {
        type: 'PodScheduled',
        status: 'False' as const,
        reason: 'Unschedulable',
        message,
        lastTransitionTime: known?.lastTransitionTime ?? timestamp(now()),
      };
      store.put('pods', { ...pod, status: { ...pod.status, conditions: [condition] } });
    }
    this.onUnschedulable(unschedulable.map(({ pod }) => pod));
  }
}

function bound(pod: Pod, nodeName: string, now: number): Pod {
  const at = timestamp(now);
  const condition = { type: 'PodScheduled', status: 'True' as const, lastTransitionTime: at };
  return { ...pod, spec: { ...pod.spec, nodeName }, status: { ...pod.status, startTime: at, conditions: [condition] } };
}
