import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { camerasSchema, type BundleManifest, type StoredFile } from '@stead/contracts/pipeline';
import { z } from 'zod';
import type { StepContext } from '../../application/step';
import { drawFloorPlan } from '../../domain/floor-plan';
import { DRAWN_POINTS_MAX, planPng } from '../drawings';
import { drawPoster } from '../poster';
import { sampleTiles } from '../sample-tiles';
import type { BaseBundle, BaseTile } from './base-bundle';
import type { ChangedTile } from './change-tiles';

const placeSchema = z.object({
  width: z.number().int().positive(),
  height: z.number().int().positive(),
  originX: z.number(),
  originY: z.number(),
  unitsPerPx: z.number().positive(),
});

/**
 * The poster, and the plan in the frame of the one before, of the points as they are now. Returns what of them differs, by path;
 * a picture that shows none of what changed comes out byte for byte and is not listed.
 */
export async function drawAgain(
  context: StepContext,
  bundle: BaseBundle,
  { start, entry }: BundleManifest,
  tiles: readonly BaseTile[],
  changed: ReadonlyMap<BaseTile, ChangedTile>,
  bounds: BundleManifest['bounds'],
): Promise<Map<string, StoredFile>> {
  const now = tiles.flatMap((tile) => {
    const change = changed.get(tile);
    if (change === undefined) return [{ path: tile.file.path, read: () => bundle.read(tile.file) }];
    return change.file === null ? [] : [{ path: change.file.path, read: () => readFile(change.path) }];
  });
  const points = await sampleTiles(now, ({ read }) => read(), DRAWN_POINTS_MAX);
  const drawn = new Map<string, StoredFile>();
  const keep = async (path: string, bytes: Buffer): Promise<void> => {
    const before = bundle.need(path);
    if (createHash('sha256').update(bytes).digest('hex') === before.sha256) return;
    drawn.set(path, await context.put(path, bytes, before.mediaType));
  };
  await keep(entry.poster, await drawPoster(points, start, bounds));
  const placed = bundle.find('plan.json');
  if (entry.plan !== null && placed !== null) {
    const place = placeSchema.parse(JSON.parse((await bundle.read(placed)).toString('utf8')));
    const path = await photographersPath(bundle, entry.cameras);
    await keep(entry.plan, await planPng(drawFloorPlan(points.xyz, points.count, path, place)));
  }
  return drawn;
}

async function photographersPath(bundle: BaseBundle, file: string | null): Promise<[number, number, number][]> {
  if (file === null) return [];
  const { cameras } = camerasSchema.parse(JSON.parse((await bundle.read(bundle.need(file))).toString('utf8')));
  return cameras.map(({ position }) => position);
}
