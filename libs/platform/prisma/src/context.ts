import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

export interface Context {
  /** Name of the Postgres schema: `space_maps`. */
  name: string;
  /** Folder that holds `schema.prisma` and `migrations/`. */
  folder: string;
}

export interface Migration {
  name: string;
  sql: string;
}

/** Every context that has a schema in this folder; a context's Postgres schema is its folder's name with underscores. */
export function contextsIn(folder: string): Context[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, 'schema.prisma')))
    .map((entry) => ({ name: entry.name.replaceAll('-', '_'), folder: join(folder, entry.name) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** In the order in which they are applied. An empty folder is none: version control and builds leave such ones behind. */
export function readMigrations(folder: string): Migration[] {
  const base = resolve(folder, 'migrations');
  if (!existsSync(base)) return [];
  return readdirSync(base, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && readdirSync(join(base, entry.name)).length > 0)
    .map(({ name }) => ({ name, sql: readFileSync(join(base, name, 'migration.sql'), 'utf8') }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

export function readSchema(folder: string): string {
  return readFileSync(join(folder, 'schema.prisma'), 'utf8');
}

/** The shape that the schema engine takes them in. */
export function migrationsList(folder: string, migrations: readonly Migration[]) {
  return {
    baseDir: resolve(folder, 'migrations'),
    lockfile: { path: './migration_lock.toml', content: 'provider = "postgresql"\n' },
    shadowDbInitScript: '',
    migrationDirectories: migrations.map(({ name, sql }) => ({
      path: name,
      migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: sql } },
    })),
  };
}

/** The tables that `platform.install_messaging` makes: no model describes them. */
export function messagingTables(context: string): string[] {
  return ['outbox', 'effect', 'idempotency'].map((table) => `${context}.${table}`);
}
