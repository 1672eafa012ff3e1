import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { EmbeddedServerError } from './embedded-server';

export interface User {
  uid: number;
  gid: number;
}

/** Postgres refuses to run as root: then the user `postgres` runs it, and is made if the machine has none. Else null: ourselves. */
export function postgresUser(): User | null {
  if (process.getuid?.() !== 0) return null;
  const known = lookUp();
  if (known !== null) return known;
  spawnSync('groupadd', ['--system', 'postgres']);
  spawnSync('useradd', ['--system', '--gid', 'postgres', '--no-create-home', '--shell', '/usr/sbin/nologin', 'postgres']);
  // Alpine and other small images have these instead.
  if (lookUp() === null) {
    spawnSync('addgroup', ['-S', 'postgres']);
    spawnSync('adduser', ['-S', '-D', '-H', '-G', 'postgres', 'postgres']);
  }
  const made = lookUp();
  if (made !== null) return made;
  throw new EmbeddedServerError(
    'no-user',
    'Postgres does not run as root, and the user postgres could not be made. Start as another user, or set DATABASE_URL.',
  );
}

/** Whether the user may pass through every folder of a path. */
export function canReach(user: User, path: string): boolean {
  for (let folder = path; ; folder = dirname(folder)) {
    if (existsSync(folder)) {
      const { mode, uid, gid } = statSync(folder);
      const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
      if ((mode & bit) === 0) return false;
    }
    if (folder === dirname(folder)) return true;
  }
}

function lookUp(): User | null {
  const ask = (flag: string): string => spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout?.trim() ?? '';
  const [uid, gid] = [ask('-u'), ask('-g')];
  return uid === '' || gid === '' ? null : { uid: Number(uid), gid: Number(gid) };
}
