import { gradeSchema } from '@stead/contracts/pipeline';
import { visibilitySchema } from '@stead/contracts/studio';
import { z } from 'zod';

const vec3 = z.tuple([z.number(), z.number(), z.number()]);

/**
 * What a consumer's page needs to show a publication. The addresses are below one signed prefix that is good until
 * `expiresAt`; reading the publication again gives a new one, and what follows the prefix stays the same.
 */
export const publicationViewSchema = z
  .object({
    id: z.uuid(),
    title: z.string(),
    visibility: visibilitySchema,
    /** Another one than before: what is loaded belongs to a version that is no longer shown. */
    versionId: z.uuid(),
    posterUrl: z.string(),
    tilesetUrl: z.string(),
    planUrl: z.string().nullable(),
    camerasUrl: z.string().nullable(),
    /** Whether the photos that the file of the cameras names can be had, below the same prefix. */
    photos: z.boolean(),
    /** Gaussian splats beside the points: a file, where it lies in the map (4 × 4, column by column), and how many; null without any. */
    splat: z.object({ url: z.string(), matrix: z.array(z.number()).length(16), count: z.number().int().positive() }).nullable(),
    /** `preview`: a part of a place that has a price; the rest is not sent. */
    access: z.enum(['full', 'preview']),
    /** A `PublishedScene`: what hangs in the place; null where nothing does. */
    sceneUrl: z.string().nullable(),
    /** All of it as one ZIP; null where whoever shared it does not allow that. */
    downloadUrl: z.string().nullable(),
    expiresAt: z.iso.datetime(),
    /** Where a visitor starts, and looks. The frame is right-handed, z up. */
    start: z.object({ position: vec3, target: vec3 }),
    bounds: z.object({ min: vec3, max: vec3 }),
    units: z.enum(['metre', 'arbitrary']),
    /** Photo figures are null for point clouds. */
    quality: z.object({
      grade: gradeSchema,
      points: z.number().int(),
      images: z.number().int().nullable(),
      registered: z.number().int().nullable(),
    }),
    /** How the map came about. */
    attribution: z.object({ builtAt: z.iso.datetime(), pipeline: z.string() }),
  })
  .meta({ id: 'PublicationView' });
export type PublicationView = z.infer<typeof publicationViewSchema>;

/** Path of the tileset below the signed prefix. */
export const TILESET_PATH = 'tiles/tileset.json';
