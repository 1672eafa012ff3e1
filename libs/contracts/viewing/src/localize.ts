import { z } from 'zod';

const n = z.number();
const vec3 = z.tuple([n, n, n]);

/**
 * Of a photo: JPEG, PNG or WebP, as the body itself or as the field `photo` of `multipart/form-data`. One with 1600 pixels on its
 * longer side has a tenth of it, and is placed as well.
 */
export const PHOTO_BYTES_MAX = 8 * 1024 * 1024;

export const localizeParams = z.object({ publicationId: z.uuid() });

/**
 * What is known of the lens, each as a query parameter or as a field of the form. Without either EXIF is asked, and after that
 * every usual lens is tried.
 */
export const lensQuery = z.strictObject({
  /** In pixels of the photo that is sent, upright. */
  focalPx: z.coerce.number().min(50).max(100_000).optional(),
  /** From the left edge to the right edge of the photo, upright, in degrees. */
  horizontalFovDeg: z.coerce.number().min(5).max(140).optional(),
});
export type KnownLens = z.infer<typeof lensQuery>;

/** Where a photo was taken. */
export const localizedSchema = z
  .object({
    /** In the map's frame. The rotation is a unit quaternion that turns the camera's axes (x right, y up, looking along -z) into it. */
    pose: z.object({ position: vec3, rotation: z.tuple([n, n, n, n]) }),
    /**
     * OGC GeoPose 1.0, basic quaternion: WGS 84 degrees and metres above the ellipsoid, the rotation against east, north and up.
     * Null where the map is not on the earth.
     */
    geoPose: z
      .object({
        position: z.object({ lat: n, lon: n, h: n }),
        quaternion: z.object({ x: n, y: n, z: n, w: n }),
      })
      .nullable(),
    /** In pixels of the photo: as it was said, or as it was found. */
    focalPx: n,
    /** Features of the photo that lie where the pose says. */
    inliers: z.number().int(),
    /** From 0 to 1; nothing below 0.4 is answered. */
    confidence: z.number().min(0).max(1),
    /** What the search took. */
    ms: z.number().int(),
  })
  .meta({ id: 'LocalizedPhoto' });
export type LocalizedPhoto = z.infer<typeof localizedSchema>;
