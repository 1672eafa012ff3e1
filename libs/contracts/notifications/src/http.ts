import { z } from 'zod';

/** What a stream of events can carry: the names of the messages that notifications receives, and what it says itself. */
export const FEED_TYPES = [
  'capture.verified',
  'capture.rejected',
  'capture.deleted',
  'capture.originals-erased',
  'run.changed',
  'run.progressed',
  'map-version.ready',
  'map-version.changed',
  'space-map.deleted',
  'publication.changed',
  'privacy-review.changed',
  'blur-request.changed',
  'webhook.disabled',
] as const;
export type FeedType = (typeof FEED_TYPES)[number];

/** One event of the stream. `id` is a database sequence: hand the last one back as `Last-Event-ID` to go on from there. */
export const feedEventSchema = z.object({
  id: z.string().regex(/^\d+$/),
  type: z.enum(FEED_TYPES),
  at: z.iso.datetime(),
  data: z.record(z.string(), z.unknown()),
});
export type FeedEvent = z.infer<typeof feedEventSchema>;

export const eventsQuerySchema = z.object({
  /** Replay what came after this id; without it, and without `Last-Event-ID`, the stream starts now. */
  since: z
    .string()
    .regex(/^\d{1,18}$/)
    .optional(),
  /** Only events of this run. */
  run: z.uuid().optional(),
});
