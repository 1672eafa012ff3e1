import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isPodFinished, type Pod } from '../objects/pod';
import type { EventRecorder } from '../store/event-recorder';
import { PodFolder } from './pod-folder';
import { PodProcess, type KillReason } from './pod-process';
import { endedStatus, runningStatus, waitingStatus, type Ending } from './pod-status';
import { prepare, type PrepareParts } from './prepare';
import { RunningPods, withProgress } from './running-pods';
import type { Found } from './supervisor';

export interface KubeletParts extends PrepareParts {
  events: EventRecorder;
  folder: string;
  now: () => number;
  pollEveryMs: number;
  logBytesMax: number;
}

type State = 'running' | 'stopping' | 'stopped';
const STOP_GRACE_S = 5;
const STOP_WITHIN_MS = 10_000;
const STOP_POLL_MS = 10;
const KILLED_EXIT = 137;
const TERMINATED_EXIT = 143;

/** Runs the containers of pods that are bound to a node, as processes, and says in their status how they fare. */
export class Kubelet {
  private readonly running: RunningPods;
  /** Work on one pod happens in order. */
  private readonly queues = new Map<string, Promise<void>>();
  private state: State = 'running';
  private unsubscribe: () => void = () => undefined;

  constructor(private readonly parts: KubeletParts) {
    this.running = new RunningPods({ ...parts, onVanished: (pod) => this.enqueue(pod, () => this.finish(pod)) });
  }

  /** Finds again what an earlier server had started, and goes on with the rest. */
  async start(): Promise<void> {
    const { store } = this.parts;
    this.unsubscribe = store.onChange(({ plural, type, object }) => {
      if (plural === 'pods') {
        const pod = object as Pod; // a change of pods
        this.enqueue(pod, () => (type === 'DELETED' ? this.forget(pod.metadata.uid) : this.reconcile(pod)));
      }
      if (plural === 'secrets' || plural === 'configmaps') this.retryWaiting();
    });
    for (const pod of store.list('pods')) this.enqueue(pod, () => this.find(pod));
    await Promise.all(this.queues.values());
    await this.sweepFolders();
  }

  /** Ends every container, unless they are to be found again by the next server. */
  async stop(leaveRunning: boolean): Promise<void> {
    if (!leaveRunning) await this.stopContainers();
    this.state = 'stopped';
    this.unsubscribe();
    this.running.release();
    await Promise.allSettled(this.queues.values());
  }

  /** Asks a container to end, as Argo does with the steps of a workflow that is stopped. */
  async terminate(pod: Pod): Promise<void> {
    await this.running.end(pod.metadata.uid, 'Error', graceOf(pod));
  }

  /** False when the pod has no process. Without a reason nobody will know how it ended. */
  kill(uid: string, reason: KillReason | null): Promise<boolean> {
    return this.running.kill(uid, reason);
  }

  /** The pod goes with its node, whether it had started or not. */
  async lose(pod: Pod): Promise<void> {
    if (await this.kill(pod.metadata.uid, null)) return;
    this.setEnded(pod, { kind: 'lost', message: 'its node is gone' }, this.parts.now());
    // It may have been about to start.
    await this.queues.get(pod.metadata.uid);
    await this.kill(pod.metadata.uid, null);
  }

  private enqueue(pod: Pod, work: () => Promise<void>): void {
    const { uid } = pod.metadata;
    const before = this.queues.get(uid) ?? Promise.resolve();
    const settled = before
      .then(() => (this.state === 'stopped' ? undefined : work()))
      .catch((error: unknown) => this.giveUp(pod, error))
      .finally(() => {
        if (this.queues.get(uid) === settled) this.queues.delete(uid);
      });
    this.queues.set(uid, settled);
  }

  private async reconcile({ metadata: { uid, namespace = '', name } }: Pod): Promise<void> {
    const pod = this.parts.store.get('pods', namespace, name);
    if (pod?.metadata.uid !== uid || pod.spec.nodeName === undefined) return;
    const { deletionTimestamp, deletionGracePeriodSeconds } = pod.metadata;
    if (deletionTimestamp !== undefined) {
      if (this.running.has(uid)) await this.running.end(uid, 'Error', deletionGracePeriodSeconds ?? graceOf(pod));
      else this.parts.store.remove('pods', namespace, name);
    } else if (!isPodFinished(pod) && !this.running.has(uid) && this.state === 'running') await this.run(pod);
  }

  private async run(pod: Pod): Promise<void> {
    const { store, events, now } = this.parts;
    const process = this.processOf(pod.metadata.uid);
    const prepared = prepare(this.parts, pod, process.folder);
    const { namespace = '', name, uid } = pod.metadata;
    if (prepared.kind === 'waiting') {
      events.record(pod, 'Warning', 'Failed', prepared.message);
      store.update('pods', namespace, name, (current) => waitingStatus(current, prepared.reason, prepared.message, now()));
      return;
    }
    // A process whose pod a crash would take back would run without an owner.
    await store.durable();
    await process.start({ ...prepared, onEnd: () => this.enqueue(pod, () => this.finish(pod)) });
    this.running.add(pod, process, false);
    events.record(pod, 'Normal', 'Started', `Started container ${pod.spec.containers[0]?.name ?? ''}`);
    store.update('pods', namespace, name, (current) =>
      current.metadata.uid === uid ? runningStatus(current, now(), now()) : current,
    );
  }

  /** Writes how it ended. The supervisor is gone, so that what it left on disk is final. */
  private async finish(pod: Pod): Promise<void> {
    const { uid, namespace = '', name } = pod.metadata;
    const process = this.running.processOf(uid);
    if (process === undefined) return;
    const found = await process.find();
    // Ours lost the race for the pod file to one of an earlier server.
    if (found.kind === 'running') return this.running.adopt(uid);
    const { now, store } = this.parts;
    await process.tendLog(now());
    const progress = await process.newProgress();
    const ending = endingOf(found, await process.reason(), this.running.isAsked(uid));
    // Before anybody tries again, nothing of this try may be alive.
    if (ending.kind === 'lost') await process.killLeftovers();
    this.running.delete(uid);
    if (progress !== null) store.update('pods', namespace, name, (current) => withProgress(current, progress));
    this.setEnded(pod, ending, found.kind === 'ended' ? found.finishedAtMs : now());
    await process.killLeftovers();
  }

  private setEnded({ metadata: { uid, namespace = '', name } }: Pod, ending: Ending, atMs: number): void {
    const { store, now } = this.parts;
    store.update('pods', namespace, name, (current) =>
      current.metadata.uid !== uid || isPodFinished(current) ? current : endedStatus(current, ending, atMs, now()),
    );
  }

  /** The pod is no more: neither is its process, nor what it wrote. */
  private async forget(uid: string): Promise<void> {
    const process = this.running.delete(uid) ?? this.processOf(uid);
    process.signal('SIGKILL');
    await process.killLeftovers();
    await rm(process.folder.path, { recursive: true, force: true });
  }

  private async find(pod: Pod): Promise<void> {
    const { namespace = '', name, uid } = pod.metadata;
    if (pod.spec.nodeName === undefined) return;
    if (!isPodFinished(pod)) {
      const process = this.processOf(uid);
      const found = await process.find();
      if (found.kind !== 'not-started') {
        this.running.add(pod, process, true);
        const { store, now } = this.parts;
        store.update('pods', namespace, name, (current) =>
          current.status.phase === 'Running' ? current : runningStatus(current, now(), now()),
        );
      }
      if (found.kind === 'ended' || found.kind === 'vanished') await this.finish(pod);
    }
    await this.reconcile(pod);
  }

  /** Folders whose pod was removed while nobody could remove them. */
  private async sweepFolders(): Promise<void> {
    const known = new Set([...this.parts.store.values('pods')].map((pod) => pod.metadata.uid));
    const names = await readdir(join(this.parts.folder, 'pods'));
    for (const uid of names) if (!known.has(uid)) await this.forget(uid);
  }

  private retryWaiting(): void {
    for (const pod of this.parts.store.values('pods')) {
      const reason = pod.status.containerStatuses?.[0]?.state.waiting?.reason;
      if (reason === 'CreateContainerConfigError') this.enqueue(pod, () => this.reconcile(pod));
    }
  }

  private async stopContainers(): Promise<void> {
    this.state = 'stopping';
    await Promise.all(this.queues.values());
    for (const pod of [...this.parts.store.values('pods')]) await this.running.end(pod.metadata.uid, 'Shutdown', STOP_GRACE_S);
    const until = performance.now() + STOP_WITHIN_MS;
    while (this.running.size > 0 && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, STOP_POLL_MS));
  }

  private processOf(uid: string): PodProcess {
    return new PodProcess(new PodFolder(this.parts.folder, uid), this.parts.logBytesMax);
  }

  /** A pod that could not be run at all has failed; whoever made it decides what then. */
  private async giveUp(pod: Pod, error: unknown): Promise<void> {
    const { events, now } = this.parts;
    const { uid } = pod.metadata;
    events.record(pod, 'Warning', 'Failed', error instanceof Error ? error.message : String(error));
    const process = this.running.delete(uid);
    process?.signal('SIGKILL');
    this.setEnded(pod, { kind: 'killed', exitCode: 128, reason: 'StartError' }, now());
  }
}

function graceOf(pod: Pod): number {
  return pod.spec.terminationGracePeriodSeconds ?? 30;
}

function endingOf(found: Exclude<Found, { kind: 'running' }>, reason: KillReason | null, isAsked: boolean): Ending {
  const exitCode = found.kind === 'ended' ? found.exitCode : null;
  if (reason === 'Shutdown') return { kind: 'lost', message: 'the cluster was shut down' };
  if (reason === 'DeadlineExceeded') return { kind: 'deadline', exitCode: exitCode ?? KILLED_EXIT };
  if (reason === 'OOMKilled') return { kind: 'killed', exitCode: KILLED_EXIT, reason };
  if (exitCode !== null) return { kind: 'exited', exitCode };
  if (reason === 'Error') return { kind: 'killed', exitCode: KILLED_EXIT, reason };
  // The signal met the supervisor before it could catch any.
  if (isAsked) return { kind: 'killed', exitCode: TERMINATED_EXIT, reason: 'Error' };
  return { kind: 'lost', message: 'its process is gone and left no exit code' };
}
