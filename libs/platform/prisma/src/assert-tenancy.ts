import type { Client } from 'pg';
import { roleName } from './roles';

/** The database would show or let somebody change another workspace's rows. Each offender is named with what is wrong. */
export class TenancyUnsafe extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`tenancy is not safe:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'TenancyUnsafe';
  }
}

/** Throws `TenancyUnsafe` unless every table, key, view and role of these schemas keeps workspaces apart. */
export async function assertTenancy(admin: Client, schemas: readonly string[]): Promise<void> {
  const roles = schemas.flatMap((schema) => [roleName(schema, 'api'), roleName(schema, 'worker')]);
  const apis = schemas.map((schema) => roleName(schema, 'api'));
  const problems: string[] = [];
  for (const { what, sql, subject } of CHECKS) {
    const { rows } = await admin.query<{ name: string }>(sql, [{ schemas, roles, apis }[subject]]);
    problems.push(...rows.map((row) => `${row.name}: ${what}`));
  }
  if (problems.length > 0) throw new TenancyUnsafe(problems);
}

interface Check {
  what: string;
  /** What `$1` is: the schemas, all run-time roles, or those that serve requests. */
  subject: 'schemas' | 'roles' | 'apis';
  sql: string;
}

const HAS_WORKSPACE = (relation: string): string =>
  `EXISTS (SELECT 1 FROM pg_attribute WHERE attrelid = ${relation} AND attname = 'workspace_id' AND NOT attisdropped)`;

const CHECKS: readonly Check[] = [
  {
    what: 'row-level security is not forced',
    subject: 'schemas',
    sql: `SELECT c.oid::regclass::text AS name FROM pg_class c
          WHERE c.relnamespace = ANY($1::regnamespace[]) AND c.relkind IN ('r', 'p') AND ${HAS_WORKSPACE('c.oid')}
            AND NOT (c.relrowsecurity AND c.relforcerowsecurity)`,
  },
  {
    what: 'no policy lets its api role in',
    subject: 'schemas',
    sql: `SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
          WHERE c.relnamespace = ANY($1::regnamespace[]) AND c.relkind IN ('r', 'p') AND ${HAS_WORKSPACE('c.oid')}
            AND NOT EXISTS (SELECT 1 FROM pg_policy p JOIN pg_roles r ON r.oid = ANY(p.polroles)
                            WHERE p.polrelid = c.oid AND r.rolname = 'stead_' || n.nspname || '_api')`,
  },
  {
    what: 'a policy for the api role does not ask for the current workspace',
    subject: 'apis',
    sql: `SELECT p.polrelid::regclass || ' (' || p.polname || ')' AS name FROM pg_policy p
          WHERE p.polpermissive AND (0::oid = ANY(p.polroles) OR p.polroles && $1::text[]::regrole[]::oid[])
            AND (coalesce(pg_get_expr(p.polqual, p.polrelid), 'current_workspace()') NOT LIKE '%current_workspace()%'
              OR coalesce(pg_get_expr(p.polwithcheck, p.polrelid), 'current_workspace()') NOT LIKE '%current_workspace()%')`,
  },
  {
    what: 'the foreign key does not name the workspace',
    subject: 'schemas',
    sql: `SELECT con.conrelid::regclass || '.' || con.conname AS name FROM pg_constraint con
          WHERE con.contype = 'f' AND con.connamespace = ANY($1::regnamespace[])
            AND ${HAS_WORKSPACE('con.conrelid')} AND ${HAS_WORKSPACE('con.confrelid')}
            AND NOT EXISTS (SELECT 1 FROM unnest(con.conkey) k
              JOIN pg_attribute a ON a.attrelid = con.conrelid AND a.attnum = k AND a.attname = 'workspace_id')`,
  },
  {
    what: 'the foreign key leaves its context',
    subject: 'schemas',
    sql: `SELECT con.conrelid::regclass || '.' || con.conname AS name FROM pg_constraint con
          JOIN pg_class target ON target.oid = con.confrelid
          WHERE con.contype = 'f' AND con.connamespace = ANY($1::regnamespace[]) AND target.relnamespace <> con.connamespace`,
  },
  {
    what: 'the view reads as its owner, past row-level security: add WITH (security_invoker = true)',
    subject: 'schemas',
    sql: `SELECT c.oid::regclass::text AS name FROM pg_class c
          WHERE c.relnamespace = ANY($1::regnamespace[]) AND c.relkind = 'v'
            AND NOT coalesce(c.reloptions::text[] && ARRAY['security_invoker=true', 'security_invoker=on'], false)`,
  },
  {
    what: 'the run-time role has powers that step around row-level security',
    subject: 'roles',
    sql: `SELECT rolname AS name FROM pg_roles WHERE rolname = ANY($1) AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb)`,
  },
  {
    what: 'the run-time role is a member of another role',
    subject: 'roles',
    sql: `SELECT DISTINCT r.rolname AS name FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member WHERE r.rolname = ANY($1)`,
  },
  {
    what: 'the run-time role owns something, and could change it',
    subject: 'roles',
    sql: `SELECT DISTINCT r.rolname AS name FROM pg_shdepend d JOIN pg_roles r ON r.oid = d.refobjid
          WHERE d.refclassid = 'pg_authid'::regclass AND d.deptype = 'o' AND r.rolname = ANY($1)
            AND d.dbid IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))`,
  },
];
