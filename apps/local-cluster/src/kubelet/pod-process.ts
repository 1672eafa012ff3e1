import { mkdir, open, readFile, rename, stat, truncate, writeFile, copyFile } from 'node:fs/promises';
import { systemCode } from '../system-error';
import type { PodFolder } from './pod-folder';
import { environmentOf, groupMembers } from './process-table';
import { findSupervisor, launch, signalGroup, type Found } from './supervisor';

const LEFTOVER_LOOKS_MAX = 100;
const LEFTOVER_LOOK_MS = 20;

/** What a running container can be told to be stopped for; the reason is on disk before the signal is sent. */
export type KillReason = 'Error' | 'OOMKilled' | 'DeadlineExceeded' | 'Shutdown';

export interface ProcessStart {
  command: readonly string[];
  env: Readonly<Record<string, string>>;
  cwd: string | undefined;
  onEnd: () => void;
}

/** The process of one pod, whoever started it: this server, or an earlier one that is gone. */
export class PodProcess {
  private pid: number | null = null;
  private loggedBytes = 0;
  private progressSeenMs = 0;

  constructor(
    readonly folder: PodFolder,
    private readonly logBytesMax: number,
  ) {}

  async start({ command, env, cwd, onEnd }: ProcessStart): Promise<void> {
    await mkdir(this.folder.work, { recursive: true, mode: 0o700 });
    await writeFile(this.folder.progress, '', { mode: 0o600 });
    this.pid = await launch({ folder: this.folder, command, env, cwd: cwd ?? this.folder.work, onEnd });
  }

  async find(): Promise<Found> {
    const found = await findSupervisor(this.folder);
    if (found.kind === 'running') this.pid = found.pid;
    return found;
  }

  /** Asks the container and everything it started to end. */
  signal(signal: 'SIGTERM' | 'SIGKILL'): void {
    if (this.pid !== null) signalGroup(this.pid, signal);
  }

  /** The first reason stays: what comes later is a consequence. */
  async noteReason(reason: KillReason): Promise<void> {
    await writeFile(this.folder.killed, reason, { flag: 'wx', mode: 0o600 }).catch(() => undefined);
  }

  async reason(): Promise<KillReason | null> {
    const text = await readFile(this.folder.killed, 'utf8').catch(() => '');
    return text === 'Error' || text === 'OOMKilled' || text === 'DeadlineExceeded' || text === 'Shutdown' ? text : null;
  }

  /** Ends what the container left behind in its process group, and nothing that merely got a recycled id. */
  async killLeftovers(): Promise<void> {
    const group = this.pid ?? Number(await readFile(this.folder.pid, 'utf8').catch(() => ''));
    if (!Number.isInteger(group) || group <= 1) return;
    for (let look = 0; look < LEFTOVER_LOOKS_MAX && hasGroup(group); look += 1) {
      const left = await this.membersOf(group);
      if (left.length === 0) return;
      for (const pid of left) signalOne(pid);
      await new Promise((resolve) => setTimeout(resolve, LEFTOVER_LOOK_MS));
    }
  }

  private async membersOf(group: number): Promise<number[]> {
    const members = await groupMembers(group);
    const marks = await Promise.all(members.map(({ pid }) => environmentOf(pid)));
    return members
      .filter((_, i) => marks[i]?.includes(`ARGO_PROGRESS_FILE=${this.folder.progress}`) === true)
      .map(({ pid }) => pid);
  }

  async residentBytes(): Promise<number> {
    if (this.pid === null) return 0;
    return (await groupMembers(this.pid)).reduce((sum, { residentBytes }) => sum + residentBytes, 0);
  }

  /** `N/M`, once per change of the file; null when there is nothing new, or nothing that can be read. */
  async newProgress(): Promise<string | null> {
    const { mtimeMs } = await stat(this.folder.progress).catch(() => ({ mtimeMs: 0 }));
    if (mtimeMs === this.progressSeenMs) return null;
    this.progressSeenMs = mtimeMs;
    const text = (await readFile(this.folder.progress, 'utf8').catch(() => '')).trim();
    const match = /^(\d+)\/(\d+)$/.exec(text.split('\n').at(-1) ?? '');
    return match !== null && Number(match[2]) > 0 && Number(match[1]) <= Number(match[2]) ? match[0] : null;
  }

  /** Notes when the log grew, and moves its beginning aside when it is too large. */
  async tendLog(now: number): Promise<void> {
    const { size } = await stat(this.folder.log).catch(() => ({ size: 0 }));
    if (size === this.loggedBytes) return;
    const times = await open(this.folder.logTimes, 'a', 0o600);
    await times.appendFile(`${size} ${Math.round(now)}\n`);
    await times.close();
    this.loggedBytes = size;
    if (size <= this.logBytesMax) return;
    // The container appends to the file it was given, so that it can only be copied and then cut; a line written between
    // the two is lost, as it is with every log that is rotated by copying.
    const copy = `${this.folder.olderLog}.new`;
    await copyFile(this.folder.log, copy);
    await truncate(this.folder.log, 0);
    await rename(copy, this.folder.olderLog);
    await writeFile(this.folder.logTimes, `0 ${Math.round(now)}\n`);
    this.loggedBytes = 0;
  }
}

/** Whether any process is in a group at all, whoever it belongs to: the process table need not be read for most pods. */
function hasGroup(group: number): boolean {
  try {
    process.kill(-group, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}

function signalOne(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended meanwhile.
  }
}
