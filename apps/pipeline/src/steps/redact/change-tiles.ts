import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Vec3 } from '@stead/platform/similarity';
import { mapBounded } from '@stead/platform/concurrency';
import type { StoredFile } from '@stead/contracts/pipeline';
import type { StepContext } from '../../application/step';
import type { Space } from '../../domain/volumes';
import { TileEdit } from '../../tiling/edit-glb';
import { renamed, type BaseBundle, type BaseTile } from './base-bundle';
import { mayShow, type Shown } from './listed-pictures';
import type { PicturePart } from './new-pictures';

const TILES_AT_ONCE = 4;
/** Behind the nearest point by this share of its depth a point may belong to the same surface: it takes the colour as well. */
const BEHIND_SHARE = 0.06;

export interface ChangedTile {
  tile: BaseTile;
  /** Null where no point is left. */
  file: StoredFile | null;
  /** Where `file` lies on this machine. */
  path: string;
}

export interface Changes {
  tiles: ChangedTile[];
  recoloured: number;
  removed: number;
  /** The box of the points that are gone; null without any. */
  removedBounds: { min: Vec3; max: Vec3 } | null;
}

/** Lets the map's points tell how near they come in the pictures. */
export async function measureDepths(bundle: BaseBundle, tiles: readonly BaseTile[], shown: readonly Shown[]): Promise<void> {
  await mapBounded(tiles, TILES_AT_ONCE, async (tile) => {
    const seeing = shown.filter((one) => mayShow(one, tile));
    if (seeing.length === 0) return;
    const edit = TileEdit.of(await bundle.read(tile.file));
    for (let i = 0; i < edit.count; i += 1) {
      const [x, y, z] = [edit.at(i, 0), edit.at(i, 1), edit.at(i, 2)];
      for (const { camera, window } of seeing) {
        const pixel = camera.pixelOf(x, y, z);
        if (pixel !== null) window.add(pixel.u, pixel.v, pixel.depth);
      }
    }
  });
}

/** Writes the tiles of which a point goes or takes another colour, and no other. */
export async function changeTiles(
  context: StepContext,
  bundle: BaseBundle,
  tiles: readonly BaseTile[],
  spaces: readonly Space[],
  parts: ReadonlyMap<Shown, PicturePart>,
): Promise<Changes> {
  const changes: Changes = { tiles: [], recoloured: 0, removed: 0, removedBounds: null };
  let done = 0;
  await mapBounded(tiles, TILES_AT_ONCE, async (tile) => {
    context.signal.throwIfAborted();
    const touching = spaces.filter((space) => touches(space, tile));
    const seeing = [...parts].filter(([shown]) => shown.changed.length > 0 && mayShow(shown, tile));
    if (touching.length > 0 || seeing.length > 0) {
      const edit = TileEdit.of(await bundle.read(tile.file));
      for (let i = 0; i < edit.count; i += 1) {
        const point: Vec3 = [edit.at(i, 0), edit.at(i, 1), edit.at(i, 2)];
        if (touching.some((space) => space.contains(...point))) {
          edit.remove(i);
          changes.removedBounds = grown(changes.removedBounds, point);
          continue;
        }
        const colour = newColour(seeing, point);
        if (colour !== null) edit.recolour(i, ...colour);
      }
      if (edit.isChanged) changes.tiles.push(await write(context, tile, edit));
      changes.recoloured += edit.recoloured;
      changes.removed += edit.removed;
    }
    done += 1;
    context.progress(50 + (30 * done) / tiles.length, `${done} of ${tiles.length} tiles`);
  });
  return changes;
}

async function write(context: StepContext, tile: BaseTile, edit: TileEdit): Promise<ChangedTile> {
  const bytes = edit.encode();
  if (bytes === null) return { tile, file: null, path: '' };
  const name = renamed(tile.file.path, bytes);
  const path = join(context.folder, name.replaceAll('/', '-'));
  await writeFile(path, bytes);
  return { tile, file: await context.put(name, path, tile.file.mediaType), path };
}

/**
 * Of the pictures that show a point where something changed, the one that shows it within a changed region goes before one that
 * shows it at its border, and the nearest before others.
 */
export function newColour(seeing: readonly (readonly [Shown, PicturePart])[], point: Vec3): [number, number, number] | null {
  let best: { atBorder: boolean; depth: number; colour: [number, number, number] } | null = null;
  for (const [{ camera, changed, borderPx, changedBox, window }, part] of seeing) {
    const pixel = camera.pixelOf(...point);
    if (pixel === null) continue;
    const { u, v, depth } = pixel;
    const { x, y, width, height } = changedBox;
    if (u < x || v < y || u >= x + width || v >= y + height) continue;
    if (!changed.some((region) => region.near(u, v, borderPx))) continue;
    const atBorder = !changed.some((region) => region.inside(u, v));
    if (best !== null && (best.atBorder === atBorder ? best.depth <= depth : atBorder)) continue;
    if (depth > window.reach(u, v) * (1 + BEHIND_SHARE)) continue;
    best = { atBorder, depth, colour: part.at(u, v) };
  }
  return best?.colour ?? null;
}

function touches({ min, max }: Space, { centre, radius }: BaseTile): boolean {
  return ([0, 1, 2] as const).every((axis) => centre[axis] + radius >= min[axis] && centre[axis] - radius <= max[axis]);
}

function grown(bounds: Changes['removedBounds'], [x, y, z]: Vec3): Changes['removedBounds'] {
  const { min, max } = bounds ?? { min: [x, y, z], max: [x, y, z] };
  return {
    min: [Math.min(min[0], x), Math.min(min[1], y), Math.min(min[2], z)],
    max: [Math.max(max[0], x), Math.max(max[1], y), Math.max(max[2], z)],
  };
}
