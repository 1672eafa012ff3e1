import { z } from 'zod';
import { nameSchema } from './name';
import { captureKindSchema } from '@stead/contracts/pipeline';

/** The size of an uploaded part; the last one of a file may be smaller. */
export const PART_BYTES = 8 * 1024 * 1024;
export const FILE_BYTES_MAX = 20 * 1024 ** 3;
export const FILES_PER_CAPTURE_MAX = 2_000;

/** One thing that is wrong, and what to do about it. `file` is null where it is about the capture as a whole. */
export const captureProblemSchema = z
  .object({
    file: z.string().nullable(),
    fileId: z.uuid().nullable(),
    code: z.string(),
    detail: z.string(),
    fix: z.string(),
    severity: z.enum(['error', 'warning']),
  })
  .meta({ id: 'CaptureProblem' });
export type CaptureProblem = z.infer<typeof captureProblemSchema>;

export const captureStateSchema = z.enum(['uploading', 'probing', 'verified', 'rejected', 'deleted']);
export type CaptureState = z.infer<typeof captureStateSchema>;

/** Of what was uploaded: there, on its way out, gone while what was made of it stays, or gone with the capture. */
export const originalsStateSchema = z.enum(['present', 'erasing', 'erased', 'deleted']);
export type OriginalsState = z.infer<typeof originalsStateSchema>;

export const createCaptureBody = z.strictObject({ name: nameSchema(200), kind: captureKindSchema });
export const captureParams = z.object({ captureId: z.uuid() });
export const captureFileParams = z.object({ captureId: z.uuid(), fileId: z.uuid() });

export const addFilesBody = z.strictObject({
  files: z
    .array(
      z.strictObject({
        /** Only shown to people: no key and no path is made of it. */
        name: z
          .string()
          .min(1)
          .max(255)
          .regex(/^[^\p{Cc}]*$/u, 'No control characters'),
        bytes: z.number().int().min(1, 'The file is empty').max(FILE_BYTES_MAX, 'A file may have at most 20 GiB'),
        sha256: z.string().regex(/^[0-9a-f]{64}$/, 'The SHA-256 of the file, 64 lower-case hexadecimal digits'),
      }),
    )
    .min(1)
    .max(1_000),
});
export type AddFilesBody = z.infer<typeof addFilesBody>;

const plannedPart = z.object({ number: z.number().int(), url: z.string(), bytes: z.number().int() });
/** What still has to be sent of a file, straight to the object store. `upload` is null when nothing has. */
export const plannedFileSchema = z.object({
  fileId: z.uuid(),
  name: z.string(),
  state: z.enum(['stored', 'pending']),
  upload: z
    .object({
      partBytes: z.number().int(),
      parts: z.array(plannedPart),
      /** Parts that arrived before; name them again when you complete the file. */
      stored: z.array(z.object({ number: z.number().int(), etag: z.string() })),
    })
    .nullable(),
});
export const uploadPlanSchema = z.object({ files: z.array(plannedFileSchema) });
export type UploadPlan = z.infer<typeof uploadPlanSchema>;

export const completeFileBody = z.strictObject({
  parts: z
    .array(z.strictObject({ number: z.number().int().min(1).max(10_000), etag: z.string().min(1).max(100) }))
    .min(1)
    .max(10_000),
});
export const commitCaptureBody = z.strictObject({
  /** Leave files out that cannot be used, when enough others remain. */
  allowPartial: z.boolean().default(false),
});

export const captureFileSchema = z.object({
  id: z.uuid(),
  name: z.string(),
  bytes: z.number().int(),
  sha256: z.string(),
  mediaType: z.string(),
  state: z.enum(['pending', 'stored', 'verified', 'rejected']),
});
export const captureSchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    kind: captureKindSchema,
    state: captureStateSchema,
    files: z.number().int(),
    bytes: z.number().int(),
    problems: z.array(captureProblemSchema),
    /** Since when nobody can read its files any more, what was made of them aside. */
    originalsErasedAt: z.iso.datetime().nullable(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'Capture' });
export type CaptureView = z.infer<typeof captureSchema>;
export const captureFilesSchema = z.object({ items: z.array(captureFileSchema) });
