import { createHmac } from 'node:crypto';
import type { Client } from 'pg';

export type RoleKind = 'api' | 'worker';

export function roleName(context: string, kind: RoleKind): string {
  return `stead_${context}_${kind}`;
}

/** Each role's password comes from one secret, so that only that has to be kept; who knows one role's cannot make another's. */
export function rolePassword(secret: string, role: string): string {
  return createHmac('sha256', secret).update(`postgres role ${role}`).digest('base64url');
}

/** The address that a context's service connects to. */
export function roleUrl(adminUrl: string, secret: string, context: string, kind: RoleKind): string {
  const url = new URL(adminUrl);
  const role = roleName(context, kind);
  url.username = role;
  url.password = rolePassword(secret, role);
  return url.toString();
}

/** Makes or updates the two run-time roles of a context: they may log in, own nothing and cannot step around row-level security. */
export async function ensureRoles(admin: Client, secret: string, context: string): Promise<void> {
  for (const kind of ['api', 'worker'] as const) {
    const role = roleName(context, kind);
    const { rowCount } = await admin.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [role]);
    const password = rolePassword(secret, role); // base64url: safe inside a literal
    const attributes = `LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD '${password}'`;
    await admin.query(`${rowCount === 0 ? 'CREATE' : 'ALTER'} ROLE ${role} ${attributes}`);
  }
}

/** What the roles may do with a context's tables, those of later migrations included. */
export async function grantRoles(admin: Client, context: string): Promise<void> {
  const roles = `${roleName(context, 'api')}, ${roleName(context, 'worker')}`;
  await admin.query(`
    GRANT USAGE ON SCHEMA ${context} TO ${roles};
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${context} TO ${roles};
    GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA ${context} TO ${roles};
    REVOKE ALL ON ${context}._prisma_migrations FROM ${roles};
  `);
}
