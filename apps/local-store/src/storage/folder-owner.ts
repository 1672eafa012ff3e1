import { open, readFile, rename, rm } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { systemCode } from '../errors';

const OWNER_FILE = 'owner.json';
const CLAIM_ATTEMPTS_MAX = 5;
const ownerSchema = z.object({ pid: z.number().int(), startedAt: z.string() });
type Owner = z.infer<typeof ownerSchema>;

/** Folders that this very process serves: its own pid in the file does not say whether the store is still open. */
const servedHere = new Set<string>();

/**
 * Conditional writes are atomic because one process orders them. Two processes on one folder would break that silently, so
 * the second one is refused. A file left by a killed process is taken over: its pid is gone, or belongs to a later process.
 */
export async function claimFolder(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, OWNER_FILE);
  const owner: Owner = { pid: process.pid, startedAt: processStart(process.pid) };
  for (let attempt = 0; attempt < CLAIM_ATTEMPTS_MAX; attempt += 1) {
    try {
      const handle = await open(path, 'wx', 0o600);
      await handle.writeFile(JSON.stringify(owner));
      await handle.close();
      servedHere.add(path);
      return async () => {
        servedHere.delete(path);
        await rm(path, { force: true });
      };
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw error;
    }
    const other = await readOwner(path);
    if (other !== null && isServing(other, path)) {
      throw new Error(`${folder} is already served by process ${other.pid}; one folder has one server`);
    }
    await removeStale(path, other);
  }
  throw new Error(`${folder} is being claimed by several processes at once`);
}

/** Another process may be taking over at the same time: what is moved aside must be what was found stale, or it goes back. */
async function removeStale(path: string, stale: Owner | null): Promise<void> {
  const aside = `${path}.${process.pid}.stale`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return;
    throw error;
  }
  const moved = await readOwner(aside);
  if (moved?.pid === stale?.pid && moved?.startedAt === stale?.startedAt) await rm(aside, { force: true });
  else await rename(aside, path);
}

function isServing(owner: Owner, path: string): boolean {
  if (owner.pid === process.pid) return servedHere.has(path);
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
  return processStart(owner.pid) === owner.startedAt;
}

async function readOwner(path: string): Promise<Owner | null> {
  try {
    const parsed = ownerSchema.safeParse(JSON.parse(await readFile(path, 'utf8')));
    return parsed.success ? parsed.data : null;
  } catch {
    // Gone, or cut off by a crash while it was written: nobody's.
    return null;
  }
}

/** Tells a process from a later one with the same pid. Where /proc is missing (macOS) the pid alone has to do. */
function processStart(pid: number): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    return `${boot}/${fields[19] ?? ''}`;
  } catch {
    return '';
  }
}
