import { reviewRecordSchema } from '@stead/contracts/pipeline';
import { z } from 'zod';

/** `detections.json` of the anonymize step: every region that was covered, in the order in which it was. */
export const detectionsSchema = z.object({
  detections: z.array(reviewRecordSchema.shape.detections.element.omit({ place: true })),
});
export type CoveredDetection = z.infer<typeof detectionsSchema>['detections'][number];
