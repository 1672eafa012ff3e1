import { z } from 'zod';
import { elementSchema } from './elements';
import { viewSchema } from './geometry';
import { derivedSchema } from './scenes';

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
  })
  .meta({ id: 'PublishedScene' });
export type PublishedScene = z.infer<typeof publishedSceneSchema>;

/** Where it lies in the object store. */
export const storedContentsSchema = z.object({ key: z.string(), sha256: z.string(), bytes: z.number().int() });
export type StoredContents = z.infer<typeof storedContentsSchema>;
