import type { CameraPose } from '@stead/contracts/pipeline';
import { elementSchema, type ElementOf, type Point, type View } from '@stead/contracts/studio';

/** How far ahead a visitor looks, as a share of the map's diagonal. */
const LOOK_AHEAD_SHARE = 0.15;

/**
 * A tour along the way of whoever took the pictures: stops at equal distances along it, each where a picture was taken, looking
 * where it looked. Null where no pictures were taken.
 */
export function draftTour(id: string, cameras: readonly CameraPose[], diagonal: number, stops: number): ElementOf<'tour'> | null {
  const views = stopsAlong(cameras, stops).map((camera) => viewOf(camera, diagonal * LOOK_AHEAD_SHARE));
  if (views.length === 0) return null;
  const drafted = elementSchema.parse({
    ...{ kind: 'tour', id, title: { ko: '둘러보기', en: 'A walk through' } },
    stops: views.map((view) => ({ view })),
  });
  return drafted as ElementOf<'tour'>; // its kind stands above
}

/** The first and the last, and between them those nearest to equal distances along the way. */
function stopsAlong(cameras: readonly CameraPose[], count: number): CameraPose[] {
  const lengths = cameras.reduce<number[]>((sums, { position }, i) => {
    const before = cameras[i - 1]?.position ?? position;
    return [...sums, (sums.at(-1) ?? 0) + distance(before, position)];
  }, []);
  const total = lengths.at(-1) ?? 0;
  const chosen = Array.from({ length: count }, (_, stop) => nearest(lengths, (total * stop) / (count - 1)));
  return [...new Set(chosen)].flatMap((index) => cameras[index] ?? []);
}

function nearest(lengths: readonly number[], wanted: number): number {
  const after = lengths.findIndex((length) => length >= wanted);
  if (after <= 0) return after < 0 ? lengths.length - 1 : 0;
  return wanted - (lengths[after - 1] ?? 0) < (lengths[after] ?? 0) - wanted ? after - 1 : after;
}

function viewOf({ position, forward }: CameraPose, reach: number): View {
  const target = position.map((value, axis) => value + (forward[axis] ?? 0) * reach);
  return { position, target: target as Point }; // of three coordinates come three
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}
