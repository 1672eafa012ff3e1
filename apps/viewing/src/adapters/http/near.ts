import { z } from 'zod';
import { NEAR_RADIUS_M, nearFields } from '@stead/contracts/viewing';
import { platformError } from '@stead/platform/errors';
import { pageQuerySchema } from '@stead/platform/http';
import type { Near, NearPlace } from '../../application/ports';

export const publicSpacesQuery = pageQuerySchema.extend(nearFields).refine(
  ({ near, radiusM }) => near !== undefined || radiusM === undefined,
  { path: ['radiusM'], error: 'Say around which place: near=latitude,longitude' }, // prettier-ignore
);
export type PublicSpacesQuery = z.infer<typeof publicSpacesQuery>;

export function nearOf({ near, radiusM }: PublicSpacesQuery): Near | null {
  return near === undefined ? null : { centre: near, radiusM: radiusM ?? NEAR_RADIUS_M };
}

/** What a cursor says, and what it is read as. */
export function textOf({ distanceM, sortId }: NearPlace): string {
  return `${distanceM} ${sortId}`;
}

const placeSchema = z.tuple([z.string().regex(/^[\d.e-]+$/).pipe(z.coerce.number<string>().min(0)), z.uuid()]); // prettier-ignore

export function nearPlaceOf(cursor: string | undefined): NearPlace | null {
  if (cursor === undefined) return null;
  const result = placeSchema.safeParse(Buffer.from(cursor, 'base64url').toString('utf8').split(' '));
  if (!result.success) {
    throw platformError['invalid-request']('The cursor was not made by this API for a place', {
      errors: [{ pointer: '?cursor', detail: 'Use the `next` of the page before, unchanged' }],
    });
  }
  const [distanceM, sortId] = result.data;
  return { distanceM, sortId };
}
