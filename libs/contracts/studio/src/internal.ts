import { z } from 'zod';

export const mapVersionParams = z.object({ versionId: z.uuid() });

/** `GET /internal/map-versions/:versionId`, asked by viewing while a member looks at a version that need not be published. */
export const internalMapVersion = z.object({
  versionId: z.uuid(),
  bundlePrefix: z.string(),
  manifestSha256: z.string(),
});
export type InternalMapVersion = z.infer<typeof internalMapVersion>;
