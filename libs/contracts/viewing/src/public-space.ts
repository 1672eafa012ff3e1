import { z } from 'zod';

export const publicationViewParams = z.object({ publicationId: z.uuid() });

/** A public publication in a list. */
export const publicSpaceSchema = z
  .object({
    id: z.uuid(),
    title: z.string(),
    /** Path of the page that visitors open. */
    path: z.string(),
    /** Below a signed prefix that is good for a quarter of an hour at least; null while the picture cannot be had. */
    posterUrl: z.string().nullable(),
    publishedAt: z.iso.datetime(),
  })
  .meta({ id: 'PublicSpace' });
export type PublicSpace = z.infer<typeof publicSpaceSchema>;
