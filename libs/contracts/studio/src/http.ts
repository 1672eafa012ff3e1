import { z } from 'zod';
import { visibilitySchema } from './events';

export const publicationStateSchema = z.enum(['published', 'unpublished', 'closed']);
export type PublicationState = z.infer<typeof publicationStateSchema>;

const title = z.string().trim().min(1).max(200);

export const createPublicationBody = z.strictObject({
  spaceMapId: z.uuid(),
  /** Unset: the newest version that is ready. */
  versionId: z.uuid().optional(),
  /** Unset: the name of the map. */
  title: title.optional(),
  visibility: visibilitySchema.default('link'),
});
export type CreatePublicationBody = z.infer<typeof createPublicationBody>;

export const changePublicationBody = z
  .strictObject({ title: title.optional(), visibility: visibilitySchema.optional(), versionId: z.uuid().optional() })
  .refine((body) => Object.values(body).some((value) => value !== undefined), 'Name at least one thing to change');
export type ChangePublicationBody = z.infer<typeof changePublicationBody>;

export const publicationParams = z.object({ publicationId: z.uuid() });
export const publicationsFilterSchema = z.object({ spaceMapId: z.uuid().optional() });

/** A publication as its owner sees it. */
export const publicationSchema = z
  .object({
    /** Random: whoever has it may look, where the visibility is `link`. */
    id: z.uuid(),
    spaceMapId: z.uuid(),
    versionId: z.uuid(),
    /** Number of the version within its map. */
    versionNumber: z.number().int(),
    /** Earlier versions that a roll-back leads to, the next one first. */
    earlierVersionIds: z.array(z.uuid()),
    title: z.string(),
    visibility: visibilitySchema,
    /** `closed`: the map is gone, and the publication with it. */
    state: publicationStateSchema,
    /** Path of the page that visitors open. */
    path: z.string(),
    createdAt: z.iso.datetime(),
    changedAt: z.iso.datetime(),
  })
  .meta({ id: 'Publication' });
export type PublicationSettings = z.infer<typeof publicationSchema>;
