import { rotationOf, type Matrix3, type Vec3 } from '@stead/platform/similarity';
import type { Model } from '../domain/colmap-model';

/** The rotation that turns the cameras' common up into z: people hold cameras level, on the whole. */
export function uprightRotation(model: Model): Matrix3 {
  const up: Vec3 = [0, 0, 0];
  for (const image of model.images.values()) {
    const r = rotationOf(image.qvec);
    up[0] -= r[3];
    up[1] -= r[4];
    up[2] -= r[5]; // the second row is the picture's downward axis in the world
  }
  const length = Math.hypot(...up);
  if (length < 1e-9) return [1, 0, 0, 0, 1, 0, 0, 0, 1];
  return rotationBetween([up[0] / length, up[1] / length, up[2] / length], [0, 0, 1]);
}

/** The shortest rotation from one unit vector to another (Rodrigues). */
export function rotationBetween(a: Vec3, b: Vec3): Matrix3 {
  const v: Vec3 = [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
  const c = a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
  if (c < -0.999999) return [1, 0, 0, 0, -1, 0, 0, 0, -1]; // half a turn about x
  const k = 1 / (1 + c);
  return [
    ...[c + k * v[0] * v[0], k * v[0] * v[1] - v[2], k * v[0] * v[2] + v[1]],
    ...[k * v[1] * v[0] + v[2], c + k * v[1] * v[1], k * v[1] * v[2] - v[0]],
    ...[k * v[2] * v[0] - v[1], k * v[2] * v[1] + v[0], c + k * v[2] * v[2]],
  ] as Matrix3; // nine numbers, row by row
}
