import type { View } from './navigator';
import { add, directionOf, lookAt, subtract, turned, type Bounds, type Vec3 } from './pose';

/** Near enough to read a sign, far enough to see around it. */
const DISTANCE_M = 1.8;
/** Of the diagonal, where nobody knows how long a unit is. */
const DISTANCE_SHARE = 0.12;
/** Of the distance: what lies on the ground is looked at from above. */
const RISE = 0.7;
/** A surface counts as a floor or a table when its normal points up as much as this. */
const UPRIGHT = 0.75;
const EDGE_SHARE = 0.02;

export interface Surroundings {
  readonly bounds: Bounds;
  readonly metresPerUnit: number | null;
}

/** A place from which to look at something on a surface: in front of a wall, beside and above what faces up. */
export function standBefore(anchor: Vec3, normal: Vec3, from: Vec3, { bounds, metresPerUnit }: Surroundings): View {
  const size = subtract(bounds.max, bounds.min);
  const distance = metresPerUnit === null ? Math.hypot(...size) * DISTANCE_SHARE : DISTANCE_M / metresPerUnit;
  const length = Math.hypot(...normal) || 1;
  const unit: Vec3 = [normal[0] / length, normal[1] / length, normal[2] / length];
  const aside = Math.abs(unit[2]) < UPRIGHT ? unit : raised(towards(anchor, from, bounds));
  const position = inside(add(anchor, aside, distance), bounds);
  const same = position.every((value, axis) => Math.abs(value - (anchor[axis] ?? 0)) < 1e-6);
  return { position: same ? add(position, [0, 0, distance]) : position, target: anchor };
}

/** The same place, looking so far below the target that it appears higher up: `share` of the way from the middle to the upper edge. */
export function lookBelow({ position, target }: View, share: number, fovRadians: number): View {
  const lowered = turned(lookAt(position, target), 0, -Math.atan(share * Math.tan(fovRadians / 2)));
  return { position, target: add(position, directionOf(lowered), Math.hypot(...subtract(target, position))) };
}

/** From the side on which the visitor is; else from the middle of the place. */
function towards(anchor: Vec3, from: Vec3, { min, max }: Bounds): Vec3 {
  const middle: Vec3 = [(min[0] + max[0]) / 2, (min[1] + max[1]) / 2, 0];
  for (const place of [from, middle]) {
    const [dx, dy] = subtract(place, anchor);
    const flat = Math.hypot(dx, dy);
    if (flat > 1e-6) return [dx / flat, dy / flat, 0];
  }
  return [1, 0, 0];
}

function raised([x, y]: Vec3): Vec3 {
  return [x, y, RISE];
}

function inside([x, y, z]: Vec3, { min, max }: Bounds): Vec3 {
  const within = (value: number, low: number, high: number): number => {
    const edge = (high - low) * EDGE_SHARE;
    return Math.min(high - edge, Math.max(low + edge, value));
  };
  return [within(x, min[0], max[0]), within(y, min[1], max[1]), within(z, min[2], max[2])];
}
