import { add, centreOf, clamp, clampInto, diagonalOf, directionOf, wrapAngle, type Bounds, type Pose, type Vec3 } from './pose';

/** The eye on a sphere around a target: azimuth and elevation are those of the eye as seen from the target. */
export interface Orbit {
  readonly target: Vec3;
  readonly distance: number;
  readonly azimuth: number;
  readonly elevation: number;
}

const ELEVATION_MAX = Math.PI / 2 - 0.02;
const OVERVIEW_ELEVATION = 0.6;
/** Of the diagonal: what just fits into a view of 60°, and how near and far one may go. */
const OVERVIEW_DISTANCE = 1.1;
const DISTANCE_MIN = 0.02;
const DISTANCE_MAX = 3;

/** The whole map, from the side from which the visitor looked at it. */
export function overview(bounds: Bounds, from: Pick<Pose, 'yaw'>): Orbit {
  return {
    target: centreOf(bounds),
    distance: diagonalOf(bounds) * OVERVIEW_DISTANCE,
    azimuth: wrapAngle(from.yaw + Math.PI),
    elevation: OVERVIEW_ELEVATION,
  };
}

export function poseOf({ target, distance, azimuth, elevation }: Orbit): Pose {
  const position = add(target, directionOf({ yaw: azimuth, pitch: elevation }), distance);
  return { position, yaw: wrapAngle(azimuth + Math.PI), pitch: -elevation };
}

export function rotated(orbit: Orbit, azimuthBy: number, elevationBy: number): Orbit {
  return {
    ...orbit,
    azimuth: wrapAngle(orbit.azimuth + azimuthBy),
    elevation: clamp(orbit.elevation + elevationBy, -ELEVATION_MAX, ELEVATION_MAX),
  };
}

/** A factor below 1 comes nearer. */
export function zoomed(orbit: Orbit, factor: number, bounds: Bounds): Orbit {
  const span = diagonalOf(bounds);
  return { ...orbit, distance: clamp(orbit.distance * factor, span * DISTANCE_MIN, span * DISTANCE_MAX) };
}

/** Moves the target within the plane of the screen; amounts in shares of the distance, so that it follows the finger. */
export function panned(orbit: Orbit, right: number, up: number, bounds: Bounds): Orbit {
  const { yaw, pitch } = poseOf(orbit);
  const rightward: Vec3 = [Math.sin(yaw), -Math.cos(yaw), 0];
  const upward = directionOf({ yaw, pitch: pitch + Math.PI / 2 });
  const moved = add(add(orbit.target, rightward, right * orbit.distance), upward, up * orbit.distance);
  return { ...orbit, target: clampInto(moved, bounds, 0) };
}
