import type { OpeningHours } from '@stead/contracts/studio';

export type Weekday = 'mo' | 'tu' | 'we' | 'th' | 'fr' | 'sa' | 'su';
export const WEEK: readonly Weekday[] = ['mo', 'tu', 'we', 'th', 'fr', 'sa', 'su'];

export type OpenNow = { open: true; until: string } | { open: false; opens: string | null };

interface Interval {
  from: string;
  to: string;
}

const DAY_MS = 86_400_000;
const MIDNIGHT = '24:00';

/** Whether something is open at a moment, by the clock of the place; `opens` is about the rest of the same day. */
export function openAt(hours: OpeningHours, nowMs: number): OpenNow {
  const now = clockOf(hours.timeZone, nowMs);
  const today = intervalsOf(hours, now);
  const current = today.find(({ from, to }) => from <= now.time && now.time < to);
  if (current === undefined) return { open: false, opens: today.find(({ from }) => from > now.time)?.from ?? null };
  if (current.to !== MIDNIGHT) return { open: true, until: current.to };
  // Past midnight is a second entry, on the next day.
  const after = intervalsOf(hours, clockOf(hours.timeZone, nowMs + DAY_MS))[0];
  return { open: true, until: after?.from === '00:00' ? after.to : MIDNIGHT };
}

/** The hours of each day of the week, without the days that are exceptions. */
export function weekOf({ weekly }: OpeningHours): { day: Weekday; intervals: readonly Interval[] }[] {
  return WEEK.map((day) => ({ day, intervals: weekly[day] ?? [] }));
}

function intervalsOf(hours: OpeningHours, { date, day }: { date: string; day: Weekday }): readonly Interval[] {
  return hours.exceptions.find((exception) => exception.date === date)?.open ?? hours.weekly[day] ?? [];
}

function clockOf(timeZone: string, ms: number): { date: string; day: Weekday; time: string } {
  const format = new Intl.DateTimeFormat('en-GB', {
    ...({ timeZone, hourCycle: 'h23', weekday: 'short' } as const),
    ...({ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' } as const),
  });
  const parts = new Map(format.formatToParts(ms).map(({ type, value }) => [type, value]));
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.get(type) ?? '';
  return {
    date: `${part('year')}-${part('month')}-${part('day')}`,
    day: WEEK.find((day) => part('weekday').toLowerCase().startsWith(day)) ?? 'mo',
    time: `${part('hour')}:${part('minute')}`,
  };
}
