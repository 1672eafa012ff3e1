import { qualitySchema } from '@stead/contracts/pipeline';
import { z } from 'zod';

export const runStateSchema = z.enum([
  'queued',
  'dispatching',
  'active',
  'uncertain',
  'verifying',
  'succeeded',
  'failed',
  'cancelled',
  'dead-letter',
]);
export type RunState = z.infer<typeof runStateSchema>;

export const attemptStateSchema = z.enum(['reserved', 'intent', 'created', 'running', 'done', 'lost', 'fenced', 'rejected']);
export type AttemptState = z.infer<typeof attemptStateSchema>;

/** Why a run failed, as its owner reads it. */
export const runFailureSchema = z.object({
  kind: z.enum(['user', 'data', 'infrastructure', 'installation', 'bug', 'cancelled', 'deadline']),
  code: z.string(),
  step: z.string().nullable(),
  detail: z.string(),
  advice: z.array(z.string()),
});
export type RunFailure = z.infer<typeof runFailureSchema>;

/** A verified result: its manifest was read, and every file that it names is there with the right size. */
export const runResultSchema = z.object({
  epoch: z.number().int().positive(),
  bundlePrefix: z.string(),
  manifestSha256: z.string(),
  /** Of all files of the bundle. */
  bytes: z.number().int(),
  /** The manifest's quality card. */
  quality: qualitySchema,
});
export type RunResult = z.infer<typeof runResultSchema>;
