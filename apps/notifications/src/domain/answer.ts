import type { TryOutcome } from '@stead/contracts/notifications';

/** What became of a try, as its log keeps it. */
export interface TryResult {
  outcome: Exclude<TryOutcome, 'sending' | 'lost'>;
  status: number | null;
  ms: number;
  detail: string | null;
  answer: string | null;
}

export const ANSWER_KEPT_BYTES = 1024;

/** What an HTTP status means for a delivery (Standard Webhooks: 2xx is success, 410 ends the subscription). */
export function verdictOf(status: number): Pick<TryResult, 'outcome' | 'detail'> {
  if (status >= 200 && status < 300) return { outcome: 'delivered', detail: null };
  if (status === 410)
    return { outcome: 'gone', detail: 'The address says that it is gone for good (410): the webhook is disabled' };
  if (status >= 300 && status < 400)
    return { outcome: 'redirect', detail: `Redirects are not followed (${status}): give the webhook its final address` };
  return { outcome: 'status', detail: `The answer was ${status}: a 2xx is expected` };
}

/**
 * The beginning of an answer for the eyes of people: at most 1 KiB of UTF-8, without what would steer a terminal, turn the
 * direction of text round, or not go into the database.
 */
export function readable(body: Buffer): string {
  const text = new TextDecoder('utf-8', { fatal: false }).decode(body.subarray(0, ANSWER_KEPT_BYTES));
  return text.replace(/[^\P{C}\n\t]/gu, '\uFFFD').slice(0, ANSWER_KEPT_BYTES);
}
