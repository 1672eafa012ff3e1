import type { Random } from './random';

/** Times of Linux's TCP: the least retransmission timeout is 200 ms, the first one of a SYN 1 s (RFC 6298), both double. */
export interface RetransmissionTimes {
  timeoutMs: number;
  synTimeoutMs: number;
  timeoutMaxMs: number;
  segmentBytes: number;
}

export const LINUX_TIMES: RetransmissionTimes = {
  timeoutMs: 200,
  synTimeoutMs: 1_000,
  timeoutMaxMs: 120_000,
  segmentBytes: 1_460,
};

/** Segments behind a lost one whose acknowledgements make TCP send it again without waiting for its timeout (RFC 5681). */
const FAST_RETRANSMIT_SEGMENTS = 3;
/** `tcp_retries2` of tcp(7). */
const RETRIES_MAX = 15;

/**
 * How long lost segments hold up a piece of data. A program cannot lose segments of a connection that its kernel carries, so
 * the loss itself is not made but what it looks like from above: TCP loses no data, it is late, and everything behind it waits.
 *
 * One of the last three segments of a piece is noticed by the timeout alone, which doubles for as long as the repetition is lost
 * as well. An earlier one is sent again after one round trip. Lost acknowledgements cost nothing, as a later one stands for them.
 * Not modelled: the congestion window, which long transfers at such rates would feel more than this.
 */
export function dataStallMs(
  share: number,
  bytes: number,
  roundTripMs: number,
  times: RetransmissionTimes,
  random: Random,
): number {
  const segments = Math.max(1, Math.ceil(bytes / times.segmentBytes));
  const tail = Math.min(segments, FAST_RETRANSMIT_SEGMENTS);
  let tailLost = false;
  for (let i = 0; i < tail; i += 1) tailLost = random() < share || tailLost;
  if (tailLost) return repeatedMs(share, times.timeoutMs, times, random);
  const bodyLost = random() < 1 - (1 - share) ** (segments - tail);
  return bodyLost ? roundTripMs : 0;
}

/** How long a new connection takes to be made when the SYN or its answer is lost. */
export function connectStallMs(share: number, times: RetransmissionTimes, random: Random): number {
  const lost = 1 - (1 - share) ** 2;
  return random() < lost ? repeatedMs(lost, times.synTimeoutMs, times, random) : 0;
}

function repeatedMs(share: number, timeoutMs: number, { timeoutMaxMs }: RetransmissionTimes, random: Random): number {
  let waitMs = timeoutMs;
  let totalMs = waitMs;
  for (let retry = 1; retry < RETRIES_MAX && random() < share; retry += 1) {
    waitMs = Math.min(timeoutMaxMs, waitMs * 2);
    totalMs += waitMs;
  }
  return totalMs;
}
