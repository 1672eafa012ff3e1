import { setTimeout as delay } from 'node:timers/promises';

export interface RetryPolicy {
  attemptsMax: number;
  firstDelayMs: number;
  delayMaxMs: number;
}

/** About a quarter of a minute in all, on top of what the client of the store repeats by itself. */
export const STORE_RETRY: RetryPolicy = { attemptsMax: 6, firstDelayMs: 500, delayMaxMs: 8_000 };

/** Repeats what `mayRepeat` allows, with exponential backoff and full jitter. */
export async function withRetry<T>(
  policy: RetryPolicy,
  signal: AbortSignal,
  work: () => Promise<T>,
  mayRepeat: (error: unknown) => boolean,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= policy.attemptsMax || !mayRepeat(error)) throw error;
      const ceilingMs = Math.min(policy.delayMaxMs, policy.firstDelayMs * 2 ** (attempt - 1));
      await delay(Math.random() * ceilingMs, undefined, { signal });
    }
  }
}
