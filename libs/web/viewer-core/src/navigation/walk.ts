import { add, clampInto, turned, type Bounds, type Pose, type Vec3 } from './pose';

/** What the visitor wants at this moment; each from -1 to 1. */
export interface WalkIntent {
  forward: number;
  right: number;
  up: number;
  turnLeft: number;
  tiltUp: number;
  fast: boolean;
}

export interface WalkLimits {
  /** Units of the map per second. */
  speed: number;
  bounds: Bounds;
  /** How far outside of the bounds the visitor may step, to look back at the whole. */
  margin: number;
}

export const STANDING: Readonly<WalkIntent> = { forward: 0, right: 0, up: 0, turnLeft: 0, tiltUp: 0, fast: false };

const FAST = 3;
const TURN_RADIANS_PER_S = 1.6;
const TILT_RADIANS_PER_S = 0.9;
/** After a pause (a hidden tab) the visitor goes on from where he stood instead of jumping. */
const STEP_MAX_S = 0.1;

/** One step on foot. Looking up or down does not change the height: only `up` does. */
export function walk(pose: Pose, intent: Readonly<WalkIntent>, elapsedS: number, limits: WalkLimits): Pose {
  const seconds = Math.min(Math.max(elapsedS, 0), STEP_MAX_S);
  const facing = turned(pose, intent.turnLeft * TURN_RADIANS_PER_S * seconds, intent.tiltUp * TILT_RADIANS_PER_S * seconds);
  // Two keys at once must not be faster than one.
  const length = Math.hypot(intent.forward, intent.right, intent.up);
  if (length === 0) return facing;
  const reach = (limits.speed * (intent.fast ? FAST : 1) * seconds) / Math.max(1, length);
  return {
    ...facing,
    position: clampInto(add(facing.position, heading(facing.yaw, intent), reach), limits.bounds, limits.margin),
  };
}

/** The view follows the finger: a drag over the height of the screen turns by the height of the view. */
export function look(pose: Pose, dxPx: number, dyPx: number, heightPx: number, fovRadians: number): Pose {
  const perPx = fovRadians / Math.max(1, heightPx);
  return turned(pose, dxPx * perPx, dyPx * perPx);
}

function heading(yaw: number, { forward, right, up }: Readonly<WalkIntent>): Vec3 {
  return [forward * Math.cos(yaw) + right * Math.sin(yaw), forward * Math.sin(yaw) - right * Math.cos(yaw), up];
}
