import { z } from 'zod';
import { elementSchema } from './elements';
import { viewSchema } from './geometry';
import { derivedSchema } from './scenes';

/** A file of the library that the scene shows, among the files of the publication. */
export const publishedMediaSchema = z.object({
  id: z.uuid(),
  /** Below the signed prefix of the publication. */
  path: z.string().regex(/^media\/[A-Za-z0-9._-]+$/),
  mediaType: z.string(),
  bytes: z.number().int(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Null for what is no picture and no video. */
  widthPx: z.number().int().nullable(),
  heightPx: z.number().int().nullable(),
  /** Null for what does not play. */
  durationS: z.number().nullable(),
});
export type PublishedMedia = z.infer<typeof publishedMediaSchema>;

/** What visitors get of a scene: a file that never changes, of one revision. Positions are in the frame of the map version. */
export const publishedSceneSchema = z
  .object({
    schemaVersion: z.literal(1),
    name: z.string(),
    /** Where a visitor starts; null: where the map version says. */
    start: viewSchema.nullable(),
    /** What a unit of the frame is long; null where nobody knows. */
    metresPerUnit: z.number().nullable(),
    /** In the order of the list of contents. */
    elements: z.array(z.object({ element: elementSchema, derived: derivedSchema.nullable() })),
    /** Files that the elements name by `mediaId`. */
    media: z.array(publishedMediaSchema).default([]),
  })
  .meta({ id: 'PublishedScene' });
export type PublishedScene = z.infer<typeof publishedSceneSchema>;

/** Where it lies in the object store. */
export const storedContentsSchema = z.object({ key: z.string(), sha256: z.string(), bytes: z.number().int() });
export type StoredContents = z.infer<typeof storedContentsSchema>;
