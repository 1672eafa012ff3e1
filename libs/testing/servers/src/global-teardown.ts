import { RUN_VARIABLE, forget, sharedServers } from './shared-servers';

/** Stops what the global set-up started, and removes its folder. */
export default async function globalTeardown(): Promise<void> {
  const { pids } = sharedServers();
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGINT');
    } catch {
      continue; // a test has killed it already
    }
    const untilMs = performance.now() + 10_000;
    while (alive(pid) && performance.now() < untilMs) await new Promise((resolve) => setTimeout(resolve, 20));
  }
  forget(process.env[RUN_VARIABLE] ?? '');
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
