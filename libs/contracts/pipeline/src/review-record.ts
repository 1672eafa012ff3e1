import { z } from 'zod';
import { boxSchema, detectedCoverSchema } from './redaction';
import { storedFileSchema } from './records';

const vec3 = z.tuple([z.number(), z.number(), z.number()]);

/**
 * `review.json`, a file of the localisation step: what a person has to look at before a place is shown. Never part of a bundle.
 * Places are in the map's frame; null where it is not known.
 */
export const reviewRecordSchema = z.object({
  schemaVersion: z.literal(1),
  pictures: z.array(
    z.object({
      image: z.string(),
      /** What the owner calls it: the name of the photo, or the second of the video. */
      name: z.string(),
      width: z.number().int().positive(),
      height: z.number().int().positive(),
      /** As it was taken, and as everything else was made from it. */
      original: storedFileSchema,
      covered: storedFileSchema,
      position: vec3.nullable(),
      forward: vec3.nullable(),
    }),
  ),
  detections: z.array(
    z.object({
      image: z.string(),
      kind: detectedCoverSchema.shape.kind,
      box: boxSchema,
      corners: detectedCoverSchema.shape.corners,
      action: detectedCoverSchema.shape.action,
      score: z.number().min(0).max(1),
      /** 0 for what was found at first, 1 and up for what was found again after covering. */
      round: z.number().int().nonnegative(),
      /** The middle of the points of the map that it shows. */
      place: vec3.nullable(),
    }),
  ),
});
export type ReviewRecord = z.infer<typeof reviewRecordSchema>;
