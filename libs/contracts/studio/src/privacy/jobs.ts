import { defineEvent, defineJob } from '@stead/contracts/messaging';
import { z } from 'zod';
import { blurRequestStateSchema } from './blur-requests';
import { reviewStateSchema } from './reviews';

/** Read what the detectors found in a version, so that people can decide about it. */
export const readReview = defineJob({
  name: 'review.read',
  owner: 'studio',
  payload: z.object({ reviewId: z.uuid() }),
});

/** For whoever shows it. */
export const reviewChanged = defineEvent({
  name: 'privacy-review.changed',
  subscribers: ['notifications'],
  payload: z.object({
    reviewId: z.uuid(),
    spaceMapId: z.uuid(),
    versionId: z.uuid(),
    revision: z.number().int(),
    state: reviewStateSchema,
  }),
});

/** Nothing of what was written: it is told to browsers and webhooks. */
export const blurRequestChanged = defineEvent({
  name: 'blur-request.changed',
  subscribers: ['notifications'],
  payload: z.object({
    requestId: z.uuid(),
    publicationId: z.uuid(),
    spaceMapId: z.uuid(),
    revision: z.number().int(),
    state: blurRequestStateSchema,
    answerBy: z.iso.datetime(),
  }),
});
