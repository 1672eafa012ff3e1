import type { Volume } from '@stead/contracts/pipeline';
import type { Vec3 } from '@stead/platform/similarity';
import { boxAround, isInside } from './covered-region';
import type { Corner } from './detection';

/** A part of the place, ready to be asked often. */
export interface Space {
  min: Vec3;
  max: Vec3;
  contains: (x: number, y: number, z: number) => boolean;
  /** Where a ray from `origin` first is inside, in lengths of `direction` from 0 on; null where it never is. */
  entry: (origin: Readonly<Vec3>, direction: Readonly<Vec3>) => number | null;
  /** Its corners, for where it lies in a picture. */
  corners: Vec3[];
}

export function spaceOf(volume: Volume): Space {
  const outline = volume.shape === 'prism' ? volume.outline : null;
  const { min, max } = volume.shape === 'box' ? ordered(volume.min, volume.max) : boundsOf(volume);
  const within = (x: number, y: number, z: number): boolean =>
    x >= min[0] && x <= max[0] && y >= min[1] && y <= max[1] && z >= min[2] && z <= max[2];
  const floor: readonly Corner[] = outline ?? [
    [min[0], min[1]],
    [max[0], min[1]],
    [max[0], max[1]],
    [min[0], max[1]],
  ];
  return {
    min,
    max,
    contains: outline === null ? within : (x, y, z) => within(x, y, z) && isInside(outline, x, y),
    entry: (origin, direction) => {
      const crossed = slabs(min, max, origin, direction);
      if (crossed === null || outline === null) return crossed?.[0] ?? null;
      return entryOfPrism(outline, crossed, origin, direction);
    },
    corners: floor.flatMap(([x, y]): Vec3[] => [
      [x, y, min[2]],
      [x, y, max[2]],
    ]),
  };
}

function boundsOf({ outline, bottom, top }: Extract<Volume, { shape: 'prism' }>): { min: Vec3; max: Vec3 } {
  const { x, y, width, height } = boxAround(outline);
  return ordered([x, y, bottom], [x + width, y + height, top]);
}

function ordered(a: Readonly<Vec3>, b: Readonly<Vec3>): { min: Vec3; max: Vec3 } {
  return {
    min: [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.min(a[2], b[2])],
    max: [Math.max(a[0], b[0]), Math.max(a[1], b[1]), Math.max(a[2], b[2])],
  };
}

/** From where to where a ray is between the six sides of a box (Kay and Kajiya, SIGGRAPH 1986). */
function slabs(min: Vec3, max: Vec3, origin: Readonly<Vec3>, direction: Readonly<Vec3>): [number, number] | null {
  let [from, to] = [0, Infinity];
  for (const axis of [0, 1, 2] as const) {
    if (direction[axis] === 0) {
      if (origin[axis] < min[axis] || origin[axis] > max[axis]) return null;
      continue;
    }
    const a = (min[axis] - origin[axis]) / direction[axis];
    const b = (max[axis] - origin[axis]) / direction[axis];
    from = Math.max(from, Math.min(a, b));
    to = Math.min(to, Math.max(a, b));
  }
  return from <= to ? [from, to] : null;
}

/** Inside at once, or through the first of its walls. */
function entryOfPrism(
  outline: readonly Corner[],
  [from, to]: readonly [number, number],
  [ox, oy]: Readonly<Vec3>,
  [dx, dy]: Readonly<Vec3>,
): number | null {
  if (isInside(outline, ox + from * dx, oy + from * dy)) return from;
  let nearest: number | null = null;
  let before = outline[outline.length - 1];
  for (const corner of outline) {
    if (before === undefined) return null;
    const [ex, ey] = [corner[0] - before[0], corner[1] - before[1]];
    const across = dx * ey - dy * ex;
    const [px, py] = [before[0] - ox, before[1] - oy];
    before = corner;
    if (across === 0) continue;
    const t = (px * ey - py * ex) / across;
    const along = (px * dy - py * dx) / across;
    if (along >= 0 && along <= 1 && t >= from && t <= to && (nearest === null || t < nearest)) nearest = t;
  }
  return nearest;
}
