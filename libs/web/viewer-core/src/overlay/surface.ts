import { subtract, type Vec3 } from '../navigation/pose';
import { PICKED_POINTS_MAX, type PickSource } from './pick';

/** Fewer points than these say nothing about a surface. */
const POINTS_MIN = 6;
const WIDENINGS_MAX = 3;
const ROUNDS = 40;
const UP: Vec3 = [0, 0, 1];

/**
 * Out of the surface in which a point lies, towards the eye: the direction in which its neighbours differ least. The neighbourhood
 * is widened until there is something to judge by; null where there is nothing.
 */
export function normalAt(sources: readonly PickSource[], point: Vec3, radius: number, eye: Vec3): Vec3 | null {
  for (let widening = 0; widening <= WIDENINGS_MAX; widening += 1) {
    const neighbours = neighboursOf(sources, point, radius * 2 ** widening);
    if (neighbours.length >= POINTS_MIN) return towards(flattest(neighbours), subtract(eye, point));
  }
  return null;
}

function neighboursOf(sources: readonly PickSource[], point: Vec3, radius: number): Vec3[] {
  const near = sources.filter((source) => Math.hypot(...subtract(source.centre, point)) <= source.radius + radius);
  const total = near.reduce((sum, { positions }) => sum + positions.count, 0);
  const stride = Math.max(1, Math.ceil(total / PICKED_POINTS_MAX));
  const found: Vec3[] = [];
  for (const { positions, matrix: m } of near) {
    const [m0 = 0, m1 = 0, m2 = 0, , m4 = 0, m5 = 0, m6 = 0, , m8 = 0, m9 = 0, m10 = 0, , m12 = 0, m13 = 0, m14 = 0] = m;
    for (let i = 0; i < positions.count; i += stride) {
      const [px, py, pz] = [positions.getX(i), positions.getY(i), positions.getZ(i)];
      const x = m0 * px + m4 * py + m8 * pz + m12 - point[0];
      const y = m1 * px + m5 * py + m9 * pz + m13 - point[1];
      const z = m2 * px + m6 * py + m10 * pz + m14 - point[2];
      if (x * x + y * y + z * z <= radius * radius) found.push([x, y, z]);
    }
  }
  return found;
}

/** The eigenvector of the smallest eigenvalue of the covariance C: that of the largest one of `tr(C)·1 − C`, by repeated multiplication. */
function flattest(points: readonly Vec3[]): Vec3 {
  const mean = (axis: 0 | 1 | 2): number => points.reduce((sum, point) => sum + point[axis], 0) / points.length;
  const [mx, my, mz] = [mean(0), mean(1), mean(2)];
  let [xx, xy, xz, yy, yz, zz] = [0, 0, 0, 0, 0, 0];
  for (const [x, y, z] of points) {
    const [dx, dy, dz] = [x - mx, y - my, z - mz];
    xx += dx * dx;
    xy += dx * dy;
    xz += dx * dz;
    yy += dy * dy;
    yz += dy * dz;
    zz += dz * dz;
  }
  const rows: readonly Vec3[] = [
    [yy + zz, -xy, -xz],
    [-xy, xx + zz, -yz],
    [-xz, -yz, xx + yy],
  ];
  // Beginning with the row that is longest, which is never at a right angle to what is looked for.
  let vector = rows.reduce((longest, row) => (Math.hypot(...row) > Math.hypot(...longest) ? row : longest));
  for (let round = 0; round < ROUNDS; round += 1) {
    const [x, y, z] = vector;
    const next = rows.map((row) => row[0] * x + row[1] * y + row[2] * z);
    const length = Math.hypot(...next);
    if (!(length > 0)) return UP; // all in one place
    vector = [(next[0] ?? 0) / length, (next[1] ?? 0) / length, (next[2] ?? 0) / length];
  }
  return vector;
}

function towards(normal: Vec3, side: Vec3): Vec3 {
  const facing = normal[0] * side[0] + normal[1] * side[1] + normal[2] * side[2];
  return facing < 0 ? [-normal[0], -normal[1], -normal[2]] : normal;
}
