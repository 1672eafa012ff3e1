import { z } from 'zod';

/** In the currency of the clusters' prices. */
const money = z.number().nonnegative().max(1_000_000);

/**
 * When the cloud is paid for. `onprem-first` knows deadlines: a run leaves for the cloud at the last moment at which it would
 * still be in time there, and a run without a deadline when its wait is worth more than the cloud costs. The others ask for less.
 */
export const placementPolicySchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('onprem-first'),
    /** Probability of missing a deadline that a long run puts up with to save money; short ones, which save less, take less. */
    lateRisk: z.number().min(0.001).max(0.5).default(0.25),
    /** What an hour of waiting is worth to a run that has no deadline. */
    valueOfTimePerHour: money.default(1),
  }),
  /** The cloud as soon as no slot of one's own is free. */
  z.strictObject({ kind: z.literal('burst-when-full') }),
  /** The cloud after so many seconds in the queue. */
  z.strictObject({ kind: z.literal('timeout'), afterS: z.number().int().min(0).max(86_400).default(300) }),
  z.strictObject({ kind: z.literal('cloud-only') }),
  /** Never the cloud, whatever happens at home. */
  z.strictObject({ kind: z.literal('onprem-only') }),
]);
export type PlacementPolicy = z.infer<typeof placementPolicySchema>;

export const DEFAULT_PLACEMENT: PlacementPolicy = { kind: 'onprem-first', lateRisk: 0.25, valueOfTimePerHour: 1 };
