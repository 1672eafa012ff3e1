/** Vertical field of view of a landscape screen, and the horizontal one that an upright telephone must not fall below. */
const VERTICAL = (60 * Math.PI) / 180;
const HORIZONTAL_MIN = (48 * Math.PI) / 180;
const VERTICAL_MAX = (86 * Math.PI) / 180;

/** Vertical field of view, in radians, for a picture of this width by height. */
export function verticalFov(aspect: number): number {
  if (!(aspect > 0)) return VERTICAL;
  return Math.min(VERTICAL_MAX, Math.max(VERTICAL, 2 * Math.atan(Math.tan(HORIZONTAL_MIN / 2) / aspect)));
}
