import { defineEvent } from '@stead/contracts/messaging';
import { z } from 'zod';
import { storedContentsSchema } from './published-scene';

export const visibilitySchema = z.enum(['link', 'public']);
export type Visibility = z.infer<typeof visibilitySchema>;

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
  }),
});
