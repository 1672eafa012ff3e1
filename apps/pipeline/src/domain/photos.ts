import { z } from 'zod';

/** `photos.json`, written by ingest (photos) and frames (video): one row per image in capture order. */
export const photosSchema = z.object({
  photos: z.array(
    z.object({
      /** File name under `images/` of the same step, and of every later step: `0001.jpg`. */
      image: z.string(),
      fileId: z.uuid(),
      width: z.number().int(),
      height: z.number().int(),
      /** Focal length in pixels of this image, from EXIF; null where the file does not say. */
      focalPx: z.number().positive().nullable(),
      gps: z.object({ latitude: z.number(), longitude: z.number(), altitudeM: z.number().nullable() }).nullable(),
      takenAt: z.string().nullable(),
      /** Seconds into the video; null for photos. */
      videoTimeS: z.number().nullable(),
    }),
  ),
});
export type Photos = z.infer<typeof photosSchema>;
export type Photo = Photos['photos'][number];
