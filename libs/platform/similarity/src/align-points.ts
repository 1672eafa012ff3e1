import { rotationOf, type Matrix3, type Vec3 } from './rotation';

/** x -> scale * rotation x + translation. */
export interface SimilarityTransform {
  scale: number;
  rotation: Matrix3;
  translation: Vec3;
}

const JACOBI_SWEEPS_MAX = 60;

/**
 * The similarity that brings `from` nearest to `to`, pair by pair, in the least squares sense (Umeyama, "Least-squares
 * estimation of transformation parameters between two point patterns", PAMI 1991). The rotation comes from Horn's unit
 * quaternion (JOSA A 1987), which solves the same problem and can never be a reflection. Null for fewer than three points and
 * for points on one line, whose rotation is not determined.
 */
export function alignPoints(from: readonly Vec3[], to: readonly Vec3[]): SimilarityTransform | null {
  if (from.length !== to.length || from.length < 3) return null;
  const a = centred(from);
  const b = centred(to);
  if (onOneLine(a.points) || onOneLine(b.points)) return null;
  const s = correlation(a.points, b.points);
  const rotation = rotationOf(largestEigenvector(hornMatrix(s)));
  let along = 0;
  let spread = 0;
  a.points.forEach((p, i) => {
    const q = b.points[i] ?? [0, 0, 0];
    const r = turn(rotation, p);
    along += r[0] * q[0] + r[1] * q[1] + r[2] * q[2];
    spread += p[0] ** 2 + p[1] ** 2 + p[2] ** 2;
  });
  const scale = along / spread;
  const moved = turn(rotation, a.mean);
  const translation: Vec3 = [b.mean[0] - scale * moved[0], b.mean[1] - scale * moved[1], b.mean[2] - scale * moved[2]];
  return { scale, rotation, translation };
}

export function applySimilarity({ scale, rotation, translation }: SimilarityTransform, point: Vec3): Vec3 {
  const [x, y, z] = turn(rotation, point);
  return [scale * x + translation[0], scale * y + translation[1], scale * z + translation[2]];
}

/** The rotation of a matrix, row by row. */
export function turn(r: Matrix3, [x, y, z]: Vec3): Vec3 {
  return [r[0] * x + r[1] * y + r[2] * z, r[3] * x + r[4] * y + r[5] * z, r[6] * x + r[7] * y + r[8] * z];
}

function centred(points: readonly Vec3[]): { mean: Vec3; points: Vec3[] } {
  const mean: Vec3 = [0, 0, 0];
  for (const [x, y, z] of points) {
    mean[0] += x / points.length;
    mean[1] += y / points.length;
    mean[2] += z / points.length;
  }
  return { mean, points: points.map(([x, y, z]) => [x - mean[0], y - mean[1], z - mean[2]]) };
}

/** The middle eigenvalue of the scatter matrix tells the spread across the main direction. */
function onOneLine(points: readonly Vec3[]): boolean {
  const m = correlation(points, points);
  const matrix = [0, 1, 2].map((i) => [0, 1, 2].map((j) => m[3 * i + j] ?? 0));
  const values = eigen(matrix).values.sort((x, y) => y - x);
  const [largest = 0, middle = 0] = values;
  return largest <= 0 || middle < 1e-12 * largest;
}

/** Sum of the products of the coordinates, row by row: S[i][j] = sum a_i b_j. */
function correlation(a: readonly Vec3[], b: readonly Vec3[]): number[] {
  const s = new Array<number>(9).fill(0);
  a.forEach((p, n) => {
    const q = b[n] ?? [0, 0, 0];
    p.forEach((pi, i) => q.forEach((qj, j) => (s[3 * i + j] = (s[3 * i + j] ?? 0) + pi * qj)));
  });
  return s;
}

function hornMatrix([xx = 0, xy = 0, xz = 0, yx = 0, yy = 0, yz = 0, zx = 0, zy = 0, zz = 0]: number[]): number[][] {
  return [
    [xx + yy + zz, yz - zy, zx - xz, xy - yx],
    [yz - zy, xx - yy - zz, xy + yx, zx + xz],
    [zx - xz, xy + yx, -xx + yy - zz, yz + zy],
    [xy - yx, zx + xz, yz + zy, -xx - yy + zz],
  ];
}

function largestEigenvector(matrix: number[][]): [number, number, number, number] {
  const { values, vectors } = eigen(matrix);
  const at = values.indexOf(Math.max(...values));
  const [w = 1, x = 0, y = 0, z = 0] = vectors.map((row) => row[at] ?? 0);
  return [w, x, y, z];
}

/** Cyclic Jacobi rotations for a small symmetric matrix; the vectors are columns (Golub and Van Loan, section 8.5). */
function eigen(symmetric: number[][]): { values: number[]; vectors: number[][] } {
  const n = symmetric.length;
  const a = symmetric.map((row) => [...row]);
  const v = a.map((_, i) => a.map((__, j) => (i === j ? 1 : 0)));
  const get = (m: number[][], i: number, j: number): number => m[i]?.[j] ?? 0;
  const set = (m: number[][], i: number, j: number, value: number): void => {
    const row = m[i];
    if (row) row[j] = value;
  };
  for (let sweep = 0; sweep < JACOBI_SWEEPS_MAX; sweep += 1) {
    let off = 0;
    let all = 0;
    for (let i = 0; i < n; i += 1) {
      for (let j = 0; j < n; j += 1) {
        all += get(a, i, j) ** 2;
        if (i !== j) off += get(a, i, j) ** 2;
      }
    }
    if (off <= 1e-30 * all) break;
    for (let p = 0; p < n; p += 1) {
      for (let q = p + 1; q < n; q += 1) {
        if (get(a, p, q) === 0) continue;
        const theta = (get(a, q, q) - get(a, p, p)) / (2 * get(a, p, q));
        const t = Math.sign(theta || 1) / (Math.abs(theta) + Math.hypot(theta, 1));
        const c = 1 / Math.hypot(t, 1);
        const s = t * c;
        for (let k = 0; k < n; k += 1) {
          const [kp, kq] = [get(a, k, p), get(a, k, q)];
          set(a, k, p, c * kp - s * kq);
          set(a, k, q, s * kp + c * kq);
        }
        for (let k = 0; k < n; k += 1) {
          const [pk, qk] = [get(a, p, k), get(a, q, k)];
          set(a, p, k, c * pk - s * qk);
          set(a, q, k, s * pk + c * qk);
          const [kp, kq] = [get(v, k, p), get(v, k, q)];
          set(v, k, p, c * kp - s * kq);
          set(v, k, q, s * kp + c * kq);
        }
      }
    }
  }
  return { values: a.map((row, i) => row[i] ?? 0), vectors: v };
}
