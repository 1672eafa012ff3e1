import { createHash } from 'node:crypto';
import { Client } from 'pg';
import { assertTenancy } from './assert-tenancy';
import { BOOTSTRAP_SQL } from './bootstrap';
import { migrationsList, readMigrations, readSchema, type Context, type Migration } from './context';
import { openEngine } from './engine';
import { migrationAdapter, type MigrationAdapter } from './migration-adapter';
import { ensureRoles, grantRoles } from './roles';

export interface MigrateOptions {
  /** A role that may create roles and schemas; it owns everything and is never used at run time. */
  adminUrl: string;
  /** From which the run-time roles' passwords are made. */
  rolesSecret: string;
  contexts: readonly Context[];
}

/** A context's database was left as it was before the migration that failed. */
export class MigrationFailed extends Error {
  constructor(
    readonly context: string,
    cause: unknown,
  ) {
    super(`the migrations of ${context} failed: ${reason(cause)}`, { cause });
    this.name = 'MigrationFailed';
  }
}

/** Any number that nobody else locks. */
const LOCK = 7_263_541_902;

/**
 * Brings every context's schema up to date, under a lock: safe to call from many processes at once, and quick when all is
 * applied. Roles first (policies name them), then the helpers, then the migrations, then what the roles may do, then the proof
 * that no table is open to another tenant. Answers with the names of the migrations that it has applied.
 */
export async function migrate({ adminUrl, rolesSecret, contexts }: MigrateOptions): Promise<Record<string, string[]>> {
  const admin = new Client({ connectionString: adminUrl, application_name: 'stead-migrate' });
  await admin.connect();
  const applied: Record<string, string[]> = {};
  try {
    await admin.query('SELECT pg_advisory_lock($1)', [LOCK]);
    await admin.query(BOOTSTRAP_SQL);
    for (const context of contexts) {
      await ensureRoles(admin, rolesSecret, context.name);
      await admin.query(`CREATE SCHEMA IF NOT EXISTS ${context.name}`);
      applied[context.name] = await migrateContext(adminUrl, context, admin);
      await refreshMessaging(admin, context.name);
      await grantRoles(admin, context.name);
    }
    await assertTenancy(
      admin,
      contexts.map((context) => context.name),
    );
  } finally {
    await admin.end(); // gives the lock back
  }
  return applied;
}

async function migrateContext(adminUrl: string, context: Context, admin: Client): Promise<string[]> {
  const migrations = readMigrations(context.folder);
  if (await upToDate(admin, context.name, migrations)) return [];
  const adapter = migrationAdapter(adminUrl, context.name);
  const engine = await openEngine(adapter.factory, [['schema.prisma', readSchema(context.folder)]]);
  try {
    const { appliedMigrationNames } = await engine.applyMigrations({
      migrationsList: migrationsList(context.folder, migrations),
      filters: { externalTables: [], externalEnums: [] },
    });
    return appliedMigrationNames;
  } catch (error) {
    throw new MigrationFailed(context.name, await failure(admin, context.name, adapter, error));
  } finally {
    engine.free();
    await adapter.close();
  }
}

/**
 * Asks the table itself before the engine is loaded: a warm start should not pay for it. A migration that was edited after it
 * had been applied is refused: this database and a fresh one would differ from then on.
 */
async function upToDate(admin: Client, schema: string, migrations: readonly Migration[]): Promise<boolean> {
  if (!(await exists(admin, `${schema}._prisma_migrations`))) return false;
  const { rows } = await admin.query<{ name: string; checksum: string; finished: boolean }>(
    `SELECT migration_name AS name, checksum, finished_at IS NOT NULL AS finished FROM ${schema}._prisma_migrations
     WHERE rolled_back_at IS NULL`,
  );
  if (rows.some((row) => !row.finished)) return false; // the engine says which one failed, and how
  const checksums = new Map(rows.map((row) => [row.name, row.checksum]));
  for (const { name, sql } of migrations) {
    const checksum = checksums.get(name);
    if (checksum !== undefined && checksum !== createHash('sha256').update(sql).digest('hex')) {
      throw new MigrationFailed(schema, `${name} was changed after it had been applied; undo that and write another one`);
    }
  }
  return migrations.every(({ name }) => checksums.has(name));
}

/** The file and line with Postgres's own words where there are some, else what the engine says, without its stack. */
async function failure(admin: Client, schema: string, adapter: MigrationAdapter, error: unknown): Promise<string> {
  const { rows } = await admin.query<{ name: string }>(
    `SELECT migration_name AS name FROM ${schema}._prisma_migrations WHERE finished_at IS NULL AND rolled_back_at IS NULL`,
  );
  const name = rows[0]?.name ?? 'before any file';
  const { scriptError } = adapter;
  if (scriptError !== null) {
    const where = scriptError.line === null ? name : `${name}, line ${scriptError.line}`;
    return `${where}: ${scriptError.message}. Nothing of this file was applied.`;
  }
  const words = reason(error).split(/\n\s+0: /)[0] ?? '';
  if (rows.length === 0) return words;
  return `${name} failed in an earlier deployment. Mend it, then: DELETE FROM ${schema}._prisma_migrations WHERE migration_name = '${name}'. (${words})`;
}

async function refreshMessaging(admin: Client, context: string): Promise<void> {
  if (await exists(admin, `${context}.outbox`)) await admin.query('CALL platform.install_messaging($1)', [context]);
}

async function exists(admin: Client, table: string): Promise<boolean> {
  const { rows } = await admin.query<{ there: boolean }>('SELECT to_regclass($1) IS NOT NULL AS there', [table]);
  return rows[0]?.there === true;
}

function reason(cause: unknown): string {
  if (typeof cause === 'string') return cause;
  return typeof cause === 'object' && cause !== null && 'message' in cause ? String(cause.message) : JSON.stringify(cause);
}
