import type { Policy } from './policy';
import type { Inputs, PlaceReason } from './reasons';
import { meanMs, quantileMs } from './runtime';
import type { QueuedRun } from './snapshot';

/** Waiting for one's own clusters, as it looks now. */
export interface Stay {
  /** Until a slot is expected to be free for this run, those that wait before it served. */
  waitMs: number;
  costOfRun: number;
}

/** The best cloud cluster for this run now. */
export interface Leave {
  readyMs: number;
  readyP90Ms: number;
  costOfRun: number;
}

const HOUR_MS = 3_600_000;

/**
 * One's own clusters are full. Null to go on waiting, else why the cloud is paid for now.
 *
 * A run with a deadline leaves at the last moment at which the cloud still makes it in time, and not before: until then
 * something may end early at home, and waiting costs nothing. A run without one, or one that no cluster can save any more,
 * leaves when its wait is worth more than the cloud costs on top. Nothing leaves that would not start sooner for it.
 */
export function whyLeave(
  run: QueuedRun,
  stay: Stay,
  leave: Leave,
  policy: Policy,
  nowMs: number,
): { reason: PlaceReason | null; inputs: Inputs } {
  const inputs: Inputs = {
    waitMs: Math.round(stay.waitMs),
    estimateMs: Math.round(meanMs(run.runtime)),
    deadlineMs: run.deadlineMs,
    readyMs: Math.round(leave.readyMs),
    extraCost: round(leave.costOfRun - stay.costOfRun),
  };
  const { placement } = run;
  switch (placement.kind) {
    case 'cloud-only':
    case 'onprem-only':
      return { reason: null, inputs };
    case 'burst-when-full':
      return { reason: 'onprem-full-burst', inputs };
    case 'timeout': {
      const waitedMs = nowMs - run.createdAtMs;
      const isOver = waitedMs >= placement.afterS * 1000;
      return { reason: isOver ? 'onprem-full-timeout' : null, inputs: { ...inputs, waitedMs, afterMs: placement.afterS * 1000 } };
    }
    case 'onprem-first':
      break;
  }
  if (stay.waitMs <= leave.readyMs) return { reason: null, inputs };
  const { deadlineMs } = run;
  if (deadlineMs !== null && nowMs + leave.readyMs + run.runtime.medianMs <= deadlineMs) {
    const lateRisk = riskOf(run, placement.lateRisk, policy);
    const leaveAtMs = lastSafeMs(run, deadlineMs, lateRisk, leave, policy);
    return {
      reason: nowMs >= leaveAtMs ? 'onprem-full-deadline' : null,
      inputs: { ...inputs, lateRisk: round(lateRisk), leaveAtMs: Math.round(leaveAtMs) },
    };
  }
  const savedMs = stay.waitMs - leave.readyMs;
  const worth = (savedMs / HOUR_MS) * placement.valueOfTimePerHour;
  const isWorthIt = savedMs >= policy.waitMinMs && worth > leave.costOfRun - stay.costOfRun;
  return { reason: isWorthIt ? 'onprem-full-cloud-cheaper-than-waiting' : null, inputs: { ...inputs, waitWorth: round(worth) } };
}

const RISK_MIN = 0.005;

/**
 * What a run takes of the risk that its policy puts up with: all of it where it is long, and in proportion less where it is
 * shorter. To wait until later for a slot at home wins the whole price of a long run and little of a short one, and both are
 * late once: the same number of late runs saves more this way than with one risk for all (docs/dispatch-simulation.md).
 */
export function riskOf({ runtime }: Pick<QueuedRun, 'runtime'>, lateRisk: number, policy: Pick<Policy, 'wholeRiskMs'>): number {
  const part = lateRisk * Math.min(1, meanMs(runtime) / policy.wholeRiskMs);
  return Math.min(lateRisk, Math.max(RISK_MIN, part));
}

/** The last moment to leave for the cloud with no more than `lateRisk` of missing the deadline there. */
export function lastSafeMs(
  { runtime }: Pick<QueuedRun, 'runtime'>,
  deadlineMs: number,
  lateRisk: number,
  { readyP90Ms }: Pick<Leave, 'readyP90Ms'>,
  policy: Pick<Policy, 'deadlineMarginMs'>,
): number {
  return deadlineMs - quantileMs(runtime, 1 - lateRisk) - readyP90Ms - policy.deadlineMarginMs;
}

function round(money: number): number {
  return Math.round(money * 10_000) / 10_000;
}
