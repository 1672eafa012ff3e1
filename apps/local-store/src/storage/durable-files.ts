import { link, copyFile, mkdir, open, rename, rmdir, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemCode } from '../errors';

/** A folder is created, and at once pruned by a deletion next door, at most this often in a row. */
const PLACE_ATTEMPTS_MAX = 20;

/** Gives a finished file its place, and returns when the place survives a power cut. Replaces what was there. */
export async function moveIntoPlace(from: string, to: string): Promise<void> {
  const folder = dirname(to);
  for (let attempt = 1; ; attempt += 1) {
    try {
      await rename(from, to);
      break;
    } catch (error) {
      if (systemCode(error) !== 'ENOENT' || attempt >= PLACE_ATTEMPTS_MAX) throw error;
    }
    await makeFolder(folder);
  }
  await syncFolder(folder);
}

/** Creates a folder and its parents, and makes their names durable. */
export async function makeFolder(folder: string): Promise<void> {
  const first = await mkdirAmongRemovals(folder);
  if (first === undefined) return;
  for (let made = folder; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made));
}

/** `false` when there was nothing. The deletion is durable after `syncFolder` of its folder. */
export async function removeFile(path: string): Promise<boolean> {
  try {
    await unlink(path);
    return true;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'].includes(systemCode(error))) return false;
    throw error;
  }
}

/** Removes the empty folders from `folder` up to, and without, `root`. */
export async function pruneFolders(folder: string, root: string): Promise<void> {
  for (let current = folder; current.length > root.length && current.startsWith(root); current = dirname(current)) {
    try {
      await rmdir(current);
    } catch (error) {
      // Not empty (any more), or somebody else pruned it: either way the rest is not ours to remove.
      if (['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(systemCode(error))) return;
      throw error;
    }
  }
}

/** The names in a folder are on the disk only after this. A folder that is gone needs it no more. */
export async function syncFolder(folder: string): Promise<void> {
  let handle;
  try {
    handle = await open(folder, 'r');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return;
    throw error;
  }
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The same bytes under a second name. Without hard links (exFAT, some network disks) it is a copy. */
export async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (!['EPERM', 'EMLINK', 'EXDEV', 'ENOTSUP', 'ENOSYS'].includes(systemCode(error))) throw error;
    await copyFile(from, to);
    const handle = await open(to, 'r+');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }
}

const MKDIR_TRIES_MAX = 20;

/** A parent that was just made, or was there, may be removed as empty by somebody else before its child stands in it. */
async function mkdirAmongRemovals(folder: string): Promise<string | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await mkdir(folder, { recursive: true, mode: 0o700 });
    } catch (error) {
      const gone = typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT';
      if (!gone || attempt >= MKDIR_TRIES_MAX) throw error;
    }
  }
}
