import type { z } from 'zod';
import { publicationViewSchema } from './publication-view';

/**
 * What whoever edits a map version needs to see it, published or not. The addresses are below one signed prefix that is good until
 * `expiresAt` and for as long as the map is there; asking again gives a new one.
 */
export const mapVersionViewSchema = publicationViewSchema
  .pick({
    versionId: true,
    posterUrl: true,
    tilesetUrl: true,
    planUrl: true,
    camerasUrl: true,
    expiresAt: true,
    start: true,
    bounds: true,
    units: true,
    quality: true,
  })
  .meta({ id: 'MapVersionView' });
export type MapVersionView = z.infer<typeof mapVersionViewSchema>;
