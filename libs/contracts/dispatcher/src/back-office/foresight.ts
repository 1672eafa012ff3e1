import { z } from 'zod';
import { clusterVerdictSchema } from '../http';
import { placementPolicySchema } from '../placement';
import { loggedDecisionSchema } from './queue';

const moment = z.iso.datetime();

/** A stored decision beside what the same cycle decides when it is planned again. */
export const replaySchema = z
  .object({
    runId: z.uuid(),
    cycleId: z.uuid(),
    /** Of the cycle. */
    at: moment,
    same: z.boolean(),
    /** What differs, each by its path. */
    differences: z.array(z.object({ path: z.string(), stored: z.string(), again: z.string() })),
    stored: loggedDecisionSchema,
    again: z
      .object({
        kind: z.enum(['place', 'wait']),
        reason: z.string(),
        why: z.string(),
        cluster: z.string().nullable(),
        inputs: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
        verdicts: z.array(clusterVerdictSchema),
      })
      .nullable(),
    /** What the cycle looked at. */
    cycle: z.object({ queued: z.number().int(), clusters: z.array(z.string()) }),
  })
  .meta({ id: 'DecisionReplay' });
export type DecisionReplayView = z.infer<typeof replaySchema>;

const cluster = z.string().min(1).max(63);

/** One thing that is imagined to be otherwise, from now on. */
export const whatIfChangeSchema = z.union([
  z.strictObject({ drainCluster: cluster }),
  z.strictObject({ addGpus: z.strictObject({ cluster, count: z.number().int().min(1).max(1_000) }) }),
  z.strictObject({ policy: placementPolicySchema }),
  z.strictObject({ loseCluster: cluster }),
]);
export type WhatIfChange = z.infer<typeof whatIfChangeSchema>;
export const whatIfBody = z.strictObject({ change: whatIfChangeSchema });
export type WhatIfBody = z.infer<typeof whatIfBody>;

/** How the runs that are queued and running now would end. */
export const forecastSchema = z.object({
  runs: z.number().int(),
  /** Runs that nothing would ever take. */
  stuck: z.number().int(),
  late: z.number().int(),
  meanWaitS: z.number(),
  maxWaitS: z.number(),
  /** Until the last of them ends. */
  makespanS: z.number(),
  cloudRuns: z.number().int(),
  cloudCost: z.number(),
  onpremCost: z.number(),
});
export type Forecast = z.infer<typeof forecastSchema>;

export const whatIfSchema = z
  .object({
    at: moment,
    before: forecastSchema,
    after: forecastSchema,
    /** Runs were left out: only so many are simulated. */
    leftOut: z.number().int(),
    milliseconds: z.number(),
  })
  .meta({ id: 'WhatIf' });
export type WhatIfView = z.infer<typeof whatIfSchema>;
