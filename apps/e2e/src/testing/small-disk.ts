import { spawnSync } from 'node:child_process';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const DISK_MIB = 400;
const CHUNK = Buffer.alloc(256 * 1024);
const MINE = process.getuid?.() === 0 ? ['unshare', '-m'] : ['unshare', '--map-current-user', '--keep-caps', '-m'];
const MOUNT = 'mount -t tmpfs -o mode=0755 stead';

/** Whether a program can be given a file system of its own here. */
export const MAY_MOUNT = spawnSync(MINE[0] ?? '', [...MINE.slice(1), 'sh', '-c', `${MOUNT} /mnt`]).status === 0;

/** A command that gives the one behind it a small disk at the folder between them, which ends with it. */
export const SMALL_DISK = [...MINE, 'sh', '-c', `${MOUNT} -o size=${DISK_MIB}m "$0" && exec "$@"`];

/** Takes all the room of the disk that a process sees at the folder; what it returns gives it back. */
export function fill(pid: number, folder: string): () => void {
  const filler = join(`/proc/${pid}/root`, folder, 'filler');
  const file = openSync(filler, 'w');
  try {
    for (let bytes = CHUNK.length; bytes >= 512;) {
      try {
        if (writeSync(file, CHUNK, 0, bytes) < bytes) bytes /= 2;
      } catch {
        bytes /= 2; // no room for so much
      }
    }
  } finally {
    closeSync(file);
  }
  return () => rmSync(filler);
}
