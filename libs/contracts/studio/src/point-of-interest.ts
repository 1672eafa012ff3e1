import { z } from 'zod';
import { plainText, websiteSchema } from './text';

/** What a hotspot is, where it is a point of interest. */
export const POINT_OF_INTEREST_CATEGORIES = [
  ...([
    'exhibit',
    'artwork',
    'room',
    'entrance',
    'exit',
    'reception',
    'toilet',
    'accessible-toilet',
    'lift',
    'stairs',
    'ramp',
  ] as const),
  ...(['cafe', 'restaurant', 'shop', 'cloakroom', 'parking', 'first-aid', 'emergency', 'machine', 'other'] as const),
] as const;

const WEEKDAYS = ['mo', 'tu', 'we', 'th', 'fr', 'sa', 'su'] as const;
const time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'A time is HH:MM, from 00:00 to 24:00');

const intervals = z
  .array(
    z
      .strictObject({ from: time, to: time })
      .refine(({ from, to }) => from < to, 'It closes after it opens; what goes past midnight is two entries'),
  )
  .max(6)
  .refine(
    (list) => list.every(({ from }, at) => at === 0 || (list[at - 1]?.to ?? '') <= from),
    'Put the times in order, without overlaps',
  );

/** When something is open, in the place's own time; a weekday that is left out is closed. */
export const openingHoursSchema = z.strictObject({
  /** IANA name of the place's time zone. */
  timeZone: z.string().max(64).refine(isTimeZone, 'Name a time zone such as Asia/Seoul'),
  weekly: z.partialRecord(z.enum(WEEKDAYS), intervals),
  /** Days that differ from their weekday; an empty list is a closed day. */
  exceptions: z
    .array(z.strictObject({ date: z.iso.date(), open: intervals }))
    .max(100)
    .default([]),
});
export type OpeningHours = z.infer<typeof openingHoursSchema>;

export const contactSchema = z
  .strictObject({
    phone: z
      .string()
      .regex(/^\+?[0-9 ()./-]{3,32}$/, 'A telephone number has digits, spaces and + ( ) . / -')
      .optional(),
    email: z.email().max(254).optional(),
    website: websiteSchema.optional(),
    address: plainText(500).optional(),
  })
  .refine((contact) => Object.values(contact).some((value) => value !== undefined), 'Name at least one way to get in touch');

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
