import { ANNOTATION } from '../objects/workflow';
import type { Pod } from '../objects/pod';
import { quantityOf } from '../objects/quantity';
import type { ObjectStore } from '../store/object-store';
import type { KillReason, PodProcess } from './pod-process';

interface Entry {
  process: PodProcess;
  /** Started by an earlier server: nobody tells when it ends. */
  adopted: boolean;
  memoryLimitBytes: number;
  deadline: NodeJS.Timeout | null;
  kill: NodeJS.Timeout | null;
  graceEndsAtMs: number;
}

export interface RunningPodsParts {
  store: ObjectStore;
  now: () => number;
  pollEveryMs: number;
  /** An adopted process was found to have ended. */
  onVanished: (pod: Pod) => void;
}

const TIMER_MAX_MS = 2 ** 31 - 1;

/** The processes that run now: their deadlines, their memory, what they say of their progress, and how they are ended. */
export class RunningPods {
  private readonly entries = new Map<string, Entry>();
  private ticker: NodeJS.Timeout | null = null;
  private ticking = false;

  constructor(private readonly parts: RunningPodsParts) {}

  get size(): number {
    return this.entries.size;
  }

  has(uid: string): boolean {
    return this.entries.has(uid);
  }

  processOf(uid: string): PodProcess | undefined {
    return this.entries.get(uid)?.process;
  }

  add(pod: Pod, process: PodProcess, adopted: boolean): void {
    const { activeDeadlineSeconds, terminationGracePeriodSeconds } = pod.spec;
    const { uid } = pod.metadata;
    const { now, pollEveryMs } = this.parts;
    const since = pod.status.startTime === undefined ? now() : Date.parse(pod.status.startTime);
    const leftMs = activeDeadlineSeconds === undefined ? null : since + activeDeadlineSeconds * 1_000 - now();
    const stop = (): void => void this.end(uid, 'DeadlineExceeded', terminationGracePeriodSeconds ?? 0);
    this.entries.set(uid, {
      process,
      adopted,
      memoryLimitBytes: quantityOf(pod.spec.containers[0]?.resources?.limits?.['memory']),
      deadline: leftMs === null ? null : setTimeout(stop, Math.min(Math.max(0, leftMs), TIMER_MAX_MS)),
      kill: null,
      graceEndsAtMs: Infinity,
    });
    this.ticker ??= setInterval(() => void this.tick(), pollEveryMs);
  }

  /** Whether this server has asked the container to end. */
  isAsked(uid: string): boolean {
    return (this.entries.get(uid)?.graceEndsAtMs ?? Infinity) !== Infinity;
  }

  /** Somebody else's process after all: from now on it is looked after like one that was found. */
  adopt(uid: string): void {
    const entry = this.entries.get(uid);
    if (entry !== undefined) entry.adopted = true;
  }

  delete(uid: string): PodProcess | undefined {
    const entry = this.entries.get(uid);
    this.entries.delete(uid);
    clearTimeout(entry?.deadline ?? undefined);
    clearTimeout(entry?.kill ?? undefined);
    if (this.entries.size === 0) this.stopTicker();
    return entry?.process;
  }

  /** Asks a container to end, and ends it when it has not after its grace. A later call may only shorten the grace. */
  async end(uid: string, reason: KillReason, graceSeconds: number): Promise<void> {
    const entry = this.entries.get(uid);
    const endsAtMs = this.parts.now() + graceSeconds * 1_000;
    if (entry === undefined || entry.graceEndsAtMs <= endsAtMs) return;
    const isFirst = entry.graceEndsAtMs === Infinity;
    entry.graceEndsAtMs = endsAtMs;
    if (entry.kill !== null) clearTimeout(entry.kill);
    entry.kill = setTimeout(() => void this.kill(uid, reason), Math.min(graceSeconds * 1_000, TIMER_MAX_MS));
    // A container that ends by itself within its grace ends with its own exit code.
    if (isFirst && reason !== 'Error') await entry.process.noteReason(reason);
    if (isFirst && graceSeconds > 0) entry.process.signal('SIGTERM');
  }

  /** Ends a container at once. Without a reason its end looks like that of a machine: nobody knows what became of it. */
  async kill(uid: string, reason: KillReason | null): Promise<boolean> {
    const entry = this.entries.get(uid);
    if (entry === undefined) return false;
    if (reason !== null) await entry.process.noteReason(reason);
    entry.process.signal('SIGKILL');
    return true;
  }

  /** Forgets all of them; they run on. */
  release(): void {
    for (const uid of [...this.entries.keys()]) this.delete(uid);
  }

  private async tick(): Promise<void> {
    if (this.ticking) return;
    this.ticking = true;
    try {
      for (const pod of [...this.parts.store.values('pods')]) {
        const entry = this.entries.get(pod.metadata.uid);
        // What cannot be read or written now is looked at again at the next tick; the container runs on meanwhile.
        if (entry !== undefined) await this.look(pod, entry).catch(() => undefined);
      }
    } finally {
      this.ticking = false;
    }
  }

  private async look(pod: Pod, { process, adopted, memoryLimitBytes }: Entry): Promise<void> {
    const { namespace = '', name, uid } = pod.metadata;
    const { now, store, onVanished } = this.parts;
    await process.tendLog(now());
    const progress = await process.newProgress();
    if (progress !== null) store.update('pods', namespace, name, (current) => withProgress(current, progress));
    if (memoryLimitBytes > 0 && (await process.residentBytes()) > memoryLimitBytes) await this.kill(uid, 'OOMKilled');
    if (adopted && (await process.find()).kind !== 'running') onVanished(pod);
  }

  private stopTicker(): void {
    if (this.ticker !== null) clearInterval(this.ticker);
    this.ticker = null;
  }
}

export function withProgress(pod: Pod, progress: string | null): Pod {
  if (progress === null || pod.metadata.annotations?.[ANNOTATION.progress] === progress) return pod;
  const annotations = { ...pod.metadata.annotations, [ANNOTATION.progress]: progress };
  return { ...pod, metadata: { ...pod.metadata, annotations } };
}
