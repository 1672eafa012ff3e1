import type { Vec3 } from '@stead/platform/similarity';
import type { Space } from './volumes';

/** What is seen from a point within an angle of a direction (of length one). */
export interface ViewCone {
  apex: Readonly<Vec3>;
  axis: Readonly<Vec3>;
  angle: number;
}

export interface Ball {
  centre: Readonly<Vec3>;
  radius: number;
}

/** Rounding, and the bends of a lens between the samples of a rim. */
const ANGLE_SLACK = 0.01;
/** One ball around a long part of a place would reach far beyond it. */
const BALLS_PER_SIDE = 4;

/** Whether anything of a ball may be seen, if nothing stands in front of it. */
export function maySee({ apex, axis, angle }: ViewCone, { centre, radius }: Ball): boolean {
  const to = [centre[0] - apex[0], centre[1] - apex[1], centre[2] - apex[2]] as const;
  const distance = Math.hypot(...to);
  if (distance <= radius) return true;
  const cosine = (to[0] * axis[0] + to[1] * axis[1] + to[2] * axis[2]) / distance;
  return Math.acos(Math.max(-1, Math.min(1, cosine))) - Math.asin(radius / distance) <= angle + ANGLE_SLACK;
}

/** Balls that hold the box of a part of a place. */
export function ballsAround({ min, max }: Pick<Space, 'min' | 'max'>): Ball[] {
  const steps = Array.from({ length: BALLS_PER_SIDE }, (_, i) => (i + 0.5) / BALLS_PER_SIDE);
  const size = [max[0] - min[0], max[1] - min[1], max[2] - min[2]] as const;
  const radius = Math.hypot(...size) / 2 / BALLS_PER_SIDE;
  return steps.flatMap((x) =>
    steps.flatMap((y) =>
      steps.map((z): Ball => ({ centre: [min[0] + x * size[0], min[1] + y * size[1], min[2] + z * size[2]], radius })),
    ),
  );
}
