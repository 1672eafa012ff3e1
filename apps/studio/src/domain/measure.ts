import type { Point } from '@stead/contracts/studio';

/** Length of a line through points, in units of the points. */
export function lengthOf(points: readonly Point[]): number {
  return points.slice(1).reduce((sum, point, at) => sum + distanceOf(points[at] ?? point, point), 0);
}

/**
 * Area that an outline encloses, wherever it lies in space: half the length of the sum of the cross products of neighbours
 * (Newell's normal). Of an outline that is not flat, the area of its shadow on the plane that fits it best in that sense.
 */
export function areaOf(outline: readonly Point[]): number {
  const [origin] = outline;
  if (origin === undefined) return 0;
  const sum = [0, 0, 0];
  outline.forEach((point, at) => {
    const [a, b] = [minus(point, origin), minus(outline[(at + 1) % outline.length] ?? origin, origin)];
    sum[0] = (sum[0] ?? 0) + a[1] * b[2] - a[2] * b[1];
    sum[1] = (sum[1] ?? 0) + a[2] * b[0] - a[0] * b[2];
    sum[2] = (sum[2] ?? 0) + a[0] * b[1] - a[1] * b[0];
  });
  return Math.hypot(...sum) / 2;
}

/** Difference in height of two points; z is up. */
export function heightOf(points: readonly Point[]): number {
  return Math.abs((points[1]?.[2] ?? 0) - (points[0]?.[2] ?? 0));
}

export function distanceOf(a: Point, b: Point): number {
  return Math.hypot(...minus(a, b));
}

/**
 * How far a figure of picked points is off, as one standard deviation, when each coordinate is off by `pointError` independently of
 * the others: first-order propagation, by central differences.
 */
export function errorOf(figure: (points: readonly Point[]) => number, points: readonly Point[], pointError: number): number {
  const step = Math.max(pointError, 1e-6) / 10;
  let variance = 0;
  points.forEach((point, at) => {
    for (const axis of [0, 1, 2] as const) {
      const moved = (by: number): readonly Point[] => points.with(at, point.with(axis, point[axis] + by) as Point);
      variance += (((figure(moved(step)) - figure(moved(-step))) / (2 * step)) * pointError) ** 2;
    }
  });
  return Math.sqrt(variance);
}

function minus(a: Point, b: Point): Point {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}
