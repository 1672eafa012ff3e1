import { z } from 'zod';
import { captureKindSchema } from './steps';

/** One verified file of a capture. `key` is its place in the object store; `name` is what the owner called it. */
export const captureFileSchema = z.object({
  fileId: z.uuid(),
  key: z.string(),
  name: z.string().max(255),
  bytes: z.number().int().positive(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  mediaType: z.string(),
});
export type CaptureFile = z.infer<typeof captureFileSchema>;

/** `keys.captureManifest`: written once, when every file of a capture has been verified. Order is capture order. */
export const captureManifestSchema = z.object({
  schemaVersion: z.literal(1),
  captureId: z.uuid(),
  workspaceId: z.uuid(),
  kind: captureKindSchema,
  files: z.array(captureFileSchema).min(1),
});
export type CaptureManifest = z.infer<typeof captureManifestSchema>;
