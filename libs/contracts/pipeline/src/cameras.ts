import { z } from 'zod';

const vec3 = z.tuple([z.number(), z.number(), z.number()]);

/** A photo as visitors get it: people and plates covered, nothing in it but pixels. Its files are named after their SHA-256. */
const placedPhotoSchema = z.object({
  /** In the bundle, below `photos/`. */
  path: z.string(),
  /** The same in small, for lists. */
  thumbnailPath: z.string(),
  /** In pixels of the file at `path`. */
  width: z.number().int().positive(),
  height: z.number().int().positive(),
});
export type PlacedPhoto = z.infer<typeof placedPhotoSchema>;

/** `cameras.json` of a bundle: where the pictures were taken, in the map's frame and in the order of the capture. */
export const camerasSchema = z.object({
  cameras: z.array(
    z.object({
      /** Name of the picture within its capture. */
      image: z.string(),
      position: vec3,
      /** Unit vector along which it looks. */
      forward: vec3,
      /** All that it shows lies within this angle of `forward`; older bundles do not tell. */
      halfAngleRadians: z.number().positive().max(Math.PI).default(Math.PI),
      /** Null in bundles from before there were photos, and where it might show what nobody gets to see. */
      photo: placedPhotoSchema.nullable().default(null),
    }),
  ),
});
export type PlacedCamera = z.infer<typeof camerasSchema>['cameras'][number];
/** Where and which way, for whom the photo itself does not matter. */
export type CameraPose = Pick<PlacedCamera, 'image' | 'position' | 'forward'>;
