import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Client } from 'pg';
import { assertTenancy } from './assert-tenancy';
import { BOOTSTRAP_SQL } from './bootstrap';
import { migrationAdapter, openEngine } from './engine';
import { ensureRoles, grantRoles } from './roles';

export interface Context {
  /** Name of the Postgres schema: `space_maps`. */
  name: string;
  /** Folder that holds `schema.prisma` and `migrations/`. */
  folder: string;
}

export interface MigrateOptions {
  /** A role that may create roles and schemas; it owns everything and is never used at run time. */
  adminUrl: string;
  /** From which the run-time roles' passwords are made. */
  rolesSecret: string;
  contexts: readonly Context[];
}

export class MigrationFailed extends Error {
  constructor(context: string, cause: unknown) {
    super(`the migrations of ${context} failed: ${cause instanceof Error ? cause.message : JSON.stringify(cause)}`, { cause });
    this.name = 'MigrationFailed';
  }
}

/** Any number that nobody else locks. */
const LOCK = 7_263_541_902;

/** Brings every context's schema up to date. Safe to call from many processes at once; does nothing when all is applied. */
export async function migrate({ adminUrl, rolesSecret, contexts }: MigrateOptions): Promise<Record<string, string[]>> {
  const admin = new Client({ connectionString: adminUrl });
  await admin.connect();
  const applied: Record<string, string[]> = {};
  try {
    await admin.query('SELECT pg_advisory_lock($1)', [LOCK]);
    await admin.query(BOOTSTRAP_SQL);
    for (const context of contexts) {
      await ensureRoles(admin, rolesSecret, context.name);
      await admin.query(`CREATE SCHEMA IF NOT EXISTS ${context.name}`);
      applied[context.name] = await migrateContext(adminUrl, context, admin);
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
  const list = migrationsList(context.folder);
  if (await upToDate(admin, context.name, list)) return [];
  const adapter = migrationAdapter(adminUrl, context.name);
  const engine = await openEngine(adapter.factory, [
    ['schema.prisma', readFileSync(join(context.folder, 'schema.prisma'), 'utf8')],
  ]);
  try {
    const { appliedMigrationNames } = await engine.applyMigrations({
      migrationsList: list,
      filters: { externalTables: [], externalEnums: [] },
    });
    return appliedMigrationNames;
  } catch (error) {
    throw new MigrationFailed(context.name, error);
  } finally {
    engine.free();
    await adapter.close();
  }
}

/** Asks the table itself before the engine is loaded: a warm start should not pay for it. */
async function upToDate(admin: Client, schema: string, list: ReturnType<typeof migrationsList>): Promise<boolean> {
  const { rows: there } = await admin.query<{ there: boolean }>(`SELECT to_regclass($1) IS NOT NULL AS there`, [
    `${schema}._prisma_migrations`,
  ]);
  if (there[0]?.there !== true) return false;
  const { rows } = await admin.query<{ migration_name: string }>(
    `SELECT migration_name FROM ${schema}._prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL ORDER BY 1`,
  );
  const { rows: unfinished } = await admin.query(
    `SELECT 1 FROM ${schema}._prisma_migrations WHERE finished_at IS NULL AND rolled_back_at IS NULL`,
  );
  const names = list.migrationDirectories.map((directory) => directory.path);
  return unfinished.length === 0 && names.length === rows.length && names.every((name, i) => rows[i]?.migration_name === name);
}

function migrationsList(folder: string) {
  const baseDir = resolve(folder, 'migrations');
  const names = existsSync(baseDir)
    ? readdirSync(baseDir, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => entry.name)
        .sort()
    : [];
  return {
    baseDir,
    lockfile: { path: './migration_lock.toml', content: 'provider = "postgresql"\n' },
    shadowDbInitScript: '',
    migrationDirectories: names.map((path) => ({
      path,
      migrationFile: {
        path: 'migration.sql',
        content: { tag: 'ok', value: readFileSync(join(baseDir, path, 'migration.sql'), 'utf8') },
      },
    })),
  };
}
