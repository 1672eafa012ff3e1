/** When a pod that no node takes is reason enough to take its run back. Milliseconds. */
export interface BouncePolicy {
  /** The first pod of an attempt, where no node can come for it: room was counted that is not there. */
  unschedulableMs: number;
  /** Beyond what nearly every boot takes, where one may come. */
  afterBootMs: number;
  /** A pod of a later step. Steps before it are done, and are done nowhere else: another cluster begins by fetching their results. */
  laterStepMs: number;
  /** For how long the run stays away from the cluster; doubles with each time. */
  exclusionMs: number;
  exclusionMaxMs: number;
}

export const DEFAULT_BOUNCE_POLICY: BouncePolicy = {
  unschedulableMs: 20_000,
  afterBootMs: 120_000,
  laterStepMs: 600_000,
  exclusionMs: 60_000,
  exclusionMaxMs: 900_000,
};

export interface Unplaced {
  /** A pod of the attempt has run before. */
  hasRun: boolean;
  /** A node is on its way, or could be, that takes it. */
  canBoot: boolean;
  bootP90Ms: number;
}

/** For how long such a pod may wait. */
export function bounceAfterMs({ hasRun, canBoot, bootP90Ms }: Unplaced, policy: BouncePolicy): number {
  const firstMs = canBoot ? bootP90Ms + policy.afterBootMs : policy.unschedulableMs;
  return hasRun ? Math.max(firstMs, policy.laterStepMs) : firstMs;
}

/** `earlier`: how often this run was taken back from this cluster before. */
export function bounceExclusionMs(earlier: number, policy: BouncePolicy): number {
  return Math.min(policy.exclusionMaxMs, policy.exclusionMs * 2 ** Math.min(earlier, 20));
}
