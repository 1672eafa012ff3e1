import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ANNOTATION } from '../objects/workflow';
import { isPodFinished, type Pod } from '../objects/pod';
import { quantityOf } from '../objects/quantity';
import type { EventRecorder } from '../store/event-recorder';
import type { ObjectStore } from '../store/object-store';
import { environmentOf, EnvironmentIncomplete, expand } from './environment';
import { findImage, type Images } from './images';
import { PodFolder } from './pod-folder';
import { PodProcess, type KillReason } from './pod-process';
import { endedStatus, runningStatus, waitingStatus, type Ending } from './pod-status';

export interface KubeletParts {
  store: ObjectStore;
  events: EventRecorder;
  folder: string;
  images: Images;
  /** What every container finds in its environment, below its own variables. */
  podEnv: Readonly<Record<string, string>>;
  now: () => number;
  pollEveryMs: number;
  logBytesMax: number;
}

interface Running {
  process: PodProcess;
  /** Found running, started by an earlier server: nobody tells when it ends. */
  adopted: boolean;
  memoryLimitBytes: number;
  deadline: NodeJS.Timeout | null;
  kill: NodeJS.Timeout | null;
  stopping: boolean;
}

const STOP_GRACE_MS = 5_000;
const DEADLINE_GRACE_S = 30;

/** Runs the containers of pods that are bound to a node, as processes, and says in their status how they fare. */
export class Kubelet {
  private readonly running = new Map<string, Running>();
  /** Work on one pod happens in order. */
  private readonly queues = new Map<string, Promise<void>>();
  private ticker: NodeJS.Timeout | null = null;
  private ticking = false;
  private stopped = false;
  private unsubscribe: () => void = () => undefined;

  constructor(private readonly parts: KubeletParts) {}

  async start(): Promise<void> {
    const { store } = this.parts;
    this.unsubscribe = store.onChange(({ plural, type, object }) => {
      if (plural === 'pods')
        this.enqueue(object.metadata.uid, object.metadata.namespace ?? '', object.metadata.name, type === 'DELETED');
      if (plural === 'secrets' || plural === 'configmaps') this.retryWaiting();
    });
    for (const pod of store.list('pods')) await this.adopt(pod);
    await this.sweepFolders();
  }

  /** Ends every container, unless they are to be found again by the next server. */
  async stop(leaveRunning: boolean): Promise<void> {
    if (leaveRunning) this.stopped = true;
    else await this.stopAll();
    this.stopped = true;
    this.unsubscribe();
    if (this.ticker !== null) clearInterval(this.ticker);
    for (const { deadline, kill } of this.running.values()) {
      if (deadline !== null) clearTimeout(deadline);
      if (kill !== null) clearTimeout(kill);
    }
    await Promise.allSettled(this.queues.values());
  }

  /** Asks a container to end, as Argo does with the steps of a workflow that is stopped. */
  async terminate(
    pod: Pod,
    reason: KillReason = 'Error',
    graceSeconds = pod.spec.terminationGracePeriodSeconds ?? 30,
  ): Promise<void> {
    const entry = this.running.get(pod.metadata.uid);
    if (entry === undefined || entry.stopping) return;
    entry.stopping = true;
    if (reason !== 'Error') await entry.process.noteReason(reason);
    if (graceSeconds > 0) entry.process.signal('SIGTERM');
    entry.kill = setTimeout(() => void this.kill(pod.metadata.uid, reason), graceSeconds * 1_000);
  }

  /** Ends a container at once. Without a reason its end looks like that of a machine: nobody knows what became of it. */
  async kill(uid: string, reason: KillReason | null): Promise<boolean> {
    const entry = this.running.get(uid);
    if (entry === undefined) return false;
    if (reason !== null) await entry.process.noteReason(reason);
    entry.process.signal('SIGKILL');
    return true;
  }

  /** A pod that was bound and had not started yet is lost with its node. */
  async lose(pod: Pod, atMs: number): Promise<void> {
    const { namespace = '', name, uid } = pod.metadata;
    const ending: Ending = { kind: 'lost', message: 'its node is gone' };
    this.parts.store.update('pods', namespace, name, (current) =>
      current.metadata.uid === uid && !isPodFinished(current) ? endedStatus(current, ending, atMs, this.parts.now()) : current,
    );
    await this.queues.get(uid);
    await this.kill(uid, null);
  }

  private enqueue(uid: string, namespace: string, name: string, isDeleted = false): void {
    if (this.stopped) return;
    const before = this.queues.get(uid) ?? Promise.resolve();
    const work = before.then(async () => {
      if (isDeleted) return this.forget(uid);
      const pod = this.parts.store.get('pods', namespace, name);
      if (pod?.metadata.uid === uid) await this.reconcile(pod);
    });
    const settled = work.catch((error: unknown) => this.report(uid, namespace, name, error));
    this.queues.set(uid, settled);
    void settled.finally(() => {
      if (this.queues.get(uid) === settled) this.queues.delete(uid);
    });
  }

  private async reconcile(pod: Pod): Promise<void> {
    const { uid, deletionTimestamp, deletionGracePeriodSeconds } = pod.metadata;
    if (pod.spec.nodeName === undefined || this.stopped) return;
    if (isPodFinished(pod)) {
      if (deletionTimestamp !== undefined) this.remove(pod);
      return;
    }
    const isRunning = this.running.has(uid);
    if (deletionTimestamp !== undefined) {
      if (isRunning) await this.terminate(pod, 'Error', deletionGracePeriodSeconds);
      else this.remove(pod);
      return;
    }
    if (!isRunning) await this.run(pod);
  }

  private async run(pod: Pod): Promise<void> {
    const { store, events, images, podEnv, now } = this.parts;
    const container = pod.spec.containers[0];
    if (container === undefined) throw new Error('a pod has a container');
    const image = findImage(images, container.image);
    if (image === undefined) {
      const message = `Back-off pulling image "${container.image}": this cluster knows ${Object.keys(images).join(', ') || 'no image'}`;
      this.wait(pod, 'ImagePullBackOff', message);
      return;
    }
    const process = this.processOf(pod.metadata.uid);
    let env: Record<string, string>;
    try {
      const own = environmentOf(pod, container, {
        secret: (name) => store.get('secrets', pod.metadata.namespace ?? '', name),
        configMap: (name) => store.get('configmaps', pod.metadata.namespace ?? '', name),
      });
      const given = { ARGO_PROGRESS_FILE: process.folder.progress, HOSTNAME: pod.metadata.name, STEAD_POD_UID: pod.metadata.uid };
      env = { ...podEnv, ...image.env, ...own, ...given };
    } catch (error) {
      if (!(error instanceof EnvironmentIncomplete)) throw error;
      this.wait(pod, 'CreateContainerConfigError', error.message);
      return;
    }
    const command = [...image.command, ...(container.command ?? []), ...(container.args ?? [])].map((word) => expand(word, env));
    // A process whose pod a crash would take back would run without an owner.
    await store.durable();
    const { namespace = '', name, uid } = pod.metadata;
    await process.start({
      command,
      env,
      cwd: container.workingDir ?? image.cwd,
      onEnd: () => void this.ended(uid, namespace, name),
    });
    this.track(pod, process, false);
    events.record(pod, 'Normal', 'Started', `Started container ${container.name}`);
    store.update('pods', namespace, name, (current) =>
      current.metadata.uid === uid ? runningStatus(current, now(), now()) : current,
    );
  }

  private wait(pod: Pod, reason: string, message: string): void {
    const { store, events, now } = this.parts;
    events.record(pod, 'Warning', 'Failed', message);
    store.update('pods', pod.metadata.namespace ?? '', pod.metadata.name, (current) =>
      waitingStatus(current, reason, message, now()),
    );
  }

  private track(pod: Pod, process: PodProcess, adopted: boolean): void {
    const { activeDeadlineSeconds } = pod.spec;
    const since = pod.status.startTime === undefined ? this.parts.now() : Date.parse(pod.status.startTime);
    const leftMs = activeDeadlineSeconds === undefined ? null : since + activeDeadlineSeconds * 1_000 - this.parts.now();
    const grace = pod.spec.terminationGracePeriodSeconds ?? DEADLINE_GRACE_S;
    this.running.set(pod.metadata.uid, {
      process,
      adopted,
      memoryLimitBytes: quantityOf(pod.spec.containers[0]?.resources?.limits?.['memory']),
      deadline:
        leftMs === null ? null : setTimeout(() => void this.terminate(pod, 'DeadlineExceeded', grace), Math.max(0, leftMs)),
      kill: null,
      stopping: false,
    });
    this.ticker ??= setInterval(() => void this.tick(), this.parts.pollEveryMs);
  }

  private ended(uid: string, namespace: string, name: string): void {
    if (this.stopped) return;
    const before = this.queues.get(uid) ?? Promise.resolve();
    const settled = before
      .then(() => this.finish(uid, namespace, name))
      .catch((error: unknown) => this.report(uid, namespace, name, error));
    this.queues.set(uid, settled);
  }

  /** Writes how it ended. The supervisor is gone, so that what it left on disk is final. */
  private async finish(uid: string, namespace: string, name: string): Promise<void> {
    const entry = this.running.get(uid);
    const process = entry?.process ?? this.processOf(uid);
    if (entry?.deadline != null) clearTimeout(entry.deadline);
    if (entry?.kill != null) clearTimeout(entry.kill);
    const { now, store } = this.parts;
    await process.tendLog(now());
    const found = await process.find();
    const reason = await process.reason();
    const ending = endingOf(found.kind === 'ended' ? found.exitCode : null, reason);
    if (ending.kind === 'lost') await process.killLeftovers();
    const progress = await process.newProgress();
    this.running.delete(uid);
    this.stopTickerWhenIdle();
    const at = found.kind === 'ended' ? found.finishedAtMs : now();
    const pod = store.update('pods', namespace, name, (current) =>
      current.metadata.uid === uid && !isPodFinished(current)
        ? endedStatus(withProgress(current, progress), ending, at, now())
        : current,
    );
    if (pod?.metadata.uid === uid && pod.metadata.deletionTimestamp !== undefined) this.remove(pod);
    await process.killLeftovers();
  }

  private remove(pod: Pod): void {
    this.parts.store.remove('pods', pod.metadata.namespace ?? '', pod.metadata.name);
  }

  /** The pod is no more: neither is its process, nor what it wrote. */
  private async forget(uid: string): Promise<void> {
    const entry = this.running.get(uid);
    this.running.delete(uid);
    this.stopTickerWhenIdle();
    entry?.process.signal('SIGKILL');
    const process = entry?.process ?? this.processOf(uid);
    await process.killLeftovers();
    await rm(process.folder.path, { recursive: true, force: true });
  }

  private async tick(): Promise<void> {
    if (this.ticking || this.stopped) return;
    this.ticking = true;
    try {
      for (const pod of [...this.parts.store.values('pods')]) {
        const entry = this.running.get(pod.metadata.uid);
        if (entry !== undefined) await this.look(pod, entry);
      }
    } finally {
      this.ticking = false;
    }
  }

  private async look(pod: Pod, { process, adopted, memoryLimitBytes }: Running): Promise<void> {
    const { namespace = '', name, uid } = pod.metadata;
    const { now, store } = this.parts;
    await process.tendLog(now());
    const progress = await process.newProgress();
    if (progress !== null) store.update('pods', namespace, name, (current) => withProgress(current, progress));
    if (memoryLimitBytes > 0 && (await process.residentBytes()) > memoryLimitBytes) await this.kill(uid, 'OOMKilled');
    if (adopted && (await process.find()).kind !== 'running') this.ended(uid, namespace, name);
  }

  private async adopt(pod: Pod): Promise<void> {
    const { namespace = '', name, uid } = pod.metadata;
    if (pod.spec.nodeName === undefined) return;
    if (isPodFinished(pod)) return this.enqueue(uid, namespace, name);
    const process = this.processOf(uid);
    const found = await process.find();
    if (found.kind === 'not-started') return this.enqueue(uid, namespace, name);
    this.track(pod, process, true);
    if (found.kind !== 'running') return this.ended(uid, namespace, name);
    this.parts.store.update('pods', namespace, name, (current) =>
      current.status.phase === 'Running' ? current : runningStatus(current, this.parts.now(), this.parts.now()),
    );
    this.enqueue(uid, namespace, name);
  }

  /** Folders whose pod was removed while nobody could remove them. */
  private async sweepFolders(): Promise<void> {
    const known = new Set([...this.parts.store.values('pods')].map((pod) => pod.metadata.uid));
    const names = await readdir(join(this.parts.folder, 'pods')).catch(() => []);
    for (const uid of names.filter((name) => !known.has(name))) await this.forget(uid);
  }

  private retryWaiting(): void {
    for (const pod of this.parts.store.values('pods')) {
      const reason = pod.status.containerStatuses?.[0]?.state.waiting?.reason;
      if (reason === 'CreateContainerConfigError')
        this.enqueue(pod.metadata.uid, pod.metadata.namespace ?? '', pod.metadata.name);
    }
  }

  private async stopAll(): Promise<void> {
    for (const pod of [...this.parts.store.values('pods')]) await this.terminate(pod, 'Shutdown', STOP_GRACE_MS / 1_000);
    const until = performance.now() + 2 * STOP_GRACE_MS;
    while (this.running.size > 0 && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 10));
  }

  private stopTickerWhenIdle(): void {
    if (this.running.size > 0 || this.ticker === null) return;
    clearInterval(this.ticker);
    this.ticker = null;
  }

  private processOf(uid: string): PodProcess {
    return new PodProcess(new PodFolder(this.parts.folder, uid), this.parts.logBytesMax);
  }

  /** A pod that could not be run at all has failed; whoever made it decides what then. */
  private report(uid: string, namespace: string, name: string, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    const { store, events, now } = this.parts;
    const pod = store.get('pods', namespace, name);
    if (pod?.metadata.uid !== uid || isPodFinished(pod)) return;
    events.record(pod, 'Warning', 'Failed', message);
    const ending: Ending = { kind: 'killed', exitCode: 128, reason: 'StartError' };
    store.put('pods', { ...endedStatus(pod, ending, now(), now()) });
  }
}

const KILLED_EXIT = 137;

function endingOf(exitCode: number | null, reason: KillReason | null): Ending {
  if (reason === 'Shutdown') return { kind: 'lost', message: 'the cluster was shut down' };
  if (reason === 'DeadlineExceeded') return { kind: 'deadline', exitCode: exitCode ?? KILLED_EXIT };
  if (reason === 'OOMKilled') return { kind: 'killed', exitCode: KILLED_EXIT, reason };
  if (exitCode !== null) return { kind: 'exited', exitCode };
  if (reason === 'Error') return { kind: 'killed', exitCode: KILLED_EXIT, reason };
  return { kind: 'lost', message: 'its process is gone and left no exit code' };
}

function withProgress(pod: Pod, progress: string | null): Pod {
  if (progress === null || pod.metadata.annotations?.[ANNOTATION.progress] === progress) return pod;
  const annotations = { ...pod.metadata.annotations, [ANNOTATION.progress]: progress };
  return { ...pod, metadata: { ...pod.metadata, annotations } };
}
