import { z } from 'zod';
import { nameSchema } from './name';
import { roleSchema, scopeSchema } from './scopes';

const email = z.email().max(254);
const password = z.string().min(10, 'A password needs at least 10 characters').max(256);

/**
 * For pages of the platform's own origin: the refresh token goes into a cookie that no script can read, and is sent nowhere but to
 * where it is exchanged or ended.
 */
export const REFRESH_COOKIE = { name: 'stead-refresh', path: '/v1/sessions' } as const;
const cookie = z.boolean().default(false);
const refreshToken = z.string().max(200);

export const signUpBody = z.strictObject({
  email,
  password,
  name: nameSchema(100),
  workspaceName: nameSchema(100),
  /** The refresh token goes into a cookie instead of the answer. */
  cookie,
});
export const signInBody = z.strictObject({
  email,
  password: z.string().max(256),
  workspaceId: z.uuid().optional(),
  /** The refresh token goes into a cookie instead of the answer. */
  cookie,
});
export const refreshBody = z.strictObject({
  /** Without it the one in the cookie is exchanged, and so is where the new one goes. */
  refreshToken: refreshToken.optional(),
  /** From now on for this workspace; unset, for the one of before. */
  workspaceId: z.uuid().optional(),
});
export const endSessionBody = refreshBody.pick({ refreshToken: true });
export const switchWorkspaceBody = z.strictObject({ workspaceId: z.uuid() });
export const changePasswordBody = z.strictObject({
  currentPassword: z.string().max(256),
  newPassword: password,
  /** The refresh token goes into a cookie instead of the answer. */
  cookie,
});

export const tokensSchema = z
  .object({
    accessToken: z.string(),
    /** Seconds. */
    expiresIn: z.number().int(),
    /** Null where it went into a cookie. */
    refreshToken: z.string().nullable(),
    tokenType: z.literal('Bearer'),
  })
  .meta({ id: 'Tokens' });
export type TokensView = z.infer<typeof tokensSchema>;
/** As they are made, wherever the refresh token goes. */
export type Tokens = TokensView & { refreshToken: string };

export const workspaceSchema = z.object({ id: z.uuid(), name: z.string(), role: roleSchema }).meta({ id: 'Workspace' });
export type WorkspaceView = z.infer<typeof workspaceSchema>;
export const workspacesSchema = z.object({ items: z.array(workspaceSchema) });
export const meSchema = z.object({
  kind: z.enum(['user', 'api-key', 'system', 'anonymous']),
  id: z.string(),
  workspaceId: z.uuid().nullable(),
  scopes: z.array(z.string()),
  /** Whose sign-in it is; null for an API key. */
  account: z.object({ email: z.string(), name: z.string() }).nullable(),
});

export const createApiKeyBody = z.strictObject({
  name: nameSchema(100),
  scopes: z.array(scopeSchema).min(1),
  expiresAt: z.iso.datetime({ offset: true }).optional(),
});
export const rotateApiKeyBody = z.strictObject({
  /** How long the old key goes on working beside the new one. */
  overlapHours: z.number().int().min(0).max(168).default(24),
});
export const apiKeyParams = z.object({ keyId: z.uuid() });
export const apiKeySchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    /** The first characters, by which people tell keys apart. */
    start: z.string(),
    scopes: z.array(z.string()),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime().nullable(),
    revokedAt: z.iso.datetime().nullable(),
    lastUsedAt: z.iso.datetime().nullable(),
    replacedBy: z.uuid().nullable(),
  })
  .meta({ id: 'ApiKey' });
export type ApiKeyView = z.infer<typeof apiKeySchema>;
export const apiKeysSchema = z.object({ items: z.array(apiKeySchema) });
/** The only answer that ever holds the key itself. */
export const newApiKeySchema = apiKeySchema.extend({ apiKey: z.string() }).meta({ id: 'NewApiKey' });
