import { z } from 'zod';

const vec3 = z.tuple([z.number(), z.number(), z.number()]);

/** `cameras.json` of a bundle: where the pictures were taken, in the map's frame and in the order of the capture. */
export const camerasSchema = z.object({
  cameras: z.array(
    z.object({
      /** Name of the picture within its capture. */
      image: z.string(),
      position: vec3,
      /** Unit vector along which it looks. */
      forward: vec3,
    }),
  ),
});
export type PlacedCamera = z.infer<typeof camerasSchema>['cameras'][number];
