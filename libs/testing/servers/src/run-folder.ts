import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Names the folder of one jest run; the global set-up sets it, workers inherit it. */
export const RUN_VARIABLE = 'STEAD_TEST_RUN';

export function runFolder(): string {
  const folder = process.env[RUN_VARIABLE];
  if (folder === undefined || !existsSync(folder)) {
    throw new Error('no folder for test servers: run jest through the root configuration, whose global set-up makes it');
  }
  return folder;
}

/** Process ids to end with the run, one per line; the watchdog reads the same file. */
export const pidsFile = (folder: string): string => join(folder, 'pids');
/** Docker containers to remove with the run, one id per line. */
export const containersFile = (folder: string): string => join(folder, 'containers');
