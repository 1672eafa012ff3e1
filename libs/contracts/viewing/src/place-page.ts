import { z } from 'zod';

/** Of a publication, or of a share link of one. */
export const placeParams = z.object({ placeId: z.uuid() });

/** What the gateway has to know of a place before it sends its page. */
export const placePageSchema = z.object({
  /** Origins that may show it in a frame; null: any. Of what is not there: none. */
  embedSites: z.array(z.string()).nullable(),
  /** What other sites may tell of it when somebody pastes its address; null where a stranger does not get in. */
  card: z.object({ title: z.string(), imagePath: z.string() }).nullable(),
  /** It is public: search engines may list it. */
  listed: z.boolean(),
});
export type PlacePage = z.infer<typeof placePageSchema>;
