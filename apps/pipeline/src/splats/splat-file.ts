import type { SplatEntry, StoredFile } from '@stead/contracts/pipeline';
import type { Vec3 } from '@stead/platform/similarity';
import { pathOfContent } from '../application/content-path';
import type { StepContext } from '../application/step';
import { applyTransform, type Transform } from '../domain/transform';
import { readSplats } from './splat-ply';

const WORK_FILE = 'splats.spz';
export const SPLAT_MEDIA_TYPE = 'application/octet-stream';

/**
 * Leaves the Gaussians of these PLY files as a work file, where there are any. Resolves with how many there are and what is to
 * be said of them.
 */
export async function putSplats(
  context: StepContext,
  paths: readonly string[],
  origin?: Readonly<Vec3>,
): Promise<{ count: number; notes: string[] }> {
  const { splats, notes } = await readSplats(paths, origin);
  if (splats !== null) await context.put(WORK_FILE, await splats.encode(), SPLAT_MEDIA_TYPE);
  return { count: splats?.count ?? 0, notes };
}

/** What one of these steps left of Gaussians, as a file of the bundle; null where none did. */
export function findSplats(
  context: StepContext,
  steps: readonly ('densify' | 'tile')[],
  transform: Transform | null,
): { file: StoredFile; entry: SplatEntry } | null {
  for (const step of steps) {
    const record = context.record(step);
    const file = record?.files.find(({ path }) => path === WORK_FILE);
    const count = record?.metrics['splats'];
    if (file === undefined || typeof count !== 'number') continue;
    const path = splatPath(file.sha256);
    return { file: { ...file, path }, entry: { path, matrix: matrixOf(transform), count } };
  }
  return null;
}

export function splatPath(sha256: string): string {
  return pathOfContent('splat/place.spz', sha256);
}

/** Column by column. A point cloud's splats are in the frame of its map. */
function matrixOf(transform: Transform | null): number[] {
  if (transform === null) return [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
  const translation = applyTransform(transform, [0, 0, 0]);
  const column = (along: Readonly<Vec3>): number[] => applyTransform(transform, along).map((v, i) => v - (translation[i] ?? 0));
  return [...column([1, 0, 0]), 0, ...column([0, 1, 0]), 0, ...column([0, 0, 1]), 0, ...translation, 1];
}
