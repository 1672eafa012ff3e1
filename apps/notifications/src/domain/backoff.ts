const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Waits between tries: quick while it may be a restart, then for a bit over three days in all, so that a weekend passes. */
export const RETRY_WAITS_MS: readonly number[] = [
  5_000,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  ...[2, 5, 10, 14, 20, 24].map((hours) => hours * HOUR_MS),
];
export const TRIES_MAX = RETRY_WAITS_MS.length + 1;
/** How far a wait is from the one in the list: what failed together does not come back together. */
export const JITTER = 0.2;

/** The wait after so many tries that failed, or null when that was the last one. `random` is in [0, 1). */
export function waitAfter(tries: number, random: number): number | null {
  const waitMs = RETRY_WAITS_MS[tries - 1];
  return waitMs === undefined ? null : Math.round(waitMs * (1 - JITTER + 2 * JITTER * random));
}
