import { z } from 'zod';
import { stepNameSchema } from './steps';

/** A file in the object store. `path` is what it is called inside its step or bundle (`images/0001.jpg`). */
export const storedFileSchema = z.object({
  path: z.string(),
  key: z.string(),
  bytes: z.number().int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  mediaType: z.string(),
});
export type StoredFile = z.infer<typeof storedFileSchema>;

/**
 * `keys.stepRecord`: written last, with If-None-Match, so its existence means that the step is finished and its files are
 * whole. The next steps find their inputs through it and never by listing.
 */
export const stepRecordSchema = z.object({
  schemaVersion: z.literal(1),
  step: stepNameSchema,
  runId: z.uuid(),
  /** The epoch that did the work; a record taken over keeps the epoch of the files it names. */
  epoch: z.number().int().positive(),
  /** sha256 over program version, options that the step reads and the sha256 of its inputs. */
  inputsHash: z.string(),
  provider: z.string(),
  files: z.array(storedFileSchema),
  /** Numbers and words about the result, by name: shown to people, read by later steps through a schema of their own. */
  metrics: z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()])),
  /** Sentences that the owner of the capture should read ("dense step fell back to sparse because …"). */
  notes: z.array(z.string()),
  startedAt: z.iso.datetime(),
  seconds: z.number().nonnegative(),
  takenOverFrom: z.number().int().positive().nullable(),
});
export type StepRecord = z.infer<typeof stepRecordSchema>;

/** `keys.stepFailure` and the last line of a failed step's output. */
export const stepFailureSchema = z.object({
  schemaVersion: z.literal(1),
  step: stepNameSchema,
  /** `installation`: where the step ran something is missing or misconfigured, and stays so until its operator acts. */
  kind: z.enum(['user', 'data', 'infrastructure', 'installation', 'bug']),
  /** kebab-case and stable: `too-few-registered`, `colmap-missing`. */
  code: z.string().regex(/^[a-z0-9-]+$/),
  detail: z.string(),
  advice: z.array(z.string()),
});
export type StepFailure = z.infer<typeof stepFailureSchema>;

/** One line of a step's standard output: JSON, so that logs can be read by people and by the platform. */
export const progressLineSchema = z.object({
  at: z.iso.datetime(),
  level: z.enum(['debug', 'info', 'warn', 'error']),
  step: stepNameSchema,
  event: z.enum(['started', 'progress', 'log', 'tool', 'taken-over', 'finished', 'failed']),
  percent: z.number().min(0).max(100).optional(),
  message: z.string(),
  failure: stepFailureSchema.optional(),
});
export type ProgressLine = z.infer<typeof progressLineSchema>;
