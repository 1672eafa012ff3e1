import type { ElementOf } from './types';

export type Hours = NonNullable<ElementOf<'hotspot'>['hours']>;
export type Interval = { from: string; to: string };
export const WEEKDAYS = ['mo', 'tu', 'we', 'th', 'fr', 'sa', 'su'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** `09:00–12:00, 13:00–18:00`; empty for a day that is closed. */
export function textOfIntervals(intervals: readonly Interval[]): string {
  return intervals.map(({ from, to }) => `${from}–${to}`).join(', ');
}

/** Null for what are no times. A dash of any length, and `9:00` for `09:00`. */
export function intervalsOf(text: string): Interval[] | null {
  const parts = text.split(/[,;]/).flatMap((part) => (part.trim() === '' ? [] : [part.trim()]));
  const found = parts.map((part) => /^(\d{1,2}:\d{2})\s*[-–—~]\s*(\d{1,2}:\d{2})$/.exec(part));
  if (found.some((match) => match === null)) return null;
  return found.map((match) => ({ from: (match?.[1] ?? '').padStart(5, '0'), to: (match?.[2] ?? '').padStart(5, '0') }));
}
