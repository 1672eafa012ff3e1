import { z } from 'zod';
import { regionSchema } from '../elements';
import { pointSchema, viewSchema } from '../geometry';
import { plainText } from '../text';

/** Of a publication, that nobody has answered. */
export const OPEN_REQUESTS_MAX = 50;

/** `received`, then `accepted` and `done` once visitors see the part no more, or `declined`. */
export const blurRequestStateSchema = z.enum(['received', 'accepted', 'done', 'declined']);
export type BlurRequestState = z.infer<typeof blurRequestStateSchema>;

/** Somebody sees themselves, or something of theirs, in a published place. */
export const createBlurRequestBody = z.strictObject({
  publicationId: z.uuid(),
  /** Where in the place; what was looked at when it was asked for. */
  place: pointSchema,
  view: viewSchema.nullable().default(null),
  what: z.enum(['face', 'body', 'plate', 'home', 'document', 'other']),
  note: plainText(1_000).nullable().default(null),
  /** To hear of the answer otherwise than at the address of the request. */
  contact: z.email().max(320).nullable().default(null),
});
export type CreateBlurRequestBody = z.infer<typeof createBlurRequestBody>;

export const blurRequestParams = z.object({ requestId: z.uuid() });
export const blurRequestsFilterSchema = z.object({ state: blurRequestStateSchema.optional(), spaceMapId: z.uuid().optional() });

/** What whoever asked gets to see. The id is the secret of it. */
export const blurRequestStatusSchema = z
  .object({
    id: z.uuid(),
    state: blurRequestStateSchema,
    receivedAt: z.iso.datetime(),
    answerBy: z.iso.datetime(),
    /** Of a request that was declined: why. */
    answer: z.string().nullable(),
    answeredAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'BlurRequestStatus' });
export type BlurRequestStatus = z.infer<typeof blurRequestStatusSchema>;

export const blurRequestSchema = blurRequestStatusSchema
  .extend({
    publicationId: z.uuid(),
    spaceMapId: z.uuid(),
    reviewId: z.uuid().nullable(),
    place: pointSchema,
    view: viewSchema.nullable(),
    what: createBlurRequestBody.shape.what,
    note: z.string().nullable(),
    contact: z.string().nullable(),
    overdue: z.boolean(),
    revision: z.number().int(),
  })
  .meta({ id: 'BlurRequest' });
export type BlurRequestView = z.infer<typeof blurRequestSchema>;

/** The part of the place that goes; it goes when the review is applied. */
export const acceptRequestBody = z.strictObject({ volume: regionSchema });
export const declineRequestBody = z.strictObject({ answer: plainText(1_000).min(1) });
