import { z } from 'zod';

/** Languages that content can have. Screens fall back to the other one. */
export const LOCALES = ['ko', 'en'] as const;
export type Locale = (typeof LOCALES)[number];

/** Marks that make text read otherwise than it is written (UAX #9, explicit directional formatting and isolates). */
const DIRECTION = /[\u202a-\u202e\u2066-\u2069]/;
/** All control characters but tab, line feed and carriage return. */
const CONTROL = /[^\P{Cc}\t\n\r]/u;

/** Text of people, as it is shown: no marks that hide what it says. */
export function plainText(charsMax: number): z.ZodString {
  return z
    .string()
    .trim()
    .max(charsMax, `Shorten it to ${charsMax} characters`)
    .refine((text) => !DIRECTION.test(text), 'Remove the characters that override the direction of text')
    .refine((text) => !CONTROL.test(text), 'Remove the control characters');
}

const ADDRESS_CHARS_MAX = 2_000;

/** An address that a visitor's browser may be sent to. */
export const linkSchema = z
  .url({ protocol: /^(https?|mailto|tel)$/, error: 'A link begins with https://, http://, mailto: or tel:' })
  .max(ADDRESS_CHARS_MAX)
  .refine((url) => !DIRECTION.test(url) && !/[\s\p{Cc}]/u.test(url), 'An address has no spaces and no control characters');

export const websiteSchema = linkSchema.refine((url) => /^https?:/i.test(url), 'A website begins with https:// or http://');

/** The same thing said in one language or both. */
export function localised<T extends z.ZodType>(text: T) {
  return z
    .strictObject({ ko: text.optional(), en: text.optional() })
    .refine((texts) => Object.values(texts).some((one) => one !== undefined), 'Say it in ko or en');
}

/**
 * HTML of a few elements. Its length is bounded here; studio keeps nothing of it that is not allowed, and refuses what could run:
 * scripts, event handlers, addresses that are no links.
 */
export const richText = plainText(20_000);
