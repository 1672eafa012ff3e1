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
