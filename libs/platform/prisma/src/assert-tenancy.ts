import type { Client } from 'pg';

/** Throws, naming them, when a table with a workspace lacks forced row-level security or a foreign key leaves the workspace out. */
export async function assertTenancy(admin: Client, schemas: readonly string[]): Promise<void> {
  const { rows: open } = await admin.query<{ name: string }>(
    `SELECT c.oid::regclass::text AS name FROM pg_class c
       JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'workspace_id' AND NOT a.attisdropped
     WHERE c.relnamespace = ANY($1::regnamespace[]) AND c.relkind IN ('r', 'p')
       AND NOT (c.relrowsecurity AND c.relforcerowsecurity AND EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid))`,
    [schemas],
  );
  const { rows: loose } = await admin.query<{ name: string }>(
    `SELECT con.conrelid::regclass || '.' || con.conname AS name FROM pg_constraint con
     WHERE con.contype = 'f' AND con.connamespace = ANY($1::regnamespace[])
       AND EXISTS (SELECT 1 FROM pg_attribute WHERE attrelid = con.conrelid AND attname = 'workspace_id')
       AND EXISTS (SELECT 1 FROM pg_attribute WHERE attrelid = con.confrelid AND attname = 'workspace_id')
       AND NOT EXISTS (SELECT 1 FROM unnest(con.conkey) k
         JOIN pg_attribute a ON a.attrelid = con.conrelid AND a.attnum = k AND a.attname = 'workspace_id')`,
    [schemas],
  );
  const { rows: powers } = await admin.query<{ name: string }>(
    `SELECT rolname AS name FROM pg_roles WHERE rolname LIKE 'stead\\_%' AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb)`,
  );
  const list = (rows: { name: string }[]): string => rows.map((row) => row.name).join(', ');
  const problems = [
    ...(open.length > 0 ? [`without forced row-level security: ${list(open)}`] : []),
    ...(loose.length > 0 ? [`foreign keys that do not name the workspace: ${list(loose)}`] : []),
    ...(powers.length > 0 ? [`run-time roles with powers: ${list(powers)}`] : []),
  ];
  if (problems.length > 0) throw new Error(`tenancy is not safe: ${problems.join('; ')}`);
}
