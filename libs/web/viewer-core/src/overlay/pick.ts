import type { Vec3 } from '../navigation/pose';
import type { PointPositions } from '../rendering/point-spacing';
import type { Ray } from './lens';

/** Points of one tile and the matrix (column by column) that takes them into the frame of the map. */
export interface PickSource {
  readonly positions: PointPositions;
  readonly matrix: readonly number[];
  /** A sphere around them in the frame of the map. */
  readonly centre: Vec3;
  readonly radius: number;
  /** How large they are drawn, as a radius in units of the map: what is seen of a point can be put a finger on. */
  readonly pointRadius: number;
}

/** A processor looks at so many in about the time of two frames. More points are thinned out evenly. */
export const PICKED_POINTS_MAX = 1_500_000;
/** In front wins; among points that are about equally far, the one nearest to the middle of the ray. */
const CENTRING = 0.05;
/** A large dot is not taken farther from its middle than this many times the given reach. */
const REACH_TIMES_MAX = 3;

/**
 * The point that somebody means who points along a ray: the foremost of those within `tangent` of it (how far beside the ray,
 * per unit of distance), or within the dot as which it is drawn. The work is bounded whatever the number of points.
 */
export function nearestToRay(
  sources: readonly PickSource[],
  ray: Ray,
  tangent: number,
  pointsMax: number = PICKED_POINTS_MAX,
): Vec3 | null {
  const near = sources.filter((source) => mayTouch(source, ray, tangent * REACH_TIMES_MAX));
  const total = near.reduce((sum, { positions }) => sum + positions.count, 0);
  const stride = Math.max(1, Math.ceil(total / pointsMax));
  const best = { score: Infinity, point: null as Vec3 | null };
  for (const source of near) lookThrough(source, ray, tangent, stride, best);
  return best.point;
}

function lookThrough(
  { positions, matrix: m, pointRadius }: PickSource,
  { origin, direction }: Ray,
  tangent: number,
  stride: number,
  best: { score: number; point: Vec3 | null },
): void {
  const [m0 = 0, m1 = 0, m2 = 0, , m4 = 0, m5 = 0, m6 = 0, , m8 = 0, m9 = 0, m10 = 0, , m12 = 0, m13 = 0, m14 = 0] = m;
  for (let i = 0; i < positions.count; i += stride) {
    const [px, py, pz] = [positions.getX(i), positions.getY(i), positions.getZ(i)];
    const x = m0 * px + m4 * py + m8 * pz + m12;
    const y = m1 * px + m5 * py + m9 * pz + m13;
    const z = m2 * px + m6 * py + m10 * pz + m14;
    const [dx, dy, dz] = [x - origin[0], y - origin[1], z - origin[2]];
    const along = dx * direction[0] + dy * direction[1] + dz * direction[2];
    if (along <= 0 || along >= best.score) continue;
    const reach = Math.max(along * tangent, Math.min(pointRadius, along * tangent * REACH_TIMES_MAX));
    const beside = dx * dx + dy * dy + dz * dz - along * along;
    if (beside > reach * reach) continue;
    const score = along * (1 + (CENTRING * beside) / (reach * reach));
    if (score < best.score) {
      best.score = score;
      best.point = [x, y, z];
    }
  }
}

function mayTouch({ centre, radius }: PickSource, { origin, direction }: Ray, tangent: number): boolean {
  const [dx, dy, dz] = [centre[0] - origin[0], centre[1] - origin[1], centre[2] - origin[2]];
  const along = dx * direction[0] + dy * direction[1] + dz * direction[2];
  if (along < -radius) return false;
  const beside = Math.sqrt(Math.max(0, dx * dx + dy * dy + dz * dz - along * along));
  return beside <= radius + (along + radius) * tangent;
}
