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

/** Views that came so far: opened the place, saw it, moved, looked at a hotspot, came to the end of a tour. */
const funnel = z.object({
  opened: z.number().int(),
  ready: z.number().int(),
  moved: z.number().int(),
  hotspot: z.number().int(),
  tourFinished: z.number().int(),
});

export const publicationStatisticsSchema = z
  .object({
    from: day,
    to: day,
    views: z.number().int(),
    /** Added up over the days: who comes on two days counts twice, as nobody is recognised from one day to the next. */
    visitors,
    days: z.array(z.object({ day, views: z.number().int(), visitors })),
    funnel,
    /** The most opened first. `opens` and `dwellS` (of all together) are null below five visitors. */
    hotspots: z.array(
      z.object({ hotspotId: z.uuid(), visitors, opens: z.number().int().nullable(), dwellS: z.number().nullable() }),
    ),
    /** Visits by each share link, the revoked ones included. */
    links: z.array(z.object({ linkId: z.uuid(), views: z.number().int(), lastAt: z.iso.datetime().nullable() })),
  })
  .meta({ id: 'PublicationStatistics' });
export type PublicationStatistics = z.infer<typeof publicationStatisticsSchema>;

export const workspaceStatisticsQuerySchema = statisticsQuerySchema.extend({
  /** Only of this publication. */
  publicationId: z.uuid().optional(),
});

export type WorkspaceStatisticsQuery = z.infer<typeof workspaceStatisticsQuerySchema>;

export const TOP_HOTSPOTS_MAX = 10;

/**
 * Of all publications of a workspace together. People are added up over the places that tell how many they had, which are those with
 * five or more: a sum says nothing of a place that its own statistics keep.
 */
export const workspaceStatisticsSchema = z
  .object({
    from: day,
    to: day,
    views: z.number().int(),
    visitors,
    days: z.array(z.object({ day, views: z.number().int(), visitors })),
    funnel,
    /** The most opened ones, first; those that fewer than five people looked at are left out. */
    hotspots: z.array(
      z.object({
        hotspotId: z.uuid(),
        publicationId: z.uuid(),
        visitors: z.number().int(),
        opens: z.number().int(),
        dwellS: z.number(),
      }),
    ),
  })
  .meta({ id: 'WorkspaceStatistics' });
export type WorkspaceStatistics = z.infer<typeof workspaceStatisticsSchema>;

/** A publication among those of its workspace, by how often it was opened. */
export const viewedPublicationSchema = z
  .object({
    publicationId: z.uuid(),
    /** Null where it is not known any more. */
    title: z.string().nullable(),
    views: z.number().int(),
    visitors,
  })
  .meta({ id: 'ViewedPublication' });
export type ViewedPublication = z.infer<typeof viewedPublicationSchema>;
