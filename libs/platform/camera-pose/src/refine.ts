import { quaternionOf, rotationOf, turn, type Matrix3, type Vec3 } from '@stead/platform/similarity';
import { missSquared, toCamera, type CameraPose, type Lens, type Sighting } from './camera';
import { NormalEquations } from './normal-equations';

export interface Placed {
  pose: CameraPose;
  lens: Lens;
}

const ROUNDS = 15;
const DAMPING_FIRST = 1e-4;
const DAMPING_MAX = 1e6;
/** Steps that gain less than this share of the error are the last. */
const GAIN_MIN = 1e-9;

/**
 * The pose, and the focal length where it is not known, with the least sum of squared misses near a first one: Gauss–Newton with
 * Levenberg's and Marquardt's damping, the rotation by a small turn about the camera (Hartley and Zisserman, Multiple View
 * Geometry, appendix 6). All sightings are taken to be right.
 */
export function refine(first: Placed, sightings: readonly Sighting[], withFocal: boolean): Placed {
  let best = first;
  let error = sumOf(best, sightings);
  let damping = DAMPING_FIRST;
  for (let round = 0; round < ROUNDS && Number.isFinite(error); round += 1) {
    const equations = linearised(best, sightings, withFocal);
    let gain = 0;
    for (; damping < DAMPING_MAX && gain === 0; damping *= 10) {
      const step = equations.step(damping);
      if (step === null) continue;
      const next = moved(best, step);
      const after = sumOf(next, sightings);
      if (!(after < error)) continue;
      gain = (error - after) / error;
      [best, error] = [next, after];
      damping /= 100;
    }
    if (gain < GAIN_MIN) break;
  }
  return best;
}

/** Standard deviation of the standpoint, in units of the world, where pixels have one of `sigmaPx`; null where it is not determined. */
export function uncertainty(placed: Placed, sightings: readonly Sighting[], withFocal: boolean, sigmaPx: number): number | null {
  const variances = linearised(placed, sightings, withFocal).variances();
  if (variances === null) return null;
  // To first order the standpoint moves as the translation does, only turned.
  const [, , , x = NaN, y = NaN, z = NaN] = variances;
  return sigmaPx * Math.sqrt(x + y + z);
}

function sumOf({ pose, lens }: Placed, sightings: readonly Sighting[]): number {
  return sightings.reduce((sum, sighting) => sum + missSquared(pose, lens, sighting), 0);
}

/** Unknowns: three of a turn, three of a move, both in the camera's frame, and the logarithm of the focal length. */
function linearised({ pose, lens }: Placed, sightings: readonly Sighting[], withFocal: boolean): NormalEquations {
  const equations = new NormalEquations(withFocal ? 7 : 6);
  const { focalPx: f, centrePx } = lens;
  for (const { pixel, point } of sightings) {
    const [px, py, z] = toCamera(pose, point);
    const [x, y] = [px / z, py / z];
    equations.add([-f * x * y, f * (1 + x * x), -f * y, f / z, 0, (-f * x) / z, f * x], f * x + centrePx[0] - pixel[0]);
    equations.add([-f * (1 + y * y), f * x * y, f * x, 0, f / z, (-f * y) / z, f * y], f * y + centrePx[1] - pixel[1]);
  }
  return equations;
}

function moved({ pose, lens }: Placed, [a = 0, b = 0, c = 0, x = 0, y = 0, z = 0, focal = 0]: readonly number[]): Placed {
  const angle = Math.hypot(a, b, c);
  const half = angle < 1e-12 ? 0.5 : Math.sin(angle / 2) / angle;
  const turned = rotationOf([Math.cos(angle / 2), a * half, b * half, c * half]);
  const [tx, ty, tz] = turn(turned, pose.translation);
  const rotation = straightened(turned, pose.rotation);
  return {
    pose: { rotation, translation: [tx + x, ty + y, tz + z] },
    lens: { ...lens, focalPx: lens.focalPx * Math.exp(focal) },
  };
}

/** The product, brought back to a rotation: rounding adds up. */
function straightened(left: Matrix3, right: Matrix3): Matrix3 {
  const [a, b, c, d, e, f, g, h, i] = right;
  const [p, q, r]: Vec3[] = [turn(left, [a, d, g]), turn(left, [b, e, h]), turn(left, [c, f, i])];
  if (p === undefined || q === undefined || r === undefined) return right;
  return rotationOf(quaternionOf([p[0], q[0], r[0], p[1], q[1], r[1], p[2], q[2], r[2]]));
}
