import { existsSync, readFileSync, rmSync } from 'node:fs';
import { removeContainer } from './docker-engine';
import { containersFile, pidsFile, runFolder } from './run-folder';

const END_TIMEOUT_MS = 5_000;

/** Ends the servers of the run and removes their folder. Their data is worth nothing, so nothing is written on the way out. */
export default async function globalTeardown(): Promise<void> {
  const folder = runFolder();
  const pids = lines(pidsFile(folder)).map(Number);
  for (const pid of pids) signal(pid, 'SIGQUIT');
  const untilMs = performance.now() + END_TIMEOUT_MS;
  while (pids.some((pid) => signal(pid, 0)) && performance.now() < untilMs) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  for (const pid of pids) signal(pid, 'SIGKILL');
  await Promise.all(lines(containersFile(folder)).map(removeContainer));
  rmSync(folder, { recursive: true, force: true });
}

function lines(file: string): string[] {
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];
}

/** False when there is no such process. */
function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}
