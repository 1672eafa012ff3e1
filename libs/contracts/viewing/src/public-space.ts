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
    /** Where a visitor starts, in degrees (WGS 84); null while that is not known, and where the map is not on the earth. */
    position: z.object({ latitude: z.number(), longitude: z.number() }).nullable(),
    /** Along a great circle from where was asked; null where nobody asked. */
    distanceM: z.number().int().nullable(),
  })
  .meta({ id: 'PublicSpace' });
export type PublicSpace = z.infer<typeof publicSpaceSchema>;

export const NEAR_RADIUS_M = 5_000;
export const NEAR_RADIUS_M_MAX = 100_000;
const AS_DEGREES = 'Give latitude and longitude in degrees, like 37.5665,126.978';
const PAIR = /^(-?\d{1,2}(?:\.\d{1,15})?),(-?\d{1,3}(?:\.\d{1,15})?)$/;

/** Of a query for what is around a place: the nearest come first. */
export const nearFields = {
  /** `latitude,longitude` in degrees, WGS 84. */
  near: z
    .string()
    .regex(PAIR, AS_DEGREES)
    .transform((text) => {
      const [latitude = NaN, longitude = NaN] = text.split(',').map(Number);
      return { latitude, longitude };
    })
    .refine(({ latitude, longitude }) => Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180, AS_DEGREES)
    .optional(),
  /** 5,000 where it is not said. */
  radiusM: z.coerce.number().min(1).max(NEAR_RADIUS_M_MAX).optional(),
};
