import type { Decision } from './plan-cycle';

/**
 * The cloud cluster that a waiting run is more likely than not to end up on: its turn at home is expected after the moment at
 * which its policy sends it away. What travels there in the meantime costs no time then. Null for all others.
 */
export function cloudAhead(decision: Decision, nowMs: number): string | null {
  if (decision.kind !== 'wait' || decision.reason !== 'waiting-for-onprem') return null;
  const { cloud, waitMs, leaveAtMs, afterMs, waitedMs } = decision.inputs;
  if (typeof cloud !== 'string' || typeof waitMs !== 'number') return null;
  const leavesInMs =
    typeof leaveAtMs === 'number'
      ? leaveAtMs - nowMs
      : typeof afterMs === 'number' && typeof waitedMs === 'number'
        ? afterMs - waitedMs
        : Infinity;
  return leavesInMs < waitMs ? cloud : null;
}
