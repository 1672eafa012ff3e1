import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EmbeddedServerError } from './embedded-server';
import { codeOf } from './error-code';
import { sight } from './processes';

const FILE = 'owner';

/**
 * Two processes must not run servers on one folder: the second would stop the first's, taking it for a leftover. An owner that
 * was killed does not count, nor does another process that was given its number since.
 */
export function claimFolder(folder: string): void {
  const file = join(folder, FILE);
  const self = mark(process.pid);
  try {
    writeFileSync(file, self, { flag: 'wx', mode: 0o600 });
    return;
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
  const owner = readFileSync(file, 'utf8');
  const pid = Number(owner.split(' ')[0]);
  if (owner !== self && sight(pid) !== null && owner === mark(pid)) {
    throw new EmbeddedServerError('folder-in-use', `process ${pid} is running on ${folder}; stop it first`);
  }
  writeFileSync(file, self, { mode: 0o600 });
}

export function leaveFolder(folder: string): void {
  rmSync(join(folder, FILE), { force: true });
}

function mark(pid: number): string {
  return `${pid} ${sight(pid)?.startedAt ?? ''}`;
}
