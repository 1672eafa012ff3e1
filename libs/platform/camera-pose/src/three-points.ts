import { turn, type Matrix3, type Vec3 } from '@stead/platform/similarity';
import type { CameraPose } from './camera';

export type Three = readonly [Vec3, Vec3, Vec3];

const ROOT_ROUNDS = 60;
const POLISH_ROUNDS = 5;
/** Sine squared of the angle at a corner, below which three points lie on a line. */
const LINE_SINE_SQUARED = 1e-10;

/**
 * Every pose, four at most, from which three points are seen along three rays: "Lambda Twist" (Persson and Nordberg, ECCV 2018).
 * The distances to the points obey two quadratic forms; the root of one cubic makes a degenerate form of them, a pair of planes,
 * and each plane leads to a quadratic equation. None for points on a line.
 */
export function posesOfThree(rays: Three, points: Three): CameraPose[] {
  const [x1, x2, x3] = points;
  const [d12, d13, d23] = [minus(x1, x2), minus(x1, x3), minus(x2, x3)];
  const [a12, a13, a23] = [dot(d12, d12), dot(d13, d13), dot(d23, d23)];
  const across = cross(d12, d13);
  if (!(dot(across, across) > LINE_SINE_SQUARED * a12 * a13) || a23 === 0) return [];
  const [y1, y2, y3] = rays;
  const sides: Sides = { a12, a13, a23, b12: -2 * dot(y1, y2), b13: -2 * dot(y1, y3), b23: -2 * dot(y2, y3) };
  const world = inverse(columns(d12, d13, across));
  if (world === null) return [];
  return distancesOf(sides).flatMap((rough) => {
    const [l1, l2, l3] = polish(sides, rough);
    if (!(l1 > 0 && l2 > 0 && l3 > 0)) return [];
    const [p1, p2, p3] = [times(y1, l1), times(y2, l2), times(y3, l3)];
    const [e12, e13] = [minus(p1, p2), minus(p1, p3)];
    const rotation = product(columns(e12, e13, cross(e12, e13)), world);
    return [{ rotation, translation: minus(p1, turn(rotation, x1)) }];
  });
}

/** Squared sides of the triangle of points, and -2 cos of the angles between the rays. */
interface Sides {
  a12: number;
  a13: number;
  a23: number;
  b12: number;
  b13: number;
  b23: number;
}

function distancesOf({ a12, a13, a23, b12, b13, b23 }: Sides): Vec3[] {
  const g = rootOfCubic({ a12, a13, a23, b12, b13, b23 });
  if (!Number.isFinite(g)) return [];
  // D0 = D1 g + D2, a form of rank two.
  const form: Symmetric = {
    xx: a23 * (1 - g),
    xy: (a23 * b12) / 2,
    xz: (-a23 * b13 * g) / 2,
    yy: a23 - a12 + a13 * g,
    yz: (b23 * (a13 * g - a12)) / 2,
    zz: g * (a13 - a23) - a12,
  };
  const [[first, u], [second, v]] = eigenWithZero(form);
  const ratio = Math.sqrt(Math.max(0, -second / first));
  return [ratio, -ratio].flatMap((s) => {
    const over = s * v[0] - u[0];
    if (over === 0) return [];
    const [w0, w1] = [(u[1] - s * v[1]) / over, (u[2] - s * v[2]) / over];
    const a = 1 / ((a13 - a12) * w1 * w1 - a12 * b13 * w1 - a12);
    const b = (a13 * b12 * w1 - a12 * b13 * w0 - 2 * w0 * w1 * (a12 - a13)) * a;
    const c = ((a13 - a12) * w0 * w0 + a13 * b12 * w0 + a13) * a;
    return realRoots(b, c).flatMap((tau): Vec3[] => {
      if (!(tau > 0)) return [];
      const l2 = Math.sqrt(a23 / (tau * (b23 + tau) + 1));
      const l3 = tau * l2;
      return [[w0 * l2 + w1 * l3, l2, l3]];
    });
  });
}

/** A few rounds of Gauss–Newton on the three laws of cosines: the closed form loses digits where angles are small. */
function polish({ a12, a13, a23, b12, b13, b23 }: Sides, rough: Vec3): Vec3 {
  let [l1, l2, l3] = rough;
  for (let round = 0; round < POLISH_ROUNDS; round += 1) {
    const r: Vec3 = [
      l1 * l1 + l2 * l2 + b12 * l1 * l2 - a12,
      l1 * l1 + l3 * l3 + b13 * l1 * l3 - a13,
      l2 * l2 + l3 * l3 + b23 * l2 * l3 - a23,
    ];
    const slope = inverse(
      columns(
        [2 * l1 + b12 * l2, 2 * l1 + b13 * l3, 0],
        [2 * l2 + b12 * l1, 0, 2 * l2 + b23 * l3],
        [0, 2 * l3 + b13 * l1, 2 * l3 + b23 * l2],
      ),
    );
    if (slope === null) break;
    const [s1, s2, s3] = turn(slope, r);
    [l1, l2, l3] = [l1 - s1, l2 - s2, l3 - s3];
  }
  return [l1, l2, l3];
}

/** One real root of the cubic whose roots make the form degenerate, by bisection between bounds and Newton at its end. */
function rootOfCubic({ a12, a13, a23, b12, b13, b23 }: Sides): number {
  const [c12, c13, c23] = [-b12 / 2, -b13 / 2, -b23 / 2];
  const [s12, s13, s23] = [1 - c12 * c12, 1 - c13 * c13, 1 - c23 * c23];
  const blob = c12 * c23 * c13 - 1;
  const p3 = a13 * (a23 * s13 - a13 * s23);
  if (p3 === 0) return NaN;
  const b = (2 * blob * a23 * a13 + a13 * (2 * a12 + a13) * s23 + a23 * (a23 - a12) * s13) / p3;
  const c = (a23 * (a13 - a23) * s12 - a12 * a12 * s23 - 2 * a12 * (blob * a23 + a13 * s23)) / p3;
  const d = (a12 * (a12 * s23 - a23 * s12)) / p3;
  const at = (g: number): number => ((g + b) * g + c) * g + d;
  // Cauchy's bound holds all roots; the cubic has opposite signs at its ends.
  const bound = 1 + Math.max(Math.abs(b), Math.abs(c), Math.abs(d));
  let [low, high] = [-bound, bound];
  for (let round = 0; round < ROOT_ROUNDS; round += 1) {
    const middle = (low + high) / 2;
    if (at(middle) < 0) low = middle;
    else high = middle;
  }
  let root = (low + high) / 2;
  for (let round = 0; round < 3; round += 1) {
    const slope = (3 * root + 2 * b) * root + c;
    if (slope !== 0) root -= at(root) / slope;
  }
  return root;
}

interface Symmetric {
  xx: number;
  xy: number;
  xz: number;
  yy: number;
  yz: number;
  zz: number;
}

/** Eigenvalues, the larger in size first, and their vectors, of a form that has zero for its third. */
function eigenWithZero({ xx, xy, xz, yy, yz, zz }: Symmetric): [[number, Vec3], [number, Vec3]] {
  const [high = 0, low = 0] = realRoots(-xx - yy - zz, xx * (yy + zz) + yy * zz - xy * xy - xz * xz - yz * yz);
  const [first, second] = Math.abs(high) >= Math.abs(low) ? [high, low] : [low, high];
  const vectorOf = (e: number): Vec3 => {
    const over = e * (xx + yy) - xx * yy - e * e + xy * xy;
    const a = -(e * xz + xy * yz - xz * yy) / over;
    const b = -(e * yz + xy * xz - xx * yz) / over;
    const length = Math.hypot(a, b, 1);
    return [a / length, b / length, 1 / length];
  };
  return [
    [first, vectorOf(first)],
    [second, vectorOf(second)],
  ];
}

/** Of x² + bx + c; without the cancellation of the school formula. */
function realRoots(b: number, c: number): number[] {
  const under = b * b - 4 * c;
  if (!(under >= 0)) return [];
  const far = (b < 0 ? -b + Math.sqrt(under) : -b - Math.sqrt(under)) / 2;
  return far === 0 ? [0, 0] : [far, c / far];
}

const minus = (a: Vec3, b: Vec3): Vec3 => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
const times = (a: Vec3, by: number): Vec3 => [a[0] * by, a[1] * by, a[2] * by];
const dot = (a: Vec3, b: Vec3): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const cross = (a: Vec3, b: Vec3): Vec3 => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
const columns = (a: Vec3, b: Vec3, c: Vec3): Matrix3 => [a[0], b[0], c[0], a[1], b[1], c[1], a[2], b[2], c[2]];

function product(m: Matrix3, n: Matrix3): Matrix3 {
  const [a, b, c] = [turn(m, [n[0], n[3], n[6]]), turn(m, [n[1], n[4], n[7]]), turn(m, [n[2], n[5], n[8]])];
  return columns(a, b, c);
}

function inverse([a, b, c, d, e, f, g, h, i]: Matrix3): Matrix3 | null {
  const determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
  if (determinant === 0 || !Number.isFinite(determinant)) return null;
  const over = 1 / determinant;
  return [
    ...times([e * i - f * h, c * h - b * i, b * f - c * e], over),
    ...times([f * g - d * i, a * i - c * g, c * d - a * f], over),
    ...times([d * h - e * g, b * g - a * h, a * e - b * d], over),
  ];
}
