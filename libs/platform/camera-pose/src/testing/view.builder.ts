import { rotationOf, turn, type Vec3 } from '@stead/platform/similarity';
import type { CameraPose, Lens, Sighting } from '../camera';
import { seeded } from '../seeded';

export const WIDTH = 800;
export const HEIGHT = 600;

export interface View {
  pose: CameraPose;
  lens: Lens;
  standpoint: Vec3;
  sightings: Sighting[];
}

export interface ViewOptions {
  seed: number;
  right: number;
  wrong?: number;
  noisePx?: number;
  focalPx?: number;
}

/** A camera somewhere in a place of some ten metres, points at depths of 2 to 10 that it sees, and others that it does not. */
export function aView({ seed, right, wrong = 0, noisePx = 0, focalPx = 600 }: ViewOptions): View {
  const random = seeded(seed);
  const between = (low: number, high: number): number => low + (high - low) * random();
  const rotation = rotationOf([between(-1, 1), between(-1, 1), between(-1, 1), between(0.1, 1)]);
  const standpoint: Vec3 = [between(-5, 5), between(-5, 5), between(-5, 5)];
  const [x, y, z] = turn(rotation, standpoint);
  const pose: CameraPose = { rotation, translation: [-x, -y, -z] };
  const lens: Lens = { focalPx, centrePx: [WIDTH / 2, HEIGHT / 2] };
  const sightings = Array.from({ length: right + wrong }, (_, i): Sighting => {
    const [px, py, depth] = [between(0, WIDTH), between(0, HEIGHT), between(2, 10)];
    const point = fromCamera(pose, [((px - WIDTH / 2) / focalPx) * depth, ((py - HEIGHT / 2) / focalPx) * depth, depth]);
    if (i >= right) return { pixel: [between(0, WIDTH), between(0, HEIGHT)], point };
    return { pixel: [px + noisePx * gauss(random), py + noisePx * gauss(random)], point };
  });
  return { pose, lens, standpoint, sightings };
}

/** Degrees between two rotations, by how far apart their matrices are: an arc cosine of their trace would show the square root of its rounding. */
export function turnBetween(a: CameraPose, b: CameraPose): number {
  const apart = Math.hypot(...a.rotation.map((value, i) => value - (b.rotation[i] ?? 0)));
  return (2 * Math.asin(Math.min(1, apart / Math.sqrt(8))) * 180) / Math.PI;
}

export function distance(a: Vec3, b: Vec3): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

function fromCamera({ rotation: r, translation: t }: CameraPose, [x, y, z]: Vec3): Vec3 {
  const [a, b, c] = [x - t[0], y - t[1], z - t[2]];
  return [r[0] * a + r[3] * b + r[6] * c, r[1] * a + r[4] * b + r[7] * c, r[2] * a + r[5] * b + r[8] * c];
}

/** Box and Muller. */
function gauss(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
