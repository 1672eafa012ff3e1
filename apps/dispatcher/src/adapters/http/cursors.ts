import { platformError } from '@stead/platform/errors';
import { z } from 'zod';
import type { DeadLetterPlace, QueuePlace } from '../../application/office/ports';

/** Opaque to callers: where a page ended, as JSON. */
function decode<T>(cursor: string | undefined, schema: z.ZodType<T>): T | null {
  if (cursor === undefined) return null;
  try {
    return schema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  } catch (cause) {
    throw platformError['invalid-request']('The cursor was not made by this API', {
      errors: [{ pointer: '?cursor', detail: 'Use the `next` of the page before, unchanged' }],
      cause,
    });
  }
}

const moment = z.iso.datetime().transform((text) => new Date(text));
const queuePlace = z.object({ priority: z.number().int(), latestStart: moment, id: z.uuid() });
const deadLetterPlace = z.object({ finishedAt: moment, id: z.uuid() });
const number = z.string().regex(/^[0-9]{1,19}$/);
const path = z.string().min(1);

export const queuePlaceOf = (cursor: string | undefined): QueuePlace | null => decode(cursor, queuePlace);
export const deadLetterPlaceOf = (cursor: string | undefined): DeadLetterPlace | null => decode(cursor, deadLetterPlace);
export const numberOf = (cursor: string | undefined): string | null => decode(cursor, number);
export const pathOf = (cursor: string | undefined): string | null => decode(cursor, path);

/** A page out of `limit + 1` rows: the extra one only tells that there is more. */
export function pageBy<Item>(
  items: readonly Item[],
  limit: number,
  place: (item: Item) => unknown,
): { items: Item[]; next: string | null } {
  const shown = items.slice(0, limit);
  const last = shown.at(-1);
  const more = items.length > limit && last !== undefined;
  return { items: shown, next: more ? Buffer.from(JSON.stringify(place(last))).toString('base64url') : null };
}
