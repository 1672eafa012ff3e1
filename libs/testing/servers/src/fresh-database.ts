import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { Client } from 'pg';
import { migrate, roleUrl } from '@stead/platform/prisma';
import { sharedServers } from './shared-servers';

const ROLES_SECRET = 'the-secret-of-test-roles-that-guard-nothing';
const ROOT = resolve(__dirname, '../../../..');

export interface FreshDatabase {
  adminUrl: string;
  apiUrl(context: string): string;
  workerUrl(context: string): string;
  drop(): Promise<void>;
}

/**
 * An empty database with the contexts' tables, for one spec file: cloned from a template that the first caller of the run
 * has migrated. `contexts` are Postgres schema names; `space_maps` lives in `prisma/space-maps`.
 */
export async function freshDatabase({ contexts }: { contexts: readonly string[] }): Promise<FreshDatabase> {
  const { adminUrl } = sharedServers();
  const template = `template_${[...contexts].sort().join('_')}`.slice(0, 60);
  const name = `test_${randomBytes(6).toString('hex')}`;
  const admin = new Client({ connectionString: adminUrl });
  await admin.connect();
  try {
    // One lock for the run: only one file makes a template, and cloning needs the template to have no connections.
    await admin.query('SELECT pg_advisory_lock(41)');
    const { rowCount } = await admin.query('SELECT 1 FROM pg_database WHERE datname = $1', [template]);
    if (rowCount === 0) {
      await admin.query(`CREATE DATABASE ${template}_new`);
      await migrate({
        adminUrl: databaseUrl(adminUrl, `${template}_new`),
        rolesSecret: ROLES_SECRET,
        contexts: contexts.map((context) => ({ name: context, folder: resolve(ROOT, 'prisma', context.replaceAll('_', '-')) })),
      });
      await admin.query(`ALTER DATABASE ${template}_new RENAME TO ${template}`);
    }
    await admin.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
  } finally {
    await admin.end();
  }
  const url = databaseUrl(adminUrl, name);
  return {
    adminUrl: url,
    apiUrl: (context) => roleUrl(url, ROLES_SECRET, context, 'api'),
    workerUrl: (context) => roleUrl(url, ROLES_SECRET, context, 'worker'),
    drop: async () => {
      const dropper = new Client({ connectionString: adminUrl });
      await dropper.connect();
      await dropper.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      await dropper.end();
    },
  };
}

function databaseUrl(adminUrl: string, name: string): string {
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  return url.toString();
}
