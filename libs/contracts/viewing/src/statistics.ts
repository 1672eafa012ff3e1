import { z } from 'zod';

export const VISIT_EVENTS_MAX = 50;
const DWELL_MS_MAX = 3_600_000;

/** What a visitor did, as their page tells it: the first points came, they moved, they looked at a hotspot, a tour came to its end. */
export const visitEventSchema = z.discriminatedUnion('what', [
  z.strictObject({ what: z.literal('ready') }),
  z.strictObject({ what: z.literal('moved') }),
  z.strictObject({ what: z.literal('hotspot'), hotspotId: z.uuid(), dwellMs: z.number().int().min(0).max(DWELL_MS_MAX) }),
  z.strictObject({ what: z.literal('tour-finished'), tourId: z.uuid() }),
]);
export type VisitEvent = z.infer<typeof visitEventSchema>;

export const visitEventsBody = z.strictObject({
  /** What opening the place gave. */
  visit: z.string().max(500),
  events: z.array(visitEventSchema).min(1).max(VISIT_EVENTS_MAX),
});
export type VisitEventsBody = z.infer<typeof visitEventsBody>;

const day = z.iso.date();
export const STATISTICS_DAYS_MAX = 366;

export const statisticsQuerySchema = z.object({
  /** First and last day, in UTC; unset, the last thirty. */
  from: day.optional(),
  to: day.optional(),
});

/** Different people, as far as that can be told; null below five, so that nobody is recognised by what few did. */
const visitors = z.number().int().nullable();

export const publicationStatisticsSchema = z
  .object({
    from: day,
    to: day,
    views: z.number().int(),
    /** Added up over the days: who comes on two days counts twice, as nobody is recognised from one day to the next. */
    visitors,
    days: z.array(z.object({ day, views: z.number().int(), visitors })),
    /** Views that came so far: opened the place, saw it, moved, looked at a hotspot, came to the end of a tour. */
    funnel: z.object({
      opened: z.number().int(),
      ready: z.number().int(),
      moved: z.number().int(),
      hotspot: z.number().int(),
      tourFinished: z.number().int(),
    }),
    /** The most opened first. `opens` and `dwellS` (of all together) are null below five visitors. */
    hotspots: z.array(
      z.object({ hotspotId: z.uuid(), visitors, opens: z.number().int().nullable(), dwellS: z.number().nullable() }),
    ),
    /** Visits by each share link, the revoked ones included. */
    links: z.array(z.object({ linkId: z.uuid(), views: z.number().int(), lastAt: z.iso.datetime().nullable() })),
  })
  .meta({ id: 'PublicationStatistics' });
export type PublicationStatistics = z.infer<typeof publicationStatisticsSchema>;
