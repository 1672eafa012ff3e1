import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { captureManifestSchema, keys } from '@stead/contracts/pipeline';
import type { CaptureFile, CaptureKind, CaptureManifest } from '@stead/contracts/pipeline';
import { describeBytes, describeFile } from './local-files';
import type { Blobs } from './ports';
import { StepError } from './step';

const FILES_MAX = 2_000;
const KINDS: Readonly<Record<string, { kind: CaptureKind; mediaType: string }>> = {
  '.jpg': { kind: 'photos', mediaType: 'image/jpeg' },
  '.jpeg': { kind: 'photos', mediaType: 'image/jpeg' },
  '.png': { kind: 'photos', mediaType: 'image/png' },
  '.webp': { kind: 'photos', mediaType: 'image/webp' },
  '.tif': { kind: 'photos', mediaType: 'image/tiff' },
  '.tiff': { kind: 'photos', mediaType: 'image/tiff' },
  '.mp4': { kind: 'video', mediaType: 'video/mp4' },
  '.mov': { kind: 'video', mediaType: 'video/quicktime' },
  '.mkv': { kind: 'video', mediaType: 'video/x-matroska' },
  '.webm': { kind: 'video', mediaType: 'video/webm' },
  '.las': { kind: 'pointcloud', mediaType: 'application/vnd.las' },
  '.laz': { kind: 'pointcloud', mediaType: 'application/vnd.laszip' },
  '.ply': { kind: 'pointcloud', mediaType: 'application/octet-stream' },
};

/** Ids that follow from the content, so that the same files are the same capture and finished work can be taken over. */
export async function storeLocalCapture(path: string, workspaceId: string, blobs: Blobs): Promise<CaptureManifest> {
  const paths = await filesOf(path);
  const described = await Promise.all(paths.map(async (file) => ({ file, ...(await describeFile(file)) })));
  const kinds = new Set(paths.map((file) => KINDS[extname(file).toLowerCase()]?.kind));
  const [kind] = kinds;
  if (kind === undefined || kinds.size > 1) {
    throw new StepError(
      'user',
      'capture-mixed',
      `${path} holds files of different kinds; a capture is photos, videos or point clouds`,
    );
  }
  const captureId = idFrom(`capture ${described.map((file) => `${basename(file.file)} ${file.sha256}`).join('\n')}`);
  const files: CaptureFile[] = [];
  for (const [index, { file, bytes, sha256 }] of described.entries()) {
    const fileId = idFrom(`${captureId} ${index}`);
    const key = keys.captureFile(workspaceId, captureId, fileId);
    const mediaType = KINDS[extname(file).toLowerCase()]?.mediaType ?? 'application/octet-stream';
    if (!(await blobs.exists(key))) await blobs.upload(key, { path: file }, { mediaType, sha256 });
    files.push({ fileId, key, name: basename(file), bytes, sha256, mediaType });
  }
  const manifest = captureManifestSchema.parse({ schemaVersion: 1, captureId, workspaceId, kind, files });
  const bytes = Buffer.from(JSON.stringify(manifest, null, 1));
  await blobs.upload(keys.captureManifest(workspaceId, captureId), bytes, {
    mediaType: 'application/json',
    sha256: describeBytes(bytes).sha256,
  });
  return manifest;
}

/** A UUID of version 8 (RFC 9562 §5.8): the first bits of a sha256. */
export function idFrom(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

async function filesOf(path: string): Promise<string[]> {
  const found = await stat(path).catch(() => null);
  if (found === null) throw new StepError('user', 'capture-missing', `There is nothing at ${path}`);
  if (found.isFile()) return KINDS[extname(path).toLowerCase()] ? [path] : noCapture(path);
  const names = (await readdir(path)).filter((name) => KINDS[extname(name).toLowerCase()]).sort();
  if (names.length === 0) return noCapture(path);
  if (names.length > FILES_MAX) throw new StepError('user', 'capture-too-large', `${path} holds more than ${FILES_MAX} files`);
  return names.map((name) => join(path, name));
}

function noCapture(path: string): never {
  throw new StepError('user', 'capture-empty', `${path} holds no photo, video or point cloud (${Object.keys(KINDS).join(' ')})`);
}
