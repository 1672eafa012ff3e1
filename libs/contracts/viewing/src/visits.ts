import { z } from 'zod';
import { publicationViewSchema } from './publication-view';

/** Whoever has opened a publication sends what that gave them, so that reading it again is the same visit. */
export const VISIT_HEADER = 'stead-visit';

export const openVisitBody = z.strictObject({
  /** Id of a publication, or of a share link of one: the last segment of the page's address. */
  place: z.uuid(),
  /** Where one is asked for. */
  password: z.string().min(1).max(256).optional(),
});
export type OpenVisitBody = z.infer<typeof openVisitBody>;

export const visitSchema = z
  .object({
    /** For `stead-visit`; good for twelve hours, and no longer than whoever gave the access leaves it as it is. */
    visit: z.string(),
    publication: publicationViewSchema,
  })
  .meta({ id: 'Visit' });
export type OpenedVisit = z.infer<typeof visitSchema>;
