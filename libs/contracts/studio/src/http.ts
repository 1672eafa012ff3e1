import { z } from 'zod';
import { accessPasswordSchema, embedSitesSchema, previewVolumeSchema, visibilitySchema } from './access';

export const publicationStateSchema = z.enum(['published', 'unpublished', 'closed']);
export type PublicationState = z.infer<typeof publicationStateSchema>;

const title = z.string().trim().min(1).max(200);

/** Who gets in, and from where. What is left out stays as it is. */
const access = {
  visibility: visibilitySchema.optional(),
  /** Asked for where the visibility is `password`. Null takes it away. */
  password: accessPasswordSchema.nullable().optional(),
  /** Sites that may show it in a frame; null: any. */
  embedSites: embedSitesSchema.optional(),
  /** Shown of a place with a price to whoever has not paid; null: nothing. */
  preview: previewVolumeSchema.nullable().optional(),
  /** Whether visitors may look at the photos that the place was made from, as they are covered. */
  photos: z.boolean().optional(),
};

const ONE_OF_BOTH = 'A scene has its own version: name the scene or the version';

export const createPublicationBody = z
  .strictObject({
    spaceMapId: z.uuid(),
    /** Unset: that of the scene, or the newest version that is ready. */
    versionId: z.uuid().optional(),
    /** Shown over the map, as it is at this moment. */
    sceneId: z.uuid().optional(),
    /** Unset: the name of the map. */
    title: title.optional(),
    ...access,
    visibility: visibilitySchema.default('link'),
  })
  .refine(({ versionId, sceneId }) => versionId === undefined || sceneId === undefined, {
    error: ONE_OF_BOTH,
    path: ['versionId'],
  });
export type CreatePublicationBody = z.infer<typeof createPublicationBody>;

export const changePublicationBody = z
  .strictObject({
    title: title.optional(),
    ...access,
    versionId: z.uuid().optional(),
    /** Shown from now on, as it is at this moment. */
    sceneId: z.uuid().optional(),
  })
  .refine((body) => Object.values(body).some((value) => value !== undefined), 'Name at least one thing to change')
  .refine(({ versionId, sceneId }) => versionId === undefined || sceneId === undefined, {
    error: ONE_OF_BOTH,
    path: ['versionId'],
  });
export type ChangePublicationBody = z.infer<typeof changePublicationBody>;

export const publicationParams = z.object({ publicationId: z.uuid() });
export const publicationsFilterSchema = z.object({
  spaceMapId: z.uuid().optional(),
  /** Only publications whose title contains this text, whatever the case. */
  title: z.string().trim().min(1).max(200).optional(),
});

/** A publication as its owner sees it. */
export const publicationSchema = z
  .object({
    /** Random: whoever has it may look, where the visibility is `link`. */
    id: z.uuid(),
    spaceMapId: z.uuid(),
    versionId: z.uuid(),
    /** Number of the version within its map. */
    versionNumber: z.number().int(),
    /** The scene that is shown, in the revision that it had when it was published; null where there is none. */
    scene: z.object({ id: z.uuid(), revision: z.number().int(), elements: z.number().int() }).nullable(),
    /** What was shown earlier, and a roll-back leads to, the next one first. */
    earlier: z.array(z.object({ versionId: z.uuid(), sceneRevision: z.number().int().nullable() })),
    title: z.string(),
    visibility: visibilitySchema,
    hasPassword: z.boolean(),
    embedSites: z.array(z.string()).nullable(),
    preview: previewVolumeSchema.nullable(),
    photos: z.boolean(),
    /** `closed`: the map is gone, and the publication with it. */
    state: publicationStateSchema,
    /** Path of the page that visitors open. */
    path: z.string(),
    createdAt: z.iso.datetime(),
    changedAt: z.iso.datetime(),
  })
  .meta({ id: 'Publication' });
export type PublicationSettings = z.infer<typeof publicationSchema>;
