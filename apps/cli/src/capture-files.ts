import { createHash } from 'node:crypto';
import { createReadStream, statSync, readdirSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import type { CaptureKind } from '@stead/contracts/pipeline';
import { UsageError } from './session';

const KINDS: Record<string, CaptureKind> = {
  ...Object.fromEntries(['.jpg', '.jpeg', '.png', '.webp', '.heic', '.tif', '.tiff'].map((ending) => [ending, 'photos'])),
  ...Object.fromEntries(['.mp4', '.mov', '.m4v', '.mkv', '.webm'].map((ending) => [ending, 'video'])),
  ...Object.fromEntries(['.las', '.laz', '.ply'].map((ending) => [ending, 'pointcloud'])),
};

export interface LocalFile {
  path: string;
  name: string;
  bytes: number;
  sha256: string;
}

/** The files of a folder in the order of their names, or one file, and the kind of capture that they make. */
export function findFiles(path: string): { kind: CaptureKind; paths: string[] } {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) throw new UsageError(`There is nothing at ${path}.`);
  const all = stat.isDirectory()
    ? readdirSync(path, { withFileTypes: true })
        .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
        .map((entry) => join(path, entry.name))
        .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    : [path];
  const known = all.filter((file) => KINDS[extname(file).toLowerCase()] !== undefined);
  if (known.length === 0) throw new UsageError(`${path} holds no photo, video or point cloud (${Object.keys(KINDS).join(' ')}).`);
  const kinds = new Set(known.map((file) => KINDS[extname(file).toLowerCase()]));
  const [kind, ...others] = kinds;
  if (kind === undefined || others.length > 0) {
    throw new UsageError(
      `${path} mixes ${[...kinds].join(' and ')}; a capture is of one kind. Put each kind into a folder of its own.`,
    );
  }
  return { kind, paths: known };
}

export async function describeFile(path: string): Promise<LocalFile> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { path, name: basename(path), bytes, sha256: hash.digest('hex') };
}
