import { z } from 'zod';

export const roleSchema = z.enum(['owner', 'admin', 'editor', 'viewer', 'billing']);
export type Role = z.infer<typeof roleSchema>;

/** Everything that credentials can be allowed to do, as `resource:action`. */
export const SCOPES = [
  'workspace:read',
  'workspace:write',
  'members:write',
  'api-keys:read',
  'api-keys:write',
  'captures:read',
  'captures:write',
  'space-maps:read',
  'space-maps:write',
  'runs:read',
  'runs:write',
  'publications:read',
  'publications:write',
  'privacy:read',
  'privacy:write',
  'webhooks:read',
  'webhooks:write',
  'clusters:read',
] as const;

/**
 * What operators of the platform may do, in every workspace at once. No role holds any of these: an account has them by being
 * an operator, and an API key by having been made by one.
 */
export const PLATFORM_SCOPES = [
  'platform:clusters:read',
  'platform:clusters:write',
  'platform:queue:read',
  'platform:queue:write',
  'platform:rules:read',
  'platform:rules:write',
  'platform:budgets:read',
  'platform:budgets:write',
  'platform:audit:read',
  'platform:workspaces:read',
] as const;
export const scopeSchema = z.enum([...SCOPES, ...PLATFORM_SCOPES]);
export type Scope = z.infer<typeof scopeSchema>;

export function isPlatformScope(scope: string): boolean {
  return (PLATFORM_SCOPES as readonly string[]).includes(scope);
}

/**
 * Of these even reading is not for everybody: an address of a webhook often is a secret itself, and a review shows people whom
 * nobody else gets to see.
 */
const GUARDED: readonly Scope[] = ['api-keys:read', 'webhooks:read', 'privacy:read'];
const READ = SCOPES.filter((scope) => scope.endsWith(':read') && !GUARDED.includes(scope));
const EDIT: readonly Scope[] = [
  'captures:write',
  'space-maps:write',
  'runs:write',
  'publications:write',
  'privacy:read',
  'privacy:write',
];

/** What each role of a member allows; an API key never has more than its maker had. */
export const ROLE_SCOPES: Record<Role, readonly Scope[]> = {
  owner: SCOPES,
  admin: SCOPES,
  editor: [...READ, ...EDIT],
  viewer: READ,
  billing: ['workspace:read'],
};
