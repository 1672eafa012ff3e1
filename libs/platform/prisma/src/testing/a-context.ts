import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { testPostgres } from '@stead/testing/servers';
import type { Context } from '../context';
import { roleName } from '../roles';

export const ROLES_SECRET = 'a-secret-for-the-roles-of-one-spec-file';

/** A context that only its spec knows, in a folder of its own. */
export class AContext implements Context {
  /** Roles belong to the whole server, so that no two runs may use the same name. */
  readonly name = `spec_${randomBytes(4).toString('hex')}`;

  constructor(readonly folder: string = mkdtempSync(join(tmpdir(), 'stead-context-'))) {
    mkdirSync(folder, { recursive: true });
    this.schema('');
  }

  schema(models: string): this {
    const generator =
      'generator client {\n  provider = "prisma-client"\n  output = "./generated"\n  moduleFormat = "cjs"\n  importFileExtension = ""\n}\n';
    const datasource = `datasource db {\n  provider = "postgresql"\n  schemas = ["${this.name}"]\n}\n`;
    writeFileSync(join(this.folder, 'schema.prisma'), `${generator}${datasource}${models}`);
    return this;
  }

  migration(name: string, sql: string): this {
    mkdirSync(join(this.folder, 'migrations', name), { recursive: true });
    writeFileSync(join(this.folder, 'migrations', name, 'migration.sql'), sql);
    return this;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export interface EmptyDatabase {
  adminUrl: string;
  ask<T extends object>(sql: string): Promise<T[]>;
  drop(...contexts: readonly Context[]): Promise<void>;
}

/** A database with nothing in it; `drop` removes the contexts' roles as well. */
export async function emptyDatabase(): Promise<EmptyDatabase> {
  const server = await testPostgres();
  const name = `test_${randomBytes(6).toString('hex')}`;
  await ask(server, `CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  const adminUrl = url.toString();
  return {
    adminUrl,
    ask: (sql) => ask(adminUrl, sql),
    drop: async (...contexts) => {
      await ask(server, `DROP DATABASE ${name} WITH (FORCE)`);
      for (const context of contexts) {
        await ask(server, `DROP ROLE IF EXISTS ${roleName(context.name, 'api')}, ${roleName(context.name, 'worker')}`);
      }
    },
  };
}

async function ask<T extends object>(url: string, sql: string): Promise<T[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end();
  }
}
