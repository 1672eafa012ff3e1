import { open, readFile, rm } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { systemCode } from '../system-error';

const FILE = 'owner.json';
const CLAIM_ATTEMPTS_MAX = 5;
const ownerSchema = z.object({ pid: z.number().int(), startedAt: z.string() });
type Owner = z.infer<typeof ownerSchema>;

/** Folders that this very process holds: its own pid in the file does not say whether that cluster is still open. */
const heldHere = new Set<string>();

/** One cluster per folder: two would both start its pods. A file left by a killed process is taken over. */
export async function claimFolder(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, FILE);
  for (let attempt = 0; attempt < CLAIM_ATTEMPTS_MAX; attempt += 1) {
    try {
      const handle = await open(path, 'wx', 0o600);
      const owner: Owner = { pid: process.pid, startedAt: startOf(process.pid) };
      await handle.writeFile(JSON.stringify(owner));
      await handle.close();
      heldHere.add(path);
      return async () => {
        heldHere.delete(path);
        await rm(path, { force: true });
      };
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw error;
    }
    const other = await readOwner(path);
    if (other !== null && isHeld(other, path)) throw new Error(`${folder} already has a cluster: process ${other.pid}`);
    await rm(path, { force: true });
  }
  throw new Error(`${folder} is being claimed by several processes at once`);
}

function isHeld(owner: Owner, path: string): boolean {
  if (owner.pid === process.pid) return heldHere.has(path);
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
  return startOf(owner.pid) === owner.startedAt;
}

async function readOwner(path: string): Promise<Owner | null> {
  try {
    return ownerSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    // Gone, or cut off by a crash while it was written: nobody's.
    return null;
  }
}

/** Tells a process from a later one with the same pid. Where /proc is missing (macOS) the pid alone has to do. */
function startOf(pid: number): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    return `${boot}/${fields[19] ?? ''}`;
  } catch {
    return '';
  }
}
