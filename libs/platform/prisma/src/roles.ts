import { createHmac } from 'node:crypto';
import { isTransient } from '@stead/platform/postgres';
import type { Client } from 'pg';

export type RoleKind = 'api' | 'worker';

const KINDS: readonly RoleKind[] = ['api', 'worker'];
const TRIES_MAX = 8;

/** `api` serves requests and sees one workspace at a time; `worker` is for schedulers, relays and reconcilers, and sees all. */
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
  for (const kind of KINDS) {
    const role = roleName(context, kind);
    const password = rolePassword(secret, role); // base64url: safe inside a literal
    const attributes = `LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD '${password}'`;
    await againAfterCollision(async () => {
      await admin.query(`${(await exists(admin, role)) ? 'ALTER' : 'CREATE'} ROLE ${role} ${attributes}`);
    });
  }
}

/** Migrations name the roles in policies, so these have to exist; who may log in as them is not decided here. */
export async function ensureRoleNames(admin: Client, context: string): Promise<void> {
  for (const kind of KINDS) {
    const role = roleName(context, kind);
    await againAfterCollision(async () => {
      if (!(await exists(admin, role))) await admin.query(`CREATE ROLE ${role} NOLOGIN`);
    });
  }
}

/**
 * What the roles may do with a context's tables, those of later migrations included. A request may announce something, but not
 * read or rewrite what was announced; leases belong to workers.
 */
export async function grantRoles(admin: Client, context: string): Promise<void> {
  const [api, worker] = [roleName(context, 'api'), roleName(context, 'worker')];
  await admin.query(`
    GRANT USAGE ON SCHEMA ${context} TO ${api}, ${worker};
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${context} TO ${api}, ${worker};
    GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA ${context} TO ${api}, ${worker};
    REVOKE ALL ON ${context}._prisma_migrations FROM ${api}, ${worker};
    GRANT SELECT, INSERT, UPDATE ON platform.lease TO ${worker};
  `);
  const { rows } = await admin.query<{ there: boolean }>('SELECT to_regclass($1) IS NOT NULL AS there', [`${context}.outbox`]);
  if (rows[0]?.there !== true) return;
  await admin.query(`
    REVOKE SELECT, UPDATE, DELETE ON ${context}.outbox FROM ${api};
    REVOKE UPDATE, DELETE ON ${context}.effect FROM ${api};
  `);
}

async function exists(admin: Client, role: string): Promise<boolean> {
  const { rowCount } = await admin.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [role]);
  return rowCount === 1;
}

/**
 * Roles belong to the whole server, the migration lock to one database: two databases that are migrated at once may write the
 * same role in the same moment, and one of them is told to try again.
 */
async function againAfterCollision(work: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await work();
      return;
    } catch (error) {
      if (attempt === TRIES_MAX || !(isTransient(error) || collided(error))) throw error;
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20 * attempt));
    }
  }
}

/** Duplicate key or object; "tuple concurrently updated" has no code of its own. */
function collided(error: unknown): boolean {
  if (!(typeof error === 'object' && error !== null && 'code' in error && 'message' in error)) return false;
  return error.code === '23505' || error.code === '42710' || /concurrently (updated|deleted)/.test(String(error.message));
}
