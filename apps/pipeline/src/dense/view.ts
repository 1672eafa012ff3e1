import type { Matrix3, Vec3 } from '@stead/platform/similarity';

/** A pinhole camera with its place in the world. Pixel centres lie at halves, as in COLMAP. */
export interface View {
  width: number;
  height: number;
  fx: number;
  fy: number;
  cx: number;
  cy: number;
  /** World to camera, row-major. */
  rotation: Matrix3;
  translation: Vec3;
}

/** A view with what it saw. */
export interface SweepView extends View {
  /** Grey values from 1 to 255; 0 where the lens showed nothing. */
  grey: Uint8Array;
}

/** The point of the world that a pixel shows at a depth: Rᵀ (d K⁻¹ p − t). */
export function toWorld(view: View, px: number, py: number, depth: number): Vec3 {
  const { rotation: r, translation: t } = view;
  const x = ((px + 0.5 - view.cx) / view.fx) * depth - t[0];
  const y = ((py + 0.5 - view.cy) / view.fy) * depth - t[1];
  const z = depth - t[2];
  return [r[0] * x + r[3] * y + r[6] * z, r[1] * x + r[4] * y + r[7] * z, r[2] * x + r[5] * y + r[8] * z];
}

/** The pixel that shows a point and its depth there; null behind the camera and outside of the picture. */
export function pixelOf(view: View, [x, y, z]: Readonly<Vec3>): { pixel: number; depth: number } | null {
  const { rotation: r, translation: t } = view;
  const depth = r[6] * x + r[7] * y + r[8] * z + t[2];
  if (depth <= 0) return null;
  const px = Math.floor((view.fx * (r[0] * x + r[1] * y + r[2] * z + t[0])) / depth + view.cx);
  const py = Math.floor((view.fy * (r[3] * x + r[4] * y + r[5] * z + t[1])) / depth + view.cy);
  return px >= 0 && py >= 0 && px < view.width && py < view.height ? { pixel: py * view.width + px, depth } : null;
}

/** From the first camera's frame to the second's: R = R₂R₁ᵀ, t = t₂ − R t₁. */
export function relativePose(from: View, to: View): { rotation: Matrix3; translation: Vec3 } {
  const [a, b, t] = [to.rotation, from.rotation, from.translation];
  const row = (i: 0 | 3 | 6): Vec3 => [
    a[i] * b[0] + at(a, i + 1) * b[1] + at(a, i + 2) * b[2],
    a[i] * b[3] + at(a, i + 1) * b[4] + at(a, i + 2) * b[5],
    a[i] * b[6] + at(a, i + 1) * b[7] + at(a, i + 2) * b[8],
  ];
  const [r0, r1, r2] = [row(0), row(3), row(6)];
  const moved = (r: Vec3): number => r[0] * t[0] + r[1] * t[1] + r[2] * t[2];
  const translation: Vec3 = [to.translation[0] - moved(r0), to.translation[1] - moved(r1), to.translation[2] - moved(r2)];
  return { rotation: [...r0, ...r1, ...r2], translation };
}

/** Kₙ (R + t nᵀ / depth) Kᵣ⁻¹ for the plane z = depth of the reference camera (Hartley and Zisserman, section 13.1). */
export function homography(reference: View, neighbour: View, depth: number): Matrix3 {
  const { rotation: R, translation: t } = relativePose(reference, neighbour);
  const row = (i: 0 | 3 | 6, shift: number): Vec3 => {
    const [p, q, s] = [at(R, i) / reference.fx, at(R, i + 1) / reference.fy, at(R, i + 2) + shift / depth];
    return [p, q, s - p * reference.cx - q * reference.cy];
  };
  const [x, y, z] = [row(0, t[0]), row(3, t[1]), row(6, t[2])];
  const { fx, fy, cx, cy } = neighbour;
  const scaled = (r: Vec3, f: number, c: number): Vec3 => [f * r[0] + c * z[0], f * r[1] + c * z[1], f * r[2] + c * z[2]];
  return [...scaled(x, fx, cx), ...scaled(y, fy, cy), ...z];
}

function at(matrix: Matrix3, index: number): number {
  return matrix[index] ?? 0;
}
