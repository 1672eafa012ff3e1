const DAY_MS = 86_400_000;

/** `YYYY-MM-DD` in UTC, as the server counts. */
export function dayOf(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10);
}

/** So many days up to today. */
export function lastDays(count: number, nowMs: number): { from: string; to: string } {
  return { from: dayOf(nowMs - (count - 1) * DAY_MS), to: dayOf(nowMs) };
}

export interface Day {
  day: string;
  views: number;
  visitors: number | null;
}

/** Every day of a period: one on which nobody came is there too, with nothing. */
export function everyDay(from: string, to: string, known: readonly Day[]): Day[] {
  const byDay = new Map(known.map((one) => [one.day, one]));
  const days: Day[] = [];
  for (let time = Date.parse(from); time <= Date.parse(to); time += DAY_MS) {
    const day = dayOf(time);
    days.push(byDay.get(day) ?? { day, views: 0, visitors: 0 });
  }
  return days;
}
