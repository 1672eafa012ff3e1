import { z } from 'zod';
import { captureKindSchema } from '@stead/contracts/pipeline';
import { originalsStateSchema } from './captures-http';

/** `POST /internal/api-keys/verify`, asked by the gateway. */
export const verifyApiKeyBody = z.strictObject({ apiKey: z.string().max(200) });
export const verifyApiKeyResponse = z.object({
  principal: z.object({ keyId: z.uuid(), workspaceId: z.uuid(), scopes: z.array(z.string()) }).nullable(),
});

/** `GET /internal/captures/:captureId`, asked by space-maps when it has not heard of a capture yet. */
export const internalCapture = z.object({
  captureId: z.uuid(),
  revision: z.number().int(),
  state: z.string(),
  verified: z.boolean(),
  /** Nothing can be built from files that are gone. */
  originals: originalsStateSchema.default('present'),
  kind: captureKindSchema,
  name: z.string(),
  files: z.number().int(),
  bytes: z.number().int(),
  megapixels: z.number().nullable(),
  points: z.number().nullable(),
});
export type InternalCapture = z.infer<typeof internalCapture>;
