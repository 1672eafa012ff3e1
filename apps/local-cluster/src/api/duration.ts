const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** How kubectl writes an age: `45s`, `3m20s`, `12m`, `5h30m`, `2d4h`, `30d`; fine where that matters, coarse where not. */
export function shortDuration(ms: number): string {
  if (ms < 0) return '0s';
  if (ms < 2 * MINUTE_MS) return `${Math.floor(ms / SECOND_MS)}s`;
  if (ms < 10 * MINUTE_MS) return two(ms, MINUTE_MS, 'm', SECOND_MS, 's');
  if (ms < 3 * HOUR_MS) return `${Math.floor(ms / MINUTE_MS)}m`;
  if (ms < 8 * HOUR_MS) return two(ms, HOUR_MS, 'h', MINUTE_MS, 'm');
  if (ms < 2 * DAY_MS) return `${Math.floor(ms / HOUR_MS)}h`;
  if (ms < 8 * DAY_MS) return two(ms, DAY_MS, 'd', HOUR_MS, 'h');
  return `${Math.floor(ms / DAY_MS)}d`;
}

export function ageOf(timestamp: string, now: number): string {
  return shortDuration(now - Date.parse(timestamp));
}

function two(ms: number, bigMs: number, big: string, smallMs: number, small: string): string {
  const rest = Math.floor((ms % bigMs) / smallMs);
  return `${Math.floor(ms / bigMs)}${big}${rest === 0 ? '' : `${rest}${small}`}`;
}
