import type { SplatEntry, StoredFile } from '@stead/contracts/pipeline';
import type { Vec3 } from '@stead/platform/similarity';
import type { StepContext } from '../../application/step';
import type { Space } from '../../domain/volumes';
import { SPLAT_MEDIA_TYPE, splatPath } from '../../splats/splat-file';
import { Splats } from '../../splats/splats';
import { describeBytes } from '../../application/local-files';
import type { BaseBundle } from './base-bundle';
import { newColour } from './change-tiles';
import { mayShow, type Shown } from './listed-pictures';
import type { PicturePart } from './new-pictures';

/** How far a Gaussian is asked about, in standard deviations: what lies beyond is a seventh of it at most. */
const REACH = 2;

export interface ChangedSplats {
  /** Path of the file that is not handed on. */
  was: string;
  /** Null where no splat is left. */
  made: { entry: SplatEntry; file: StoredFile } | null;
}

/**
 * Gaussians that reach into a volume go, and those that reach into what a picture shows otherwise now take its colour from all
 * sides, by the rules of points. Null where none does.
 */
export async function changeSplats(
  context: StepContext,
  bundle: BaseBundle,
  entry: SplatEntry | null,
  spaces: readonly Space[],
  parts: ReadonlyMap<Shown, PicturePart>,
): Promise<ChangedSplats | null> {
  const changing = [...parts].filter(([shown]) => shown.changed.length > 0);
  if (entry === null || (spaces.length === 0 && changing.length === 0)) return null;
  const splats = await Splats.read(await bundle.read(bundle.need(entry.path)));
  const toMap = mapping(entry.matrix);
  const gone = new Set<number>();
  let recoloured = 0;
  for (let i = 0; i < splats.count; i += 1) {
    if (i % 65_536 === 0) context.signal.throwIfAborted();
    const { centre, radius, reached } = ballOf(splats, i, toMap);
    if (spaces.some((space) => reached.some((point) => space.contains(...point)))) {
      gone.add(i);
      continue;
    }
    const seeing = changing.filter(([shown]) => mayShow(shown, { centre, radius }));
    const colour = seeing.length === 0 ? null : firstColour(seeing, reached);
    if (colour === null) continue;
    splats.recolour(i, colour);
    recoloured += 1;
  }
  if (gone.size === 0 && recoloured === 0) return null;
  context.log(`${gone.size} Gaussian splats were left out, ${recoloured} took another colour`);
  const left = splats.filter((i) => !gone.has(i));
  if (left.count === 0) return { was: entry.path, made: null };
  const bytes = await left.encode();
  const path = splatPath(describeBytes(bytes).sha256);
  const file = await context.put(path, bytes, SPLAT_MEDIA_TYPE);
  return { was: entry.path, made: { entry: { ...entry, path, count: left.count }, file } };
}

/** Where it is in the map, and the ends of its axes. */
function ballOf(splats: Splats, index: number, toMap: (at: Readonly<Vec3>) => Vec3) {
  const own = splats.centre(index);
  const centre = toMap(own);
  const ends = splats
    .axes(index)
    .flatMap(([x, y, z]): Vec3[] => [
      toMap([own[0] + REACH * x, own[1] + REACH * y, own[2] + REACH * z]),
      toMap([own[0] - REACH * x, own[1] - REACH * y, own[2] - REACH * z]),
    ]);
  const radius = Math.max(...ends.map((end) => Math.hypot(end[0] - centre[0], end[1] - centre[1], end[2] - centre[2])));
  return { centre, radius, reached: [centre, ...ends] };
}

function firstColour(seeing: readonly (readonly [Shown, PicturePart])[], points: readonly Vec3[]): Vec3 | null {
  for (const point of points) {
    const colour = newColour(seeing, point);
    if (colour !== null) return colour;
  }
  return null;
}

function mapping(matrix: readonly number[]): (at: Readonly<Vec3>) => Vec3 {
  const m = (i: number): number => matrix[i] ?? 0;
  const row = (i: number, [x, y, z]: Readonly<Vec3>): number => m(i) * x + m(4 + i) * y + m(8 + i) * z + m(12 + i);
  return (at) => [row(0, at), row(1, at), row(2, at)];
}
