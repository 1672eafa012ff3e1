import { equal } from '../objects/json';
import { isPodFinished, type Pod } from '../objects/pod';
import { isCompleted, LABEL, type Workflow, type WorkflowPhase } from '../objects/workflow';
import type { EventRecorder } from '../store/event-recorder';
import type { ObjectStore } from '../store/object-store';
import { removeOrMark } from '../store/removal';
import type { Change } from '../store/event-log';
import { garbageOf } from './garbage';
import { operate, type Operation } from './operate';
import { finish } from './workflow-status';

export interface ControllerParts {
  store: ObjectStore;
  events: EventRecorder;
  /** Asks the container of a pod to end, while the pod stays to tell how it ended. */
  terminate: (pod: Pod) => void;
  now: () => number;
  /** The controller's own: it takes the workflows that are labelled with it; without one, those without such a label. */
  instanceId?: string | undefined;
}

const ANNOUNCED: Readonly<Record<WorkflowPhase, readonly ['Normal' | 'Warning', string]>> = {
  '': ['Normal', 'WorkflowPending'],
  Pending: ['Normal', 'WorkflowPending'],
  Running: ['Normal', 'WorkflowRunning'],
  Succeeded: ['Normal', 'WorkflowSucceeded'],
  Failed: ['Warning', 'WorkflowFailed'],
  Error: ['Warning', 'WorkflowFailed'],
};
const TIMER_MAX_MS = 2 ** 31 - 1;

/** Looks at a workflow whenever it, one of its pods, or the time it named has come, and does what `operate` says. */
export class WorkflowController {
  private readonly dirty = new Map<string, { namespace: string; name: string }>();
  private readonly wakeAt = new Map<string, number>();
  /**
   * Pods that had finished and are gone before anybody looked. Argo keeps a finalizer on its pods for this: how they ended is not
   * lost with them.
   */
  private readonly gone = new Map<string, Pod>();
  private scheduled = false;
  private timer: NodeJS.Timeout | null = null;
  private unsubscribe: (() => void) | null = null;

  constructor(private readonly parts: ControllerParts) {}

  get isRunning(): boolean {
    return this.unsubscribe !== null;
  }

  start(): void {
    if (this.unsubscribe !== null) return;
    this.unsubscribe = this.parts.store.onChange((change) => this.note(change));
    for (const { metadata } of this.parts.store.values('workflows')) this.enqueue(metadata.namespace ?? '', metadata.name);
    this.removeOrphans();
  }

  stop(): void {
    this.unsubscribe?.();
    this.unsubscribe = null;
    this.dirty.clear();
    this.gone.clear();
    this.wakeAt.clear();
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }

  private note({ plural, type, object }: Change): void {
    const { namespace = '', name } = object.metadata;
    if (plural === 'workflows') {
      this.enqueue(namespace, name);
      if (type === 'DELETED') this.removeDependents(object.metadata.uid);
    }
    if (plural === 'pods') {
      const workflow = object.metadata.labels?.[LABEL.workflow];
      if (workflow !== undefined) this.enqueue(namespace, workflow);
      const pod = object as Pod; // of this plural
      if (workflow !== undefined && type === 'DELETED' && isPodFinished(pod)) this.gone.set(`${namespace}/${name}`, pod);
    }
  }

  private enqueue(namespace: string, name: string): void {
    this.dirty.set(`${namespace}/${name}`, { namespace, name });
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      this.round();
    });
  }

  private round(): void {
    const batch = [...this.dirty.entries()];
    this.dirty.clear();
    if (!this.isRunning) return;
    for (const [key, { namespace, name }] of batch) {
      this.wakeAt.delete(key);
      const workflow = this.parts.store.get('workflows', namespace, name);
      if (workflow === undefined || workflow.metadata.labels?.[LABEL.instanceId] !== this.parts.instanceId) continue;
      const wakeAtMs = this.attend(workflow);
      if (wakeAtMs !== null) this.wakeAt.set(key, wakeAtMs);
    }
    this.gone.clear();
    this.setTimer();
  }

  /** Returns when to look again. */
  private attend(workflow: Workflow): number | null {
    const { store, now } = this.parts;
    const wakeTimes: number[] = [];
    let current = workflow;
    if (!isCompleted(workflow)) {
      const next = this.advance(workflow);
      if (next.wakeAtMs !== null) wakeTimes.push(next.wakeAtMs);
      current = next.workflow;
    }
    const garbage = garbageOf(current, this.podsOf(current), now());
    for (const pod of garbage.pods) removeOrMark(store, 'pods', pod, undefined, now());
    if (garbage.workflow) removeOrMark(store, 'workflows', current, undefined, now());
    if (garbage.wakeAtMs !== null) wakeTimes.push(garbage.wakeAtMs);
    return wakeTimes.length === 0 ? null : Math.min(...wakeTimes);
  }

  private advance(workflow: Workflow): { workflow: Workflow; wakeAtMs: number | null } {
    const { store, events, now } = this.parts;
    const { namespace = '' } = workflow.metadata;
    const operation = this.operate(workflow);
    // Pods first: after a crash between the two, the pod is found again under its name; the other way round it would be
    // missed, and its step tried once more.
    for (const draft of operation.create) {
      if (store.get('pods', namespace, draft.metadata.name) === undefined) store.create('pods', draft);
    }
    for (const pod of operation.terminate) {
      if (pod.status.phase === 'Running') this.parts.terminate(pod);
      else removeOrMark(store, 'pods', pod, undefined, now());
    }
    const changed = !equal(operation.workflow.status, workflow.status) || !equal(operation.workflow.metadata, workflow.metadata);
    const written = changed ? store.put('workflows', operation.workflow) : workflow;
    this.announce(workflow, written, events);
    return { workflow: written, wakeAtMs: operation.wakeAtMs };
  }

  private operate(workflow: Workflow): Operation {
    const { store, now } = this.parts;
    const { namespace = '', uid } = workflow.metadata;
    try {
      return operate({
        workflow,
        template: (name) => store.get('workflowtemplates', namespace, name),
        pod: (name) => this.podOf(uid, namespace, name),
        now: now(),
      });
    } catch (error) {
      // One workflow that cannot be understood must not stop all the others.
      const message = `the controller failed: ${error instanceof Error ? error.message : String(error)}`;
      return {
        workflow: finish(workflow, { ...workflow.status }, 'error', message, now()),
        create: [],
        terminate: [],
        wakeAtMs: null,
      };
    }
  }

  private announce(before: Workflow, after: Workflow, events: EventRecorder): void {
    const phase = after.status?.phase ?? '';
    if (phase === (before.status?.phase ?? '')) return;
    const [type, reason] = ANNOUNCED[phase];
    events.record(after, type, reason, after.status?.message ?? `Workflow ${phase.toLowerCase()}`);
  }

  private podOf(ownerUid: string, namespace: string, name: string): Pod | undefined {
    const pod = this.parts.store.get('pods', namespace, name) ?? this.gone.get(`${namespace}/${name}`);
    return pod?.metadata.ownerReferences?.some(({ uid }) => uid === ownerUid) === true ? pod : undefined;
  }

  private podsOf({ metadata: { uid } }: Workflow): Pod[] {
    return [...this.parts.store.values('pods')].filter(
      (pod) => pod.metadata.ownerReferences?.some((owner) => owner.uid === uid) === true,
    );
  }

  private removeDependents(uid: string): void {
    const { store, now } = this.parts;
    // In a turn of its own: a listener must not write.
    setImmediate(() => {
      for (const pod of [...store.values('pods')]) {
        if (pod.metadata.ownerReferences?.some((owner) => owner.uid === uid) === true)
          removeOrMark(store, 'pods', pod, undefined, now());
      }
    });
  }

  /** Pods whose workflow was removed by a server that did not live to remove them too. */
  private removeOrphans(): void {
    const { store, now } = this.parts;
    const owners = new Set([...store.values('workflows')].map(({ metadata }) => metadata.uid));
    for (const pod of [...store.values('pods')]) {
      const references = pod.metadata.ownerReferences ?? [];
      if (references.some(({ kind, uid }) => kind === 'Workflow' && !owners.has(uid)))
        removeOrMark(store, 'pods', pod, undefined, now());
    }
  }

  private setTimer(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    if (this.wakeAt.size === 0) return;
    const waitMs = Math.min(...this.wakeAt.values()) - this.parts.now();
    this.timer = setTimeout(() => this.wake(), Math.min(Math.max(0, waitMs), TIMER_MAX_MS));
  }

  private wake(): void {
    const now = this.parts.now();
    for (const [key, ms] of this.wakeAt) {
      if (ms > now) continue;
      const slash = key.indexOf('/');
      this.enqueue(key.slice(0, slash), key.slice(slash + 1));
    }
    if (!this.scheduled) this.setTimer();
  }
}
