/** x, y, z in the frame of the map: right-handed, z up. */
export type Vec3 = readonly [number, number, number];

export interface Bounds {
  readonly min: Vec3;
  readonly max: Vec3;
}

/** Where the eye is and where it looks: yaw counter-clockwise from +x seen from above, pitch up from the horizon; radians. */
export interface Pose {
  readonly position: Vec3;
  readonly yaw: number;
  readonly pitch: number;
}

/** Straight up and down have no yaw: the eye stops short of them. */
export const PITCH_MAX = Math.PI / 2 - 0.02;

export function lookAt(position: Vec3, target: Vec3): Pose {
  const [dx, dy, dz] = subtract(target, position);
  const flat = Math.hypot(dx, dy);
  if (flat === 0 && dz === 0) return { position, yaw: 0, pitch: 0 };
  return { position, yaw: Math.atan2(dy, dx), pitch: clamp(Math.atan2(dz, flat), -PITCH_MAX, PITCH_MAX) };
}

/** Unit vector of the view. */
export function directionOf({ yaw, pitch }: Pick<Pose, 'yaw' | 'pitch'>): Vec3 {
  return [Math.cos(pitch) * Math.cos(yaw), Math.cos(pitch) * Math.sin(yaw), Math.sin(pitch)];
}

export function turned(pose: Pose, yawBy: number, pitchBy: number): Pose {
  return { ...pose, yaw: wrapAngle(pose.yaw + yawBy), pitch: clamp(pose.pitch + pitchBy, -PITCH_MAX, PITCH_MAX) };
}

/** Part of the way from one pose to another; angles go the short way round. */
export function between(from: Pose, to: Pose, share: number): Pose {
  const mix = (a: number, b: number): number => a + (b - a) * share;
  const [ax, ay, az] = from.position;
  const [bx, by, bz] = to.position;
  return {
    position: [mix(ax, bx), mix(ay, by), mix(az, bz)],
    yaw: wrapAngle(from.yaw + wrapAngle(to.yaw - from.yaw) * share),
    pitch: mix(from.pitch, to.pitch),
  };
}

/** Whether nobody could see the difference: `span` is the size of the scene. */
export function sameView(a: Pose, b: Pose, span: number): boolean {
  const moved = Math.hypot(...subtract(a.position, b.position));
  return moved < span * 1e-4 && Math.abs(wrapAngle(a.yaw - b.yaw)) < 3e-4 && Math.abs(a.pitch - b.pitch) < 3e-4;
}

export function identical(a: Pose, b: Pose): boolean {
  return a.yaw === b.yaw && a.pitch === b.pitch && a.position.every((value, axis) => value === b.position[axis]);
}

export function add(a: Vec3, b: Vec3, times = 1): Vec3 {
  return [a[0] + b[0] * times, a[1] + b[1] * times, a[2] + b[2] * times];
}

export function subtract(a: Vec3, b: Vec3): Vec3 {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}

export function clamp(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value));
}

/** Into (-π, π]. */
export function wrapAngle(angle: number): number {
  const wrapped = angle % (2 * Math.PI);
  if (wrapped > Math.PI) return wrapped - 2 * Math.PI;
  return wrapped <= -Math.PI ? wrapped + 2 * Math.PI : wrapped;
}

export function centreOf({ min, max }: Bounds): Vec3 {
  return [(min[0] + max[0]) / 2, (min[1] + max[1]) / 2, (min[2] + max[2]) / 2];
}

export function diagonalOf({ min, max }: Bounds): number {
  return Math.hypot(...subtract(max, min));
}

/** The nearest point that is at most `margin` outside of the bounds. */
export function clampInto(point: Vec3, { min, max }: Bounds, margin: number): Vec3 {
  return [
    clamp(point[0], min[0] - margin, max[0] + margin),
    clamp(point[1], min[1] - margin, max[1] + margin),
    clamp(point[2], min[2] - margin, max[2] + margin),
  ];
}
