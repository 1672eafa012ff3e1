import { readFileSync } from 'node:fs';

const STOP_TIMEOUT_MS = 10_000;
const POLL_MS = 20;

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false; // no such process, or not ours
  }
}

/** A process id is used again sooner or later: only one whose command is the expected one is ours to stop. */
export function runsCommand(pid: number, command: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(command);
  } catch {
    return isAlive(pid) && process.platform !== 'linux'; // no /proc there; the pid file's word has to do
  }
}

/** Asks a process to stop and waits until it has; kills it when it does not listen. */
export async function stopPid(pid: number, signal: NodeJS.Signals): Promise<void> {
  if (!isAlive(pid)) return;
  process.kill(pid, signal);
  const untilMs = performance.now() + STOP_TIMEOUT_MS;
  while (isAlive(pid)) {
    if (performance.now() > untilMs) {
      process.kill(pid, 'SIGKILL');
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
