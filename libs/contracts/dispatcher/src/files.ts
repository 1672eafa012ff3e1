import { stepNameSchema } from '@stead/contracts/pipeline';
import { z } from 'zod';

/** In base64url, the longest key that object stores take. */
const CURSOR_CHARS_MAX = 1_500;

/** What a file of a bundle is for. */
export const runFileKindSchema = z.enum([
  'tiles',
  'splats',
  'photos',
  'plan',
  'poster',
  'cameras',
  'localisation',
  'manifest',
  'other',
]);
export type RunFileKind = z.infer<typeof runFileKindSchema>;

export const listRunFilesQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z.string().max(CURSOR_CHARS_MAX).optional(),
  /** Only files that this step has made. */
  step: stepNameSchema.optional(),
  /** Only files whose path contains this text, whatever the case. */
  path: z.string().trim().min(1).max(200).optional(),
});
export type ListRunFilesQuery = z.infer<typeof listRunFilesQuery>;

export const runFileSchema = z
  .object({
    /** Inside the bundle. */
    path: z.string(),
    kind: runFileKindSchema,
    /** The step that made it. */
    step: stepNameSchema,
    bytes: z.number().int().nonnegative(),
    mediaType: z.string(),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
  })
  .meta({ id: 'RunFile' });
export type RunFileView = z.infer<typeof runFileSchema>;

const amount = { files: z.number().int().nonnegative(), bytes: z.number().int().nonnegative() };

/** In the order of their paths. Empty while a run has no result, and after its bundle was removed. */
export const runFilesSchema = z
  .object({
    items: z.array(runFileSchema),
    next: z.string().nullable(),
    /** Of everything that the query asks for, on whatever page. */
    total: z.object(amount),
    /** The same by kind, the largest first. */
    kinds: z.array(z.object({ kind: runFileKindSchema, ...amount })),
  })
  .meta({ id: 'RunFiles' });
export type RunFilesView = z.infer<typeof runFilesSchema>;
