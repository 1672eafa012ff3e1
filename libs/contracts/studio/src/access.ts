import { z } from 'zod';
import { pointSchema } from './geometry';

/**
 * Who may see what is published: nobody but by share links; whoever has the address; whoever knows the password too; everybody,
 * and it is listed; members of the workspace; whoever has paid.
 */
export const visibilitySchema = z.enum(['private', 'link', 'password', 'public', 'members', 'paid']);
export type Visibility = z.infer<typeof visibilitySchema>;

/** Of a place, not of a person: it is told to visitors, and short ones are guessed at ten times a quarter of an hour. */
export const accessPasswordSchema = z
  .string()
  .min(6, 'A password has at least 6 characters')
  .max(256, 'A password has at most 256 characters');

const SITES_MAX = 50;

/** An origin that may show the place in a frame, as in CSP: `https://example.com`, `https://*.example.com`, a port where it has one. */
export const siteSchema = z
  .string()
  .max(253)
  .refine(
    (site) =>
      /^https:\/\/(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]*[a-z][a-z0-9-]*(:\d{1,5})?$/i.test(site) ||
      /^http:\/\/(localhost|127\.0\.0\.1)(:\d{1,5})?$/i.test(site),
    'A site is https://example.com or https://*.example.com, without a path',
  );

/** Null: any site may. An empty list: none. */
export const embedSitesSchema = z.array(siteSchema).max(SITES_MAX, `At most ${SITES_MAX} sites`).nullable();

/** The part of a place with a price that is shown without one: a box in the frame of the map version. */
export const previewVolumeSchema = z
  .strictObject({ min: pointSchema, max: pointSchema })
  .refine(
    ({ min, max }) => min.every((value, axis) => value < (max[axis] ?? -Infinity)),
    'Each coordinate of min is below that of max',
  );
export type PreviewVolume = z.infer<typeof previewVolumeSchema>;
