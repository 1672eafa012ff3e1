/** The numbers that the scheduler decides by, the same for every run. Milliseconds throughout. */
export interface Policy {
  /** Figures of a cluster older than this are not believed: one placement at a time until they are fresh. */
  capacityStaleMs: number;
  /** A suspicion that lasts this long sends waiting runs elsewhere, before the cluster counts as gone for those that run there. */
  rerouteAfterMs: number;
  /** Never pay for the cloud to save less than this. */
  waitMinMs: number;
  /** What is left free between the expected end of a run and its deadline: placing, verifying and publishing take a while. */
  deadlineMarginMs: number;
  /** A run of this length takes the whole risk of being late that its placement policy puts up with, a shorter one less. */
  wholeRiskMs: number;
  /** Of a run without a deadline: it is ordered as if it were due this long after it was asked for. */
  patienceMs: number;
  /** Waiting this long is worth one point of priority. */
  ageingMs: number;
  /** Runs whose priorities differ by less than this are of one class. */
  priorityClass: number;
  /** After this time a workspace's use of GPUs and money counts half in its share. */
  shareHalfLifeMs: number;
  /**
   * How far a workspace may run ahead of its share for a run that has to start now, as a part of a day of all of one's own GPUs,
   * and how long before that moment it begins to. Each chosen by simulation (docs/dispatch-simulation.md).
   */
  urgencyLoan: number;
  urgencyMs: number;
  /** How long a silent cluster keeps its running attempts at least, and the most expensive ones at most (`graceMs`). */
  lostGraceMs: number;
  lostGraceMaxMs: number;
  /** Failures of machines and networks that one run may meet. */
  requeuesMax: number;
  backoffBaseMs: number;
  backoffMaxMs: number;
  /** How long a run stays away from a cluster that refused or broke it. */
  exclusionMs: number;
  /** The same failure this many times, on however few clusters, is the run's own. */
  sameFailureMax: number;
  /** A workflow that was posted and shows no pod for this long may be stuck on a cluster that cannot take it. */
  unscheduledMs: number;
}

const HOUR_MS = 3_600_000;

export const DEFAULT_POLICY: Policy = {
  capacityStaleMs: 10_000,
  rerouteAfterMs: 6_000,
  waitMinMs: 60_000,
  deadlineMarginMs: 60_000,
  wholeRiskMs: 4 * HOUR_MS,
  patienceMs: 24 * HOUR_MS,
  ageingMs: HOUR_MS / 2,
  priorityClass: 10,
  shareHalfLifeMs: 24 * HOUR_MS,
  urgencyLoan: 0.2,
  urgencyMs: 2 * HOUR_MS,
  lostGraceMs: 60_000,
  lostGraceMaxMs: 15 * 60_000,
  requeuesMax: 10,
  backoffBaseMs: 5_000,
  backoffMaxMs: 300_000,
  exclusionMs: 300_000,
  sameFailureMax: 3,
  unscheduledMs: 120_000,
};

/** 5 s, 10 s, 20 s … with up to a quarter more, so that runs that failed together do not come back together. */
export function backoffMs(policy: Policy, requeues: number, random: number): number {
  const base = Math.min(policy.backoffMaxMs, policy.backoffBaseMs * 2 ** Math.min(requeues, 20));
  return Math.round(base * (1 + random / 4));
}
