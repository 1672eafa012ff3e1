import { z } from 'zod';
import { nameSchema } from './name';
import { roleSchema, scopeSchema } from './scopes';

const email = z.email().max(254);
const password = z.string().min(10, 'A password needs at least 10 characters').max(256);

export const signUpBody = z.strictObject({
  email,
  password,
  name: nameSchema(100),
  workspaceName: nameSchema(100),
});
export const signInBody = z.strictObject({ email, password: z.string().max(256), workspaceId: z.uuid().optional() });
export const refreshBody = z.strictObject({ refreshToken: z.string().max(200) });
export const switchWorkspaceBody = z.strictObject({ workspaceId: z.uuid() });

export const tokensSchema = z
  .object({
    accessToken: z.string(),
    /** Seconds. */
    expiresIn: z.number().int(),
    refreshToken: z.string(),
    tokenType: z.literal('Bearer'),
  })
  .meta({ id: 'Tokens' });
export type Tokens = z.infer<typeof tokensSchema>;

export const workspaceSchema = z.object({ id: z.uuid(), name: z.string(), role: roleSchema }).meta({ id: 'Workspace' });
export type WorkspaceView = z.infer<typeof workspaceSchema>;
export const workspacesSchema = z.object({ items: z.array(workspaceSchema) });
export const meSchema = z.object({
  kind: z.enum(['user', 'api-key', 'system', 'anonymous']),
  id: z.string(),
  workspaceId: z.uuid().nullable(),
  scopes: z.array(z.string()),
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
