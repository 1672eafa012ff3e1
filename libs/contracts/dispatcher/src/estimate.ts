import { captureKindSchema, pipelineOverridesSchema, presetSchema } from '@stead/contracts/pipeline';
import { z } from 'zod';
import { clusterKindSchema } from './http';
import { placementPolicySchema } from './placement';

const moment = z.iso.datetime();
const size = z.number().nonnegative().max(1e15);

/** A run that nobody has asked for yet, as far as its time and its price depend on it. */
export const estimateRunBody = z.strictObject({
  entrypoint: captureKindSchema,
  preset: presetSchema.default('standard'),
  options: pipelineOverridesSchema.optional(),
  /** Size of the work: megapixels of all photos together, points of all clouds; null for other kinds of captures. */
  features: z.strictObject({
    files: z.number().int().min(1).max(100_000),
    megapixels: size.nullable(),
    points: size.nullable(),
    bytes: size,
  }),
  priority: z.number().int().min(0).max(100).default(50),
  deadline: z.iso.datetime({ offset: true }).optional(),
  /** The workspace's policy where it is left out. */
  placement: placementPolicySchema.optional(),
});
export type EstimateRunBody = z.infer<typeof estimateRunBody>;

/** Half of such runs stay below the first figure, nine of ten below the second. */
const spread = z.object({ p50: z.number(), p90: z.number() });

/** One cluster, whether or not the policy would use it. */
export const estimatedPlaceSchema = z.object({
  cluster: z.string(),
  kind: clusterKindSchema,
  pricePerGpuHour: z.number(),
  reason: z.string(),
  why: z.string(),
  /** Until the run could begin there; null where nobody can say. */
  startInS: z.number().nullable(),
  /** Until it would be done there. Copies between object stores are not counted. */
  doneInS: spread.nullable(),
  /** Null where it is not known what the run would ask for there. */
  cost: spread.nullable(),
});
export type EstimatedPlace = z.infer<typeof estimatedPlaceSchema>;

export const runEstimateSchema = z
  .object({
    /** Seconds from its first step to its last. */
    runtime: spread,
    /** Runs of this kind that it was learnt from, fifty at most; with none it is guessed from the sample capture. */
    samples: z.number().int(),
    /** When the clusters were looked at; null where nothing is known of them now, and nothing is said of places. */
    observedAt: moment.nullable(),
    /** What the scheduler would have done with it at that moment. */
    plan: z
      .object({ kind: z.enum(['place', 'wait']), cluster: z.string().nullable(), reason: z.string(), why: z.string() })
      .nullable(),
    places: z.array(estimatedPlaceSchema),
  })
  .meta({ id: 'RunEstimate' });
export type RunEstimateView = z.infer<typeof runEstimateSchema>;
