import { z } from 'zod';

/** A thousand kilometres: whatever is farther away from the map's origin is a mistake of the sender. */
const COORDINATE_MAX = 1e6;
const NORMAL_LENGTH_MIN = 1e-6;

const coordinate = z.number().min(-COORDINATE_MAX).max(COORDINATE_MAX);

/** A point in the frame of the map version: right-handed, z up; metres where its scale is known. */
export const pointSchema = z.tuple([coordinate, coordinate, coordinate]);
export type Point = z.infer<typeof pointSchema>;

/** A direction; any length but none. */
export const directionSchema = pointSchema.refine(
  ([x, y, z]) => Math.hypot(x, y, z) > NORMAL_LENGTH_MIN,
  'A direction needs a length: [0, 0, 1] is up',
);

/** A rotation as a unit quaternion [x, y, z, w]. */
export const rotationSchema = z
  .tuple([z.number(), z.number(), z.number(), z.number()])
  .refine(
    (q) => Math.abs(Math.hypot(...q) - 1) < 1e-3,
    'A rotation is a quaternion [x, y, z, w] of length 1: [0, 0, 0, 1] is none',
  );

/** From where, and at what, somebody looks. */
export const viewSchema = z
  .strictObject({ position: pointSchema, target: pointSchema })
  .refine(
    ({ position, target }) => position.some((value, axis) => value !== target[axis]),
    'Look at another point than where you stand',
  );
export type View = z.infer<typeof viewSchema>;

/** OGC GeoPose 1.0, Basic-Quaternion: WGS 84 degrees and metres above the ellipsoid; rotation against east, north, up. */
export const geoPoseSchema = z.strictObject({
  position: z.strictObject({
    lat: z.number().min(-90).max(90),
    lon: z.number().min(-180).max(180),
    h: z.number().min(-12_000).max(100_000),
  }),
  quaternion: z
    .strictObject({ x: z.number(), y: z.number(), z: z.number(), w: z.number() })
    .refine(({ x, y, z: zed, w }) => Math.abs(Math.hypot(x, y, zed, w) - 1) < 1e-3, 'A quaternion of length 1 is needed'),
});
export type GeoPose = z.infer<typeof geoPoseSchema>;
