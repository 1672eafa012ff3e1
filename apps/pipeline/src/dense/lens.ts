import type { Camera } from '../domain/colmap-model';

/** A camera's calibration in pixels, and where its lens really puts a ray of the ideal pinhole (normalised coordinates). */
export interface Lens {
  fx: number;
  fy: number;
  cx: number;
  cy: number;
  distort: (x: number, y: number) => [number, number];
}

/** COLMAP's camera models (https://colmap.github.io/cameras.html) without the fisheye ones; null for others. */
export function lensOf({ model, params }: Camera): Lens | null {
  const [a = 0, b = 0, c = 0, d = 0, k1 = 0, k2 = 0, p1 = 0, p2 = 0] = params;
  switch (model) {
    case 'SIMPLE_PINHOLE':
      return { fx: a, fy: a, cx: b, cy: c, distort: (x, y) => [x, y] };
    case 'PINHOLE':
      return { fx: a, fy: b, cx: c, cy: d, distort: (x, y) => [x, y] };
    case 'SIMPLE_RADIAL':
      return { fx: a, fy: a, cx: b, cy: c, distort: brownConrady(d, 0, 0, 0) };
    case 'RADIAL':
      return { fx: a, fy: a, cx: b, cy: c, distort: brownConrady(d, k1, 0, 0) };
    case 'OPENCV':
      return { fx: a, fy: b, cx: c, cy: d, distort: brownConrady(k1, k2, p1, p2) };
    default:
      return null;
  }
}

/** Radial and tangential distortion (Brown, "Decentering distortion of lenses", 1966), as COLMAP and OpenCV write it. */
function brownConrady(k1: number, k2: number, p1: number, p2: number): Lens['distort'] {
  return (x, y) => {
    const r2 = x * x + y * y;
    const radial = 1 + k1 * r2 + k2 * r2 * r2;
    return [x * radial + 2 * p1 * x * y + p2 * (r2 + 2 * x * x), y * radial + p1 * (r2 + 2 * y * y) + 2 * p2 * x * y];
  };
}
