import { directionOf, subtract, type Pose, type Vec3 } from '../navigation/pose';

/** What one drawn picture was seen through: enough to say where on the page a point of the map stands. */
export interface Lens {
  readonly pose: Pose;
  /** Vertical field of view. */
  readonly fovRadians: number;
  /** CSS pixels of the canvas. */
  readonly widthPx: number;
  readonly heightPx: number;
}

export interface Ray {
  readonly origin: Vec3;
  /** Of length 1. */
  readonly direction: Vec3;
}

export interface Projected {
  readonly x: number;
  readonly y: number;
  /** Along the view, in units of the map; more than 0. */
  readonly depth: number;
}

/** Where a point appears, in CSS pixels from the upper left corner; null behind the eye. It may lie outside of the canvas. */
export function project(lens: Lens, point: Vec3): Projected | null {
  const { forward, right, up } = axesOf(lens.pose);
  const ahead = subtract(point, lens.pose.position);
  const depth = dot(ahead, forward);
  if (!(depth > 1e-9)) return null;
  const perUnit = pxPerUnitAt1(lens) / depth;
  return { x: lens.widthPx / 2 + dot(ahead, right) * perUnit, y: lens.heightPx / 2 - dot(ahead, up) * perUnit, depth };
}

/** The line of sight through a pixel. */
export function rayThrough(lens: Lens, x: number, y: number): Ray {
  const { forward, right, up } = axesOf(lens.pose);
  const scale = 1 / pxPerUnitAt1(lens);
  const [a, b] = [(x - lens.widthPx / 2) * scale, (lens.heightPx / 2 - y) * scale];
  const direction: Vec3 = [
    forward[0] + right[0] * a + up[0] * b,
    forward[1] + right[1] * a + up[1] * b,
    forward[2] + right[2] * a + up[2] * b,
  ];
  const length = Math.hypot(...direction);
  return { origin: lens.pose.position, direction: [direction[0] / length, direction[1] / length, direction[2] / length] };
}

/** How wide a pixel is at distance 1. */
export function pixelAngle(lens: Lens): number {
  return 1 / pxPerUnitAt1(lens);
}

export function isInside({ widthPx, heightPx }: Lens, { x, y }: Projected, marginPx = 0): boolean {
  return x >= -marginPx && y >= -marginPx && x <= widthPx + marginPx && y <= heightPx + marginPx;
}

function pxPerUnitAt1({ heightPx, fovRadians }: Lens): number {
  return heightPx / (2 * Math.tan(fovRadians / 2));
}

function axesOf(pose: Pose): { forward: Vec3; right: Vec3; up: Vec3 } {
  const { yaw, pitch } = pose;
  return {
    forward: directionOf(pose),
    right: [Math.sin(yaw), -Math.cos(yaw), 0],
    up: directionOf({ yaw, pitch: pitch + Math.PI / 2 }),
  };
}

export function dot(a: Vec3, b: Vec3): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}
