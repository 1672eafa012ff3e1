export type Vec3 = [number, number, number];
/** w, x, y, z. */
export type Quaternion = [number, number, number, number];
/** Row by row. */
export type Matrix3 = [number, number, number, number, number, number, number, number, number];

/** Rotation matrix of a quaternion, row by row. The quaternion is normalised first. */
export function rotationOf(qvec: Quaternion): Matrix3 {
  const length = Math.hypot(...qvec);
  const [w, x, y, z] = qvec.map((component) => component / length) as Quaternion; // map keeps the length of a tuple
  return [
    1 - 2 * (y * y + z * z),
    2 * (x * y - w * z),
    2 * (x * z + w * y),
    2 * (x * y + w * z),
    1 - 2 * (x * x + z * z),
    2 * (y * z - w * x),
    2 * (x * z - w * y),
    2 * (y * z + w * x),
    1 - 2 * (x * x + y * y),
  ];
}

/** The unit quaternion of a rotation matrix, by its largest component (Shepperd, J. Guidance and Control 1, 1978). */
export function quaternionOf([a, b, c, d, e, f, g, h, i]: Matrix3): Quaternion {
  const squares = [1 + a + e + i, 1 + a - e - i, 1 - a + e - i, 1 - a - e + i];
  const largest = squares.indexOf(Math.max(...squares));
  const s = 2 * Math.sqrt(Math.max(...squares));
  switch (largest) {
    case 0:
      return [s / 4, (h - f) / s, (c - g) / s, (d - b) / s];
    case 1:
      return [(h - f) / s, s / 4, (b + d) / s, (c + g) / s];
    case 2:
      return [(c - g) / s, (b + d) / s, s / 4, (f + h) / s];
    default:
      return [(d - b) / s, (c + g) / s, (f + h) / s, s / 4];
  }
}
