import { meanMs, quantileMs, type Runtime } from './runtime';

/** What is known of an attempt on a cluster that does not answer. */
export interface AtStake {
  /** Work that would have to be done again: since its last finished step, which is kept, or since it began. */
  unsavedMs: number;
  /** What doing it again costs an hour, where it would go. */
  pricePerHour: number;
  /** What an hour of waiting is worth to the run. */
  valueOfTimePerHour: number;
  deadlineMs: number | null;
  /** The whole run again, and what a node takes to boot first. */
  runtime: Runtime;
  bootMs: number;
}

export interface GraceLimits {
  lostGraceMs: number;
  lostGraceMaxMs: number;
}

/** Nine in ten runs that begin then are still in time. */
const IN_TIME = 0.9;

/**
 * How long the silence of a cluster is waited out before an attempt there is given up. As with skis that may be rented or
 * bought, whoever waits until waiting has cost as much as doing the work again pays at most twice what the best guess would
 * have paid (Karlin et al., "Competitive snoopy caching", 1988). Young attempts move soon; hours of work are given longer. A
 * deadline that could still be met elsewhere ends the patience.
 */
export function graceMs(stake: AtStake, limits: GraceLimits, nowMs: number, silentForMs: number): number {
  const { lostGraceMs, lostGraceMaxMs } = limits;
  const redoCost = stake.unsavedMs * stake.pricePerHour;
  const breakEvenMs = stake.valueOfTimePerHour > 0 ? redoCost / stake.valueOfTimePerHour : redoCost > 0 ? Infinity : 0;
  const patienceMs = Math.min(Math.max(lostGraceMs, lostGraceMaxMs), Math.max(lostGraceMs, breakEvenMs));
  const { deadlineMs, runtime, bootMs } = stake;
  if (deadlineMs === null || nowMs + bootMs + meanMs(runtime) > deadlineMs) return patienceMs;
  const leaveAtMs = deadlineMs - quantileMs(runtime, IN_TIME) - bootMs;
  return Math.max(lostGraceMs, Math.min(patienceMs, silentForMs + leaveAtMs - nowMs));
}
