import { defineJob } from '@stead/contracts/messaging';
import { z } from 'zod';
import { plainText } from './text';

export const mediaKindSchema = z.enum(['image', 'video', 'audio', 'glb', 'usdz']);
export type MediaKind = z.infer<typeof mediaKindSchema>;

/** Of an upload, by what it turns out to be. */
export const MEDIA_BYTES_MAX: Readonly<Record<MediaKind, number>> = {
  image: 50 * 1024 ** 2,
  video: 1024 ** 3,
  audio: 200 * 1024 ** 2,
  glb: 100 * 1024 ** 2,
  usdz: 100 * 1024 ** 2,
};
/** Of a workspace. */
export const MEDIA_MAX = 2_000;

export const mediaStateSchema = z.enum(['uploading', 'checking', 'ready', 'rejected', 'deleted']);
export type MediaState = z.infer<typeof mediaStateSchema>;

const name = plainText(200).min(1);

export const createMediaBody = z.strictObject({
  name,
  bytes: z
    .number()
    .int()
    .min(1)
    .max(MEDIA_BYTES_MAX.video, `At most ${MEDIA_BYTES_MAX.video} bytes, and less for what is no video`),
  /** Of the file, in hex: the store takes no other content. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'A SHA-256 is 64 characters of 0 to 9 and a to f'),
});
export type CreateMediaBody = z.infer<typeof createMediaBody>;
export const changeMediaBody = z.strictObject({ name });

export const mediaParams = z.object({ mediaId: z.uuid() });
export const mediaFilterSchema = z.object({ kind: mediaKindSchema.optional() });

/** Why a file cannot be used, and what helps. */
export const mediaProblemSchema = z.object({ code: z.string(), detail: z.string(), fix: z.string() });
export type MediaProblem = z.infer<typeof mediaProblemSchema>;

export const mediaSchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    state: mediaStateSchema,
    /** What it is, whatever its name says; null until it was looked into. */
    kind: mediaKindSchema.nullable(),
    mediaType: z.string().nullable(),
    /** As it is shown: without what the file told of where and by whom it was made. */
    bytes: z.number().int(),
    widthPx: z.number().int().nullable(),
    heightPx: z.number().int().nullable(),
    durationS: z.number().nullable(),
    /** Of a file that was rejected. */
    problem: mediaProblemSchema.nullable(),
    /** Good for a quarter of an hour at least; null while it is not ready. */
    url: z.string().nullable(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'Media' });
export type MediaView = z.infer<typeof mediaSchema>;

/** PUT the file to `url` with these headers, within an hour; then ask for it to be checked. */
export const mediaUploadSchema = z
  .object({
    media: mediaSchema,
    upload: z.object({ url: z.string(), headers: z.record(z.string(), z.string()) }),
  })
  .meta({ id: 'MediaUpload' });
export type MediaUpload = z.infer<typeof mediaUploadSchema>;

/** Look into an upload. */
export const checkMedia = defineJob({ name: 'media.check', owner: 'studio', payload: z.object({ mediaId: z.uuid() }) });
/** Remove what is stored of a file that was deleted. */
export const purgeMedia = defineJob({ name: 'media.purge', owner: 'studio', payload: z.object({ mediaId: z.uuid() }) });
