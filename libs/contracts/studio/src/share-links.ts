import { defineEvent } from '@stead/contracts/messaging';
import { z } from 'zod';
import { accessPasswordSchema } from './access';
import { plainText } from './text';

/** Of one publication, those that are not revoked. */
export const SHARE_LINKS_MAX = 50;

export const shareLinkStateSchema = z.enum(['active', 'revoked']);
export type ShareLinkState = z.infer<typeof shareLinkStateSchema>;

const name = plainText(200);
const viewsMax = z.number().int().min(1).max(1_000_000);

export const createShareLinkBody = z.strictObject({
  /** For whom it is: the owner sees it, visitors do not. */
  name: name.default(''),
  password: accessPasswordSchema.optional(),
  /** From then on nobody gets in, and who is in is asked to leave. */
  expiresAt: z.iso.datetime().optional(),
  /** Visits that it opens; reading on during a visit does not count. */
  viewsMax: viewsMax.optional(),
  /** Whether visitors may download the points. */
  download: z.boolean().default(false),
});
export type CreateShareLinkBody = z.infer<typeof createShareLinkBody>;

export const changeShareLinkBody = z
  .strictObject({
    name: name.optional(),
    /** Null takes it away. */
    password: accessPasswordSchema.nullable().optional(),
    expiresAt: z.iso.datetime().nullable().optional(),
    viewsMax: viewsMax.nullable().optional(),
    download: z.boolean().optional(),
  })
  .refine((body) => Object.values(body).some((value) => value !== undefined), 'Name at least one thing to change');
export type ChangeShareLinkBody = z.infer<typeof changeShareLinkBody>;

export const shareLinkParams = z.object({ publicationId: z.uuid(), linkId: z.uuid() });

export const shareLinkSchema = z
  .object({
    /** Random: whoever has it gets in, with the password where there is one. */
    id: z.uuid(),
    publicationId: z.uuid(),
    name: z.string(),
    state: shareLinkStateSchema,
    hasPassword: z.boolean(),
    expiresAt: z.iso.datetime().nullable(),
    viewsMax: z.number().int().nullable(),
    download: z.boolean(),
    /** Path of the page that visitors open. */
    path: z.string(),
    createdAt: z.iso.datetime(),
    changedAt: z.iso.datetime(),
  })
  .meta({ id: 'ShareLink' });
export type ShareLinkView = z.infer<typeof shareLinkSchema>;

/** `revision` grows with each change; an older one than already seen is dropped. */
export const shareLinkChanged = defineEvent({
  name: 'share-link.changed',
  subscribers: ['viewing'],
  payload: z.object({
    linkId: z.uuid(),
    publicationId: z.uuid(),
    revision: z.number().int(),
    state: shareLinkStateSchema,
    /** argon2id, as a PHC string. */
    passwordHash: z.string().nullable(),
    expiresAt: z.iso.datetime().nullable(),
    viewsMax: z.number().int().nullable(),
    download: z.boolean(),
  }),
});
