import {
  STATISTICS_DAYS_MAX,
  type PublicationStatistics,
  type ViewedPublication,
  type WorkspaceStatistics,
} from '@stead/contracts/viewing';
import { viewingError } from './errors';

/** What is counted, of a publication, of one of its share links, or of a hotspot. */
export type Counted = 'view' | 'ready' | 'moved' | 'hotspot' | 'hotspot-view' | 'tour-finished';

/** Something that a visitor did. `visitor`: a digest that tells apart those of one day; null where only the sum is of interest. */
export interface Sighting {
  workspaceId: string;
  publicationId: string;
  subject: string;
  what: Counted;
  /** `YYYY-MM-DD`, in UTC. */
  day: string;
  dwellMs: number;
  visitor: Buffer;
}

export interface ViewSum {
  subject: string;
  what: Counted;
  day: string;
  count: number;
  visitors: number;
  dwellMs: number;
}

export interface LinkViews {
  linkId: string;
  views: number;
  lastAt: Date | null;
}

export interface Period {
  from: string;
  to: string;
}

/** What of a workspace is asked for: all its publications, or one of them. */
export interface Scope extends Period {
  publicationId: string | null;
}

/** Over several publications. `visitors`: of those that had five or more, added up; 0 where none had. */
export interface DaySum {
  day: string;
  views: number;
  visitors: number;
}

export interface HotspotSum {
  hotspotId: string;
  publicationId: string;
  visitors: number;
  opens: number;
  dwellMs: number;
}

export interface WorkspaceSums {
  days: readonly DaySum[];
  /** Over the whole period; a place that no day tells of may be told of here. */
  visitors: number;
  /** But for views, which are those of the days. */
  counts: Readonly<Partial<Record<Counted, number>>>;
  hotspots: readonly HotspotSum[];
}

export interface PublicationSum {
  publicationId: string;
  title: string | null;
  views: number;
  visitors: number;
}

/** Fewer people than these are not told apart from nobody: who knows that a neighbour was there learns nothing about them. */
export const VISITORS_MIN = 5;
const DAY_MS = 86_400_000;
const DAYS_DEFAULT = 30;

export function dayOf(time: Date): string {
  return time.toISOString().slice(0, 10);
}

/** The days that are asked for, both included. Throws where they are no period. */
export function periodOf(from: string | undefined, to: string | undefined, now: Date): Period {
  const last = to ?? dayOf(now);
  const first = from ?? dayOf(new Date(Date.parse(last) - (DAYS_DEFAULT - 1) * DAY_MS));
  const days = (Date.parse(last) - Date.parse(first)) / DAY_MS + 1;
  if (days >= 1 && days <= STATISTICS_DAYS_MAX) return { from: first, to: last };
  const detail = days < 1 ? 'Begin no later than it ends' : `Ask for ${STATISTICS_DAYS_MAX} days at most`;
  throw viewingError['statistics-period'](`?from: ${detail}`, { errors: [{ pointer: '?from', detail }] });
}

export function statisticsOf(
  publicationId: string,
  period: Period,
  sums: readonly ViewSum[],
  links: readonly LinkViews[],
): PublicationStatistics {
  const own = (what: Counted): ViewSum[] => sums.filter((sum) => sum.what === what && sum.subject === publicationId);
  const total = (what: Counted): number => own(what).reduce((sum, { count }) => sum + count, 0);
  const views = own('view');
  return {
    ...period,
    views: total('view'),
    visitors: enough(views.reduce((sum, { visitors }) => sum + visitors, 0)),
    days: views
      .map(({ day, count, visitors }) => ({ day, views: count, visitors: enough(visitors) }))
      .sort((a, b) => (a.day < b.day ? -1 : 1)),
    funnel: {
      opened: total('view'),
      ready: total('ready'),
      moved: total('moved'),
      hotspot: total('hotspot-view'),
      tourFinished: total('tour-finished'),
    },
    hotspots: hotspotsOf(sums),
    links: links.map(({ linkId, views: count, lastAt }) => ({ linkId, views: count, lastAt: lastAt?.toISOString() ?? null })),
  };
}

export function workspaceStatisticsOf({ from, to }: Period, sums: WorkspaceSums): WorkspaceStatistics {
  const { days, visitors, counts, hotspots } = sums;
  const views = days.reduce((sum, { views: count }) => sum + count, 0);
  return {
    ...{ from, to },
    views,
    visitors: enough(visitors),
    days: days.map((one) => ({ ...one, visitors: enough(one.visitors) })),
    funnel: {
      opened: views,
      ready: counts.ready ?? 0,
      moved: counts.moved ?? 0,
      hotspot: counts['hotspot-view'] ?? 0,
      tourFinished: counts['tour-finished'] ?? 0,
    },
    hotspots: hotspots
      .filter((hotspot) => enough(hotspot.visitors) !== null)
      .map(({ dwellMs, ...hotspot }) => ({ ...hotspot, dwellS: Math.round(dwellMs / 1000) })),
  };
}

export function viewedPublication({ visitors, ...sum }: PublicationSum): ViewedPublication {
  return { ...sum, visitors: enough(visitors) };
}

function hotspotsOf(sums: readonly ViewSum[]): PublicationStatistics['hotspots'] {
  const found = new Map<string, { count: number; visitors: number; dwellMs: number }>();
  for (const { what, subject, count, visitors, dwellMs } of sums) {
    if (what !== 'hotspot') continue;
    const before = found.get(subject) ?? { count: 0, visitors: 0, dwellMs: 0 };
    found.set(subject, {
      count: before.count + count,
      visitors: before.visitors + visitors,
      dwellMs: before.dwellMs + dwellMs,
    });
  }
  return [...found]
    .sort(([, a], [, b]) => b.count - a.count)
    .map(([hotspotId, { count, visitors, dwellMs }]) => {
      const shown = enough(visitors) !== null;
      return {
        hotspotId,
        visitors: enough(visitors),
        opens: shown ? count : null,
        dwellS: shown ? Math.round(dwellMs / 1000) : null,
      };
    });
}

function enough(visitors: number): number | null {
  return visitors >= VISITORS_MIN ? visitors : null;
}
