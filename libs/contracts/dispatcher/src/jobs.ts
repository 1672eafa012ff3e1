import { defineJob } from '@stead/contracts/messaging';
import { entrypointSchema, pipelineOptionsSchema } from '@stead/contracts/pipeline';
import { z } from 'zod';
import { placementPolicySchema } from './placement';

/** Queue a run. The id is the caller's, so that a repeated message is the same run. */
export const requestRun = defineJob({
  name: 'run.request',
  owner: 'dispatcher',
  payload: z.object({
    runId: z.uuid(),
    pipeline: z.string(),
    entrypoint: entrypointSchema,
    captureId: z.uuid(),
    options: pipelineOptionsSchema,
    /** What the run is for, as people call it: shown in lists. */
    title: z.string().max(200),
    /** 0 waits for everybody, 100 goes first. */
    priority: z.number().int().min(0).max(100),
    deadline: z.iso.datetime().nullable(),
    /** Size of the work, from which runtimes are estimated. */
    features: z.object({
      files: z.number(),
      megapixels: z.number().nullable(),
      points: z.number().nullable(),
      bytes: z.number(),
    }),
    /** Take over the finished steps of that run, up to but without `fromStep`. */
    reuse: z.object({ runId: z.uuid(), fromStep: z.string().nullable() }).nullable(),
    /** When the cloud may be paid for; its workspace's policy where it is null. */
    placement: placementPolicySchema.nullable().default(null),
  }),
});

export const cancelRun = defineJob({
  name: 'run.cancel',
  owner: 'dispatcher',
  payload: z.object({ runId: z.uuid() }),
});

/** Parts of what a run left that can go while the others stay. */
export const purgedPartSchema = z.enum(['published', 'work']);
export type PurgedPart = z.infer<typeof purgedPartSchema>;

/**
 * Remove what a finished run left in the object store and on clusters. `everything`: its owner was deleted. `published`: its bundle
 * and what that was made of, since another version stands in for it. `work`: what its steps handed to each other, since the
 * originals were erased; the bundle stays.
 */
export const purgeRun = defineJob({
  name: 'run.purge',
  owner: 'dispatcher',
  payload: z.object({ runId: z.uuid(), what: z.enum(['everything', ...purgedPartSchema.options]).default('everything') }),
});
