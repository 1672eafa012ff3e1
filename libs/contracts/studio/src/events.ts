import { defineEvent } from '@stead/contracts/messaging';
import { z } from 'zod';
import { previewVolumeSchema, visibilitySchema } from './access';
import { storedContentsSchema } from './published-scene';

/** What consumers may see has changed. `revision` grows with each; an older one than already seen is dropped. */
export const publicationChanged = defineEvent({
  name: 'publication.changed',
  subscribers: ['viewing', 'notifications'],
  payload: z.object({
    publicationId: z.uuid(),
    revision: z.number().int(),
    state: z.enum(['published', 'unpublished']),
    visibility: visibilitySchema,
    title: z.string(),
    spaceMapId: z.uuid(),
    versionId: z.uuid(),
    bundlePrefix: z.string(),
    manifestSha256: z.string(),
    /** The scene that is shown over the version; null where there is none. */
    contents: storedContentsSchema.nullable().default(null),
    /** Origins that may show it in a frame; null: any. */
    embedSites: z.array(z.string()).nullable().default(null),
    preview: previewVolumeSchema.nullable().default(null),
    /** Whether visitors may look at the photos of the bundle. */
    photos: z.boolean().default(false),
  }),
});

/** Of its own, as nobody but viewing needs it: the other event is told to browsers too. Ordered by the publication's revision. */
export const publicationPasswordChanged = defineEvent({
  name: 'publication.password-changed',
  subscribers: ['viewing'],
  payload: z.object({
    publicationId: z.uuid(),
    revision: z.number().int(),
    /** argon2id, as a PHC string; null where there is no password any more. */
    passwordHash: z.string().nullable(),
  }),
});
