import { turn, type Matrix3, type Vec3 } from '@stead/platform/similarity';

/** From the world to the camera: x_camera = rotation x_world + translation. The camera looks along +z with y down, as COLMAP's. */
export interface CameraPose {
  rotation: Matrix3;
  translation: Vec3;
}

/** A lens without distortion. Pixels are counted from the upper left corner of the picture. */
export interface Lens {
  focalPx: number;
  centrePx: Pixel;
}

export type Pixel = [number, number];

/** A place in the picture, and the point of the world that is thought to be seen there. */
export interface Sighting {
  pixel: Pixel;
  point: Vec3;
}

/** Nearer than this a point is taken to be behind the camera. */
const DEPTH_MIN = 1e-9;

export function toCamera({ rotation, translation }: CameraPose, point: Vec3): Vec3 {
  const [x, y, z] = turn(rotation, point);
  return [x + translation[0], y + translation[1], z + translation[2]];
}

/** How far from its pixel a point would be seen, squared; infinite for one behind the camera. */
export function missSquared(pose: CameraPose, { focalPx, centrePx }: Lens, { pixel, point }: Sighting): number {
  const [x, y, z] = toCamera(pose, point);
  if (z < DEPTH_MIN) return Infinity;
  return ((focalPx * x) / z + centrePx[0] - pixel[0]) ** 2 + ((focalPx * y) / z + centrePx[1] - pixel[1]) ** 2;
}

/** Where the camera stands in the world. */
export function standpointOf({ rotation: r, translation: [x, y, z] }: CameraPose): Vec3 {
  return [-(r[0] * x + r[3] * y + r[6] * z), -(r[1] * x + r[4] * y + r[7] * z), -(r[2] * x + r[5] * y + r[8] * z)];
}

/** The direction, of length 1 and in the camera's frame, in which a pixel looks. */
export function rayOf({ focalPx, centrePx }: Lens, [px, py]: Pixel): Vec3 {
  const [x, y] = [(px - centrePx[0]) / focalPx, (py - centrePx[1]) / focalPx];
  const length = Math.hypot(x, y, 1);
  return [x / length, y / length, 1 / length];
}
