import { spawnSync } from 'node:child_process';
import globalSetup from '../../libs/testing/servers/src/global-setup';
import globalTeardown from '../../libs/testing/servers/src/global-teardown';

/** The embedded servers of a test run, outside of one. */
export async function withServers<T>(work: () => Promise<T>): Promise<T> {
  globalSetup();
  try {
    return await work();
  } finally {
    await globalTeardown();
  }
}

/**
 * Writes out what getting ready has left in memory. The kernel does so half a minute later by itself, and every commit of that
 * second waits for it: 78 MB of new servers, and three requests of 120 to 180 ms among others of 12.
 */
export function settleDisk(): void {
  spawnSync('sync');
}

/** The smallest value that at least this share of all does not exceed (nearest rank). */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
}

/** `tell` says how far it is when it takes too long. */
export async function untilAll(
  what: string,
  isDone: () => Promise<boolean>,
  tell: () => Promise<string> = async () => '',
  timeoutMs = 120_000,
): Promise<void> {
  const startedMs = performance.now();
  while (!(await isDone())) {
    if (performance.now() - startedMs > timeoutMs) throw new Error(`not within ${timeoutMs / 1000} s: ${what} ${await tell()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
