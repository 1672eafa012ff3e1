import { z } from 'zod';

export const presetSchema = z.enum(['preview', 'standard', 'survey']);
export type Preset = z.infer<typeof presetSchema>;

/** What the steps can be told. Pixels are the longer side of an image. */
export const pipelineOptionsSchema = z.strictObject({
  /** Photos are scaled down to this before anything looks at them. */
  imageMaxPx: z.number().int().min(320).max(8000),
  /** Frames kept from a video, at most, evenly over its length. */
  framesMax: z.number().int().min(2).max(600),
  siftImageMaxPx: z.number().int().min(320).max(4000),
  siftFeaturesMax: z.number().int().min(500).max(20_000),
  /** Depth maps: image size and number of planes swept. */
  densePx: z.number().int().min(160).max(1600),
  densePlanes: z.number().int().min(16).max(256),
  dense: z.enum(['cpu-planesweep', 'colmap-cuda', 'gsplat-cuda', 'none']),
  blurFaces: z.boolean(),
  blurPlates: z.boolean(),
  /** A leaf tile holds at most this many points. */
  tilePointsMax: z.number().int().min(1000).max(200_000),
});
export type PipelineOptions = z.infer<typeof pipelineOptionsSchema>;
export const pipelineOverridesSchema = pipelineOptionsSchema.partial();

const standard: PipelineOptions = {
  imageMaxPx: 1600,
  framesMax: 60,
  siftImageMaxPx: 1000,
  siftFeaturesMax: 3000,
  densePx: 320,
  densePlanes: 48,
  dense: 'cpu-planesweep',
  blurFaces: true,
  blurPlates: true,
  tilePointsMax: 25_000,
};

export const PRESETS: Record<Preset, PipelineOptions> = {
  preview: { ...standard, framesMax: 24, siftImageMaxPx: 800, densePx: 240, densePlanes: 32 },
  standard,
  survey: {
    ...standard,
    imageMaxPx: 3200,
    framesMax: 200,
    siftImageMaxPx: 1600,
    siftFeaturesMax: 8000,
    densePx: 480,
    densePlanes: 96,
  },
};

/** The one argument of a workflow, as JSON: small, ids and keys only; lists live in the object store. */
export const runParamsSchema = z.object({
  runId: z.uuid(),
  workspaceId: z.uuid(),
  captureId: z.uuid(),
  epoch: z.number().int().positive(),
  /** Earlier epochs of the run, newest first, whose finished steps may be taken over when their inputs are the same. */
  reuseEpochs: z.array(z.number().int().positive()).max(50),
  /** Another run of the same workspace and capture whose finished steps may be taken over (retry from a step). */
  reuseRun: z.object({ runId: z.uuid(), epochs: z.array(z.number().int().positive()).max(50) }).nullable(),
  /** Steps from this one on are done again even where a record could be taken over. */
  fromStep: z.string().nullable(),
  options: pipelineOptionsSchema,
});
export type RunParams = z.infer<typeof runParamsSchema>;
