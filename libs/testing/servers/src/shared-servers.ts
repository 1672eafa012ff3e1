import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What jest's global set-up has started, for the spec files of the same run. */
export interface SharedServers {
  adminUrl: string;
  redisUrl: string;
  /** Made by this run, so to be stopped by it. */
  pids: number[];
  folder: string;
}

/** One file per run: workers are children of the process that ran the global set-up. */
export const RUN_VARIABLE = 'STEAD_TEST_RUN';

function pathOf(run: string): string {
  return join(tmpdir(), `stead-test-${run}`, 'servers.json');
}

export function publish(run: string, servers: SharedServers): void {
  mkdirSync(join(tmpdir(), `stead-test-${run}`), { recursive: true, mode: 0o755 });
  writeFileSync(pathOf(run), JSON.stringify(servers), { mode: 0o600 });
}

export function sharedServers(): SharedServers {
  const run = process.env[RUN_VARIABLE];
  if (run === undefined || !existsSync(pathOf(run))) {
    throw new Error('no test servers: run jest through the root configuration, whose global set-up starts them');
  }
  return JSON.parse(readFileSync(pathOf(run), 'utf8')) as SharedServers; // written by `publish`
}

export function forget(run: string): void {
  rmSync(join(tmpdir(), `stead-test-${run}`), { recursive: true, force: true });
}
