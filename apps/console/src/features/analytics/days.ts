import type { Period, Statistics } from './queries';

const DAY_MS = 86_400_000;
export type Day = Statistics['days'][number];

/** So many days up to today, in UTC, as the server counts. */
export function lastDays(count: number, nowMs: number): Period {
  const dayOf = (timeMs: number): string => new Date(timeMs).toISOString().slice(0, 10);
  return { from: dayOf(nowMs - (count - 1) * DAY_MS), to: dayOf(nowMs) };
}

/** Every day of a period: one on which nobody came is there too, with nothing. */
export function everyDay({ from, to, days }: Statistics): Day[] {
  const known = new Map(days.map((one) => [one.day, one]));
  const count = Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS) + 1;
  return Array.from({ length: count }, (_, i) => {
    const day = new Date(Date.parse(from) + i * DAY_MS).toISOString().slice(0, 10);
    return known.get(day) ?? { day, views: 0, visitors: 0 };
  });
}
