const DAY_MS = 86_400_000;

/** Whole days until a moment; below zero, since it. On the last day there are 0 left. */
export function daysLeft(untilIso: string, nowMs: number): number {
  const left = Math.floor((Date.parse(untilIso) - nowMs) / DAY_MS);
  return left < 0 ? Math.ceil((Date.parse(untilIso) - nowMs) / DAY_MS) || 0 : left;
}
