import { coverSchema, OUTLINE_POINTS_MAX } from '@stead/contracts/pipeline';
import { z } from 'zod';
import { pointSchema } from '../geometry';
import { plainText } from '../text';

export const VERDICTS_AT_ONCE_MAX = 500;
export const SPLIT_PARTS_MAX = 10;
/** Of a picture: what a detector and people have marked in it. */
export const MARKS_PER_PICTURE_MAX = 500;
const REASON_CHARS_MAX = 500;

/**
 * `reading`: what the detectors found is being read. `open`: people decide. `applying`: another version is being made in which what
 * was decided is covered. `approved`: it may be published. `closed`: its map is gone.
 */
export const reviewStateSchema = z.enum(['reading', 'open', 'applying', 'approved', 'closed']);
export type ReviewState = z.infer<typeof reviewStateSchema>;

/** Of the originals: kept, due at a moment, being erased, gone. */
export const erasureStateSchema = z.enum(['kept', 'due', 'ordered', 'erased']);
export type ErasureState = z.infer<typeof erasureStateSchema>;

/** Why something is shown that looks like a person. */
export const keepReasonSchema = z.enum(['artwork', 'statue', 'advert', 'consent', 'not-a-person']);
export type KeepReason = z.infer<typeof keepReasonSchema>;
export const markKindSchema = z.enum(['face', 'plate', 'person', 'screen', 'document', 'other']);
export type MarkKind = z.infer<typeof markKindSchema>;

const pixel = z.number().min(-10_000).max(100_000);
const box = z.strictObject({
  x: pixel,
  y: pixel,
  width: z.number().positive().max(100_000),
  height: z.number().positive().max(100_000),
});
/** What a person draws: a box, or a closed line. Pixels of the picture, from its upper left corner. */
export const drawingSchema = z.discriminatedUnion('shape', [
  z.strictObject({ shape: z.literal('box'), box }),
  z.strictObject({
    shape: z.literal('outline'),
    outline: z
      .array(z.tuple([pixel, pixel]))
      .min(3, 'An outline has at least 3 points')
      .max(OUTLINE_POINTS_MAX, `An outline has at most ${OUTLINE_POINTS_MAX} points`),
  }),
]);
export type Drawing = z.infer<typeof drawingSchema>;

export const reviewParams = z.object({ reviewId: z.uuid() });
export const detectionParams = z.object({ reviewId: z.uuid(), detectionId: z.uuid() });
export const reviewPictureParams = z.object({ reviewId: z.uuid(), image: z.string().regex(/^[A-Za-z0-9._-]{1,100}$/) });

export const reviewsFilterSchema = z.object({ spaceMapId: z.uuid().optional(), state: reviewStateSchema.optional() });
export const detectionsFilterSchema = z.object({
  image: z.string().max(100).optional(),
  /** `open`: nobody has decided; `changed`: decided otherwise than it is shown now. */
  show: z.enum(['all', 'open', 'changed']).default('all'),
});
/** `original`: as it was taken; whoever looks at it is written down. `covered`: as everybody else sees it. */
export const pictureQuerySchema = z.object({
  as: z.enum(['original', 'covered']).default('covered'),
  maxPx: z.coerce.number().int().min(64).max(4096).optional(),
});
export const cropQuerySchema = z.object({ as: z.enum(['original', 'covered']).default('covered') });

const verdictSchema = z.discriminatedUnion('verdict', [
  z.strictObject({ verdict: z.literal('blur') }),
  z.strictObject({ verdict: z.literal('keep'), reason: keepReasonSchema }),
]);
export type Verdict = z.infer<typeof verdictSchema>;

/** The same verdict on many: by their ids, or on all that nobody has decided. */
export const verdictsBody = z.strictObject({
  detections: z.union([
    z.array(z.uuid()).min(1).max(VERDICTS_AT_ONCE_MAX),
    z.strictObject({
      /** Only those of this kind, this picture, and at least this sure. */
      undecided: z.strictObject({
        kind: markKindSchema.optional(),
        image: z.string().max(100).optional(),
        scoreMin: z.number().min(0).max(1).optional(),
      }),
    }),
  ]),
  verdict: verdictSchema,
});
export type VerdictsBody = z.infer<typeof verdictsBody>;
export const verdictsResultSchema = z.object({ decided: z.number().int() });

export const drawBody = z.strictObject({
  image: z.string().max(100),
  kind: markKindSchema.default('face'),
  drawing: drawingSchema,
});
export type DrawBody = z.infer<typeof drawBody>;
/** One mark that holds several things becomes one for each of them. */
export const splitBody = z.strictObject({
  parts: z
    .array(z.strictObject({ drawing: drawingSchema, kind: markKindSchema.optional() }))
    .min(2)
    .max(SPLIT_PARTS_MAX),
});
export type SplitBody = z.infer<typeof splitBody>;
export const holdBody = z
  .strictObject({ held: z.boolean(), reason: plainText(REASON_CHARS_MAX).min(1).nullable().default(null) })
  .refine(({ held, reason }) => !held || reason !== null, { path: ['reason'], error: 'Say why nothing may be erased' });

export const reviewSchema = z
  .object({
    id: z.uuid(),
    spaceMapId: z.uuid(),
    /** Name of the map when the version was ready. */
    name: z.string(),
    versionId: z.uuid(),
    versionNumber: z.number().int(),
    state: reviewStateSchema,
    /** Grows with each step of the review; it is also the entity tag. */
    revision: z.number().int(),
    pictures: z.number().int(),
    detections: z.number().int(),
    undecided: z.number().int(),
    /** Marks and parts of the place that are shown otherwise than was decided. */
    changes: z.number().int(),
    /** The version that is being made; null but while the review is `applying`. */
    pendingVersionId: z.uuid().nullable(),
    /** Why the last one was not made. */
    failure: z.string().nullable(),
    approvedAt: z.iso.datetime().nullable(),
    approvedBy: z.string().nullable(),
    erasure: z.object({
      state: erasureStateSchema,
      dueAt: z.iso.datetime().nullable(),
      erasedAt: z.iso.datetime().nullable(),
      /** Why nothing is erased; null where nothing forbids it. */
      hold: z.string().nullable(),
    }),
    createdAt: z.iso.datetime(),
    changedAt: z.iso.datetime(),
  })
  .meta({ id: 'PrivacyReview' });
export type ReviewView = z.infer<typeof reviewSchema>;

export const reviewPictureSchema = z
  .object({
    image: z.string(),
    name: z.string(),
    width: z.number().int(),
    height: z.number().int(),
    position: pointSchema.nullable(),
    forward: pointSchema.nullable(),
    marks: z.number().int(),
    undecided: z.number().int(),
    /** Its original can still be looked at. */
    original: z.boolean(),
  })
  .meta({ id: 'ReviewPicture' });
export type ReviewPictureView = z.infer<typeof reviewPictureSchema>;

export const detectionSchema = z
  .object({
    id: z.uuid(),
    image: z.string(),
    source: z.enum(['detector', 'person']),
    kind: markKindSchema,
    cover: coverSchema,
    /** How sure the detector is; null for what a person drew. */
    score: z.number().nullable(),
    /** Where it shows in the map; null where that is not known. */
    place: pointSchema.nullable(),
    verdict: z.enum(['blur', 'keep', 'split']).nullable(),
    reason: keepReasonSchema.nullable(),
    decidedBy: z.string().nullable(),
    decidedAt: z.iso.datetime().nullable(),
    /** Whether it is covered in the version that the review is of. */
    covered: z.boolean(),
  })
  .meta({ id: 'PrivacyDetection' });
export type DetectionView = z.infer<typeof detectionSchema>;

export const trailEntrySchema = z
  .object({
    id: z.uuid(),
    at: z.iso.datetime(),
    by: z.string(),
    what: z.string(),
    details: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'PrivacyTrailEntry' });
export type TrailEntryView = z.infer<typeof trailEntrySchema>;
