import { z } from 'zod';

const n = z.number();
const vec3 = z.tuple([n, n, n]);

/** What the process that looks at photos is asked. */
export const questionSchema = z.object({
  id: z.number().int(),
  /** Of its own, and empty but for the photo: whoever asks takes it away again. */
  folder: z.string(),
  photo: z.string(),
  index: z.object({ path: z.string(), sha256: z.string() }),
  lens: z.object({ focalPx: z.number().optional(), horizontalFovDeg: z.number().optional() }),
});
export type Question = z.infer<typeof questionSchema>;

/** From the map to the camera, which looks along +z with y down. */
const locatedSchema = z.object({
  kind: z.literal('found'),
  rotation: z.tuple([n, n, n, n, n, n, n, n, n]),
  translation: vec3,
  /** In pixels of the photo as it came. */
  focalPx: z.number(),
  inliers: z.number().int(),
  confidence: z.number(),
});
export type Located = z.infer<typeof locatedSchema>;

export const findingSchema = z.union([
  locatedSchema,
  z.object({ kind: z.enum(['not-here', 'no-features']) }),
  z.object({ kind: z.literal('unreadable'), why: z.string() }),
  /** A fault of ours: the program that finds features is not there, or the index is damaged. */
  z.object({ kind: z.literal('out-of-order'), why: z.string() }),
]);
export type Finding = z.infer<typeof findingSchema>;

export const answerSchema = z.object({ id: z.number().int(), finding: findingSchema });
