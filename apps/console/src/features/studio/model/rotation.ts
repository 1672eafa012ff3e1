export type Quaternion = [number, number, number, number];

/** Turned about z first, then about y, then about x: yaw, pitch and roll, as an aircraft has them. In degrees. */
export interface Angles {
  turn: number;
  tilt: number;
  roll: number;
}

const DEGREES = 180 / Math.PI;

export function quaternionOf({ turn, tilt, roll }: Angles): Quaternion {
  const half = (degrees: number): [number, number] => [Math.cos(degrees / 2 / DEGREES), Math.sin(degrees / 2 / DEGREES)];
  const [[cz, sz], [cy, sy], [cx, sx]] = [half(turn), half(tilt), half(roll)];
  return [cz * cy * sx - sz * sy * cx, cz * sy * cx + sz * cy * sx, sz * cy * cx - cz * sy * sx, cz * cy * cx + sz * sy * sx];
}

export function anglesOf([x, y, z, w]: Quaternion): Angles {
  const tilt = Math.asin(Math.max(-1, Math.min(1, 2 * (w * y - z * x))));
  const turn = Math.atan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z));
  const roll = Math.atan2(2 * (w * x + y * z), 1 - 2 * (x * x + y * y));
  return { turn: rounded(turn), tilt: rounded(tilt), roll: rounded(roll) };
}

/** To a hundredth of a degree: nobody means more, and fields show no 29.999999. */
function rounded(radians: number): number {
  return Math.round(radians * DEGREES * 100) / 100 || 0;
}
