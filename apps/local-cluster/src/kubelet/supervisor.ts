import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { argumentsOf, isZombie } from './process-table';
import type { PodFolder } from './pod-folder';

/**
 * A step must outlive this server: each runs under a shell of its own, in a session and process group of its own, that
 * writes down the exit code. A server that is killed and comes back finds either that file or the living process.
 *
 * The pid file is created exclusively (`set -C`): of two supervisors started for one pod, by a server that was killed
 * between starting one and writing that down, one runs the step and the other ends with 75. Signals go to the whole group;
 * the shell catches them, which it does not pass on to its child, so that it lives to write the exit code. It is the child
 * that writes the pid file, before it becomes the step: who sends a signal knows the pid from there, and a child that is
 * still a copy of the shell would have caught the signal, too.
 *
 * Steps take what the platform on the same machine leaves of the processor. Where the kernel schedules by session
 * (`autogroup` of proc(5)) only the weight of the session counts; elsewhere the process's own.
 */
const SCRIPT = `
trap : TERM INT HUP
renice -n 10 -p "$$" >/dev/null 2>&1
[ -w /proc/self/autogroup ] && echo 10 > /proc/self/autogroup
folder=$1
shift
/bin/sh -c 'set -C; echo "$PPID" > "$0/pid" || exit 75; exec "$@"' "$folder" "$@"
code=$?
[ "$(cat "$folder/pid")" = "$$" ] || exit 75
echo "$code" > "$folder/exit"
exit "$code"
`;
const SHELL = '/bin/sh';
const NAME = 'stead-pod';
const TAKEN_WITHIN_MS = 5_000;
const TAKEN_POLL_MS = 3;

export interface Launch {
  folder: PodFolder;
  command: readonly string[];
  env: Readonly<Record<string, string>>;
  cwd: string;
  onEnd: () => void;
}

/** Resolves when the supervisor has taken the pod and signals reach the step; both go on when this process ends. */
export async function launch({ folder, command, env, cwd, onEnd }: Launch): Promise<number> {
  const log = openSync(folder.log, 'a', 0o600);
  try {
    const child = spawn(SHELL, ['-c', SCRIPT, NAME, folder.path, ...command], {
      cwd,
      env,
      detached: true,
      stdio: ['ignore', log, log],
    });
    child.unref();
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    child.once('exit', onEnd);
    await taken(folder, () => child.exitCode !== null || child.signalCode !== null);
    if (child.pid === undefined) throw new Error('a spawned process has no pid');
    return child.pid;
  } finally {
    closeSync(log);
  }
}

async function taken(folder: PodFolder, ended: () => boolean): Promise<void> {
  const untilMs = performance.now() + TAKEN_WITHIN_MS;
  while ((await readNumber(folder.pid)) === null && !ended() && performance.now() < untilMs)
    await new Promise((resolve) => setTimeout(resolve, TAKEN_POLL_MS));
}

export type Found =
  /** No supervisor has taken this pod yet. */
  | { kind: 'not-started' }
  | { kind: 'running'; pid: number }
  | { kind: 'ended'; exitCode: number; finishedAtMs: number }
  /** It was started, is not there any more, and left no exit code. */
  | { kind: 'vanished' };

/** What the disk and the process table say about a pod. */
export async function findSupervisor(folder: PodFolder): Promise<Found> {
  const pid = await readNumber(folder.pid);
  const ended = await readExit(folder);
  if (ended !== null) return ended;
  if (pid === null) return { kind: 'not-started' };
  if (await isSupervisor(pid, folder)) return { kind: 'running', pid };
  // It may have ended between the two looks.
  return (await readExit(folder)) ?? { kind: 'vanished' };
}

export async function readExit(folder: PodFolder): Promise<Extract<Found, { kind: 'ended' }> | null> {
  const exitCode = await readNumber(folder.exit);
  if (exitCode === null) return null;
  return { kind: 'ended', exitCode, finishedAtMs: (await stat(folder.exit)).mtimeMs };
}

/** A pid alone could belong to a later process; its arguments name the folder of the pod. */
export async function isSupervisor(pid: number, folder: PodFolder): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return !(await isZombie(pid)) && (await argumentsOf(pid)).includes(folder.path);
}

/** Signals the container with everything it started. False when there is nothing left to signal. */
export function signalGroup(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(-pid, signal);
    return true;
  } catch {
    return false;
  }
}

/** A number on a line of its own; null while the line is not whole. */
async function readNumber(path: string): Promise<number | null> {
  try {
    const text = await readFile(path, 'utf8');
    return /^\d+\n$/.test(text) ? Number(text) : null;
  } catch {
    return null;
  }
}
