import { z } from 'zod';

/** What people call things: one line of text. A database takes no NUL, and a log or a file name no other control character. */
export function nameSchema(lengthMax: number): z.ZodString {
  return z
    .string()
    .trim()
    .min(1, 'Give it a name')
    .max(lengthMax)
    .regex(/^[^\p{Cc}]*$/u, 'No control characters');
}
