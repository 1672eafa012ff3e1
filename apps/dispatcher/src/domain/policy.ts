/** The numbers that the scheduler decides by. Milliseconds throughout. */
export interface Policy {
  /** Figures of a cluster older than this are not believed: one placement at a time until they are fresh. */
  capacityStaleMs: number;
  /** The cloud is worth its price once waiting for one's own GPUs takes this many times the cloud's boot. */
  waitPerBoot: number;
  /** Never pay for the cloud to save less than this. */
  waitMinMs: number;
  /** A deadline counts as missed when less than this is left after the expected end. */
  deadlineMarginMs: number;
  /** Estimates are means; runs of the same size take up to about this much longer. */
  estimateFactor: number;
  /** How long a silent cluster keeps its running attempts before they are given up. */
  lostGraceMs: number;
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

export const DEFAULT_POLICY: Policy = {
  capacityStaleMs: 10_000,
  waitPerBoot: 1,
  waitMinMs: 60_000,
  deadlineMarginMs: 60_000,
  estimateFactor: 1.5,
  lostGraceMs: 60_000,
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
