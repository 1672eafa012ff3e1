import { z } from 'zod';

/** What is kept about an object or a part besides its bytes; stored as the footer of its record file. */
export const objectMetaSchema = z.object({
  bytes: z.number().int().min(0),
  /** Without quotes. */
  etag: z.string(),
  modifiedAtMs: z.number().int(),
  /** Content-Type, Cache-Control and the like: given back as they came. */
  headers: z.record(z.string(), z.string()),
  /** `x-amz-meta-*`, without the prefix. */
  userMeta: z.record(z.string(), z.string()),
  checksum: z.object({ algorithm: z.string(), value: z.string(), type: z.enum(['COMPOSITE', 'FULL_OBJECT']) }).optional(),
  /** When the bytes lie in the folder of a multipart upload, in this order, instead of in the record itself. */
  multipart: z
    .object({ uploadId: z.string(), parts: z.array(z.object({ file: z.string(), bytes: z.number().int() })) })
    .optional(),
});
export type ObjectMeta = z.infer<typeof objectMetaSchema>;
