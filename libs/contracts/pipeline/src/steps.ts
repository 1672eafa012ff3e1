import { z } from 'zod';

/** The pipeline's name on every cluster: the name of its WorkflowTemplate. A changed DAG is a new name. */
export const PIPELINE = 'space-map-v1';

export const STEPS = [
  'ingest',
  'frames',
  'anonymize',
  'reconstruct',
  'densify',
  'georeference',
  'tile',
  'plan',
  'localisation',
  'bundle',
  'redact',
] as const;
export const stepNameSchema = z.enum(STEPS);
export type StepName = z.infer<typeof stepNameSchema>;

export const captureKindSchema = z.enum(['photos', 'video', 'pointcloud']);
export type CaptureKind = z.infer<typeof captureKindSchema>;

/** How a run begins: with a capture of some kind, or with a version whose pictures are to be covered otherwise. */
export const entrypointSchema = z.enum([...captureKindSchema.options, 'redaction']);
export type Entrypoint = z.infer<typeof entrypointSchema>;

/** The steps of each entrypoint of the WorkflowTemplate, in an order that respects the DAG. */
export const ENTRYPOINTS: Record<Entrypoint, readonly StepName[]> = {
  photos: ['ingest', 'anonymize', 'reconstruct', 'densify', 'georeference', 'tile', 'plan', 'localisation', 'bundle'],
  video: ['ingest', 'frames', 'anonymize', 'reconstruct', 'densify', 'georeference', 'tile', 'plan', 'localisation', 'bundle'],
  pointcloud: ['ingest', 'tile', 'plan', 'bundle'],
  redaction: ['redact'],
};

/** Exit codes of the pipeline program. 1 stays a bug (an error nobody expected); above 128 is a signal. */
export const EXIT = {
  ok: 0,
  /** The capture cannot become a map; the owner has to change it. Never retried. */
  user: 10,
  /** Bytes are not what their checksum or their format says. Never retried on the same bytes. */
  data: 20,
  /** Store, disk or tool failed, or is missing. Retried. */
  infrastructure: 30,
} as const;
