import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const STOP_TIMEOUT_MS = 10_000;
const KILL_TIMEOUT_MS = 5_000;
const POLL_MS = 10;

/** What the system says about a process, null when there is none. A zombie has ended: only its parent has not asked yet. */
interface Sighting {
  /** Changes when the number is given to another process. */
  startedAt: string;
  command: string;
}

export function sight(pid: number): Sighting | null {
  if (!Number.isInteger(pid) || pid <= 0) return null;
  return process.platform === 'linux' ? sightInProc(pid) : sightWithPs(pid);
}

export function isAlive(pid: number): boolean {
  return sight(pid) !== null;
}

/** Asks a process to stop and waits until it is gone; kills it when it does not listen. */
export async function stopProcess(pid: number, ask: NodeJS.Signals): Promise<void> {
  send(pid, ask);
  if (await gone(pid, STOP_TIMEOUT_MS)) return;
  send(pid, 'SIGKILL');
  if (!(await gone(pid, KILL_TIMEOUT_MS))) throw new Error(`process ${pid} cannot be stopped`);
}

async function gone(pid: number, timeoutMs: number): Promise<boolean> {
  const untilMs = performance.now() + timeoutMs;
  while (isAlive(pid)) {
    if (performance.now() > untilMs) return false;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return true;
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended by itself, which is what was wanted.
  }
}

function sightInProc(pid: number): Sighting | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the command in brackets and may contain anything; the state and the start time count from its end.
    const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (state === 'Z' || state === 'X') return null;
    const startedAt = fields[18];
    if (startedAt === undefined) return null;
    return { startedAt, command: readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim() };
  } catch {
    return null;
  }
}

function sightWithPs(pid: number): Sighting | null {
  const { stdout, status } = spawnSync('ps', ['-ww', '-o', 'stat=,lstart=,command=', '-p', String(pid)], {
    encoding: 'utf8',
    env: { PATH: '/bin:/usr/bin', LC_ALL: 'C' },
  });
  // "Ss   Sat Nov 21 05:48:22 2026 command with arguments"
  const match = /^(\S+)\s+(\S+\s+\S+\s+\d+\s+[\d:]+\s+\d+)\s+(.*)$/.exec(stdout.trim());
  const [, state, startedAt, command] = match ?? [];
  if (status !== 0 || state === undefined || startedAt === undefined || command === undefined || state.startsWith('Z'))
    return null;
  return { startedAt, command };
}
