import { subtract, type Vec3 } from '../navigation/pose';
import { pixelAngle, rayThrough, type Lens } from './lens';
import { nearestToRay, type PickSource } from './pick';
import { normalAt } from './surface';

/** How far beside a point of the map one may click, in CSS pixels. */
const PICK_PX = 6;
/** Of the neighbourhood by which a surface is judged. */
const SURFACE_PX = 12;

/** A point of the map, and which way the surface faces in which it lies. */
export interface SurfacePoint {
  readonly point: Vec3;
  readonly normal: Vec3;
}

/** The point that is drawn at a place of the canvas (CSS pixels); null where there is none. */
export function pointAt(sources: readonly PickSource[], lens: Lens, x: number, y: number): Vec3 | null {
  return nearestToRay(sources, rayThrough(lens, x, y), pixelAngle(lens) * PICK_PX);
}

/** The same, with the direction out of the surface there: towards the eye where it cannot be told. */
export function surfaceAt(sources: readonly PickSource[], lens: Lens, x: number, y: number): SurfacePoint | null {
  const point = pointAt(sources, lens, x, y);
  if (point === null) return null;
  const back = subtract(lens.pose.position, point);
  const distance = Math.hypot(...back) || 1;
  const radius = distance * pixelAngle(lens) * SURFACE_PX;
  const normal = normalAt(sources, point, radius, lens.pose.position);
  return { point, normal: normal ?? [back[0] / distance, back[1] / distance, back[2] / distance] };
}
