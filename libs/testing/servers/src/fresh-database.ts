import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Client } from 'pg';
import { BOOTSTRAP_SQL, migrate, roleUrl, type Context } from '@stead/platform/prisma';
import { testPostgres } from './shared-servers';

/** The same in every run: on a server that is given, the roles of an earlier run are still there. */
const ROLES_SECRET = 'the-secret-of-test-roles-that-guard-nothing';
const ROOT = resolve(__dirname, '../../../..');
/** Any number that nobody else locks. */
const TEMPLATE_LOCK = 4_171_902;

export interface FreshDatabase {
  adminUrl: string;
  apiUrl(context: string): string;
  workerUrl(context: string): string;
  drop(): Promise<void>;
}

export interface FreshDatabaseOptions {
  contexts: readonly (string | Context)[];
  /** URL of a server's administrator, for who restarts servers; the one that all tests share by default. */
  server?: string;
}

/**
 * An empty database with the contexts' tables, for one spec file: cloned from a template that the first caller has migrated.
 * A context is a Postgres schema's name (`space_maps` lives in `prisma/space-maps`), or a name and a folder.
 */
export async function freshDatabase(options: FreshDatabaseOptions): Promise<FreshDatabase> {
  const adminUrl = options.server ?? (await testPostgres());
  const contexts = options.contexts.map((context) =>
    typeof context === 'string' ? { name: context, folder: join(ROOT, 'prisma', context.replaceAll('_', '-')) } : context,
  );
  const template = `template_${fingerprint(contexts)}`;
  const name = `test_${randomBytes(6).toString('hex')}`;
  await asAdmin(adminUrl, async (admin) => {
    // One lock for all: only one file makes a template, and cloning needs the template to have no connections.
    await admin.query('SELECT pg_advisory_lock($1)', [TEMPLATE_LOCK]);
    const { rowCount } = await admin.query('SELECT 1 FROM pg_database WHERE datname = $1', [template]);
    if (rowCount === 0) {
      await admin.query(`DROP DATABASE IF EXISTS ${template}_new WITH (FORCE)`); // of a run that was killed here
      await admin.query(`CREATE DATABASE ${template}_new`);
      await migrate({ adminUrl: databaseUrl(adminUrl, `${template}_new`), rolesSecret: ROLES_SECRET, contexts });
      await admin.query(`ALTER DATABASE ${template}_new RENAME TO ${template}`);
    }
    await admin.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
  });
  const url = databaseUrl(adminUrl, name);
  return {
    adminUrl: url,
    apiUrl: (context) => roleUrl(url, ROLES_SECRET, context, 'api'),
    workerUrl: (context) => roleUrl(url, ROLES_SECRET, context, 'worker'),
    drop: () => asAdmin(adminUrl, async (admin) => void (await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`))),
  };
}

/** Another template as soon as anything that makes one has changed. */
function fingerprint(contexts: readonly Context[]): string {
  const hash = createHash('sha256').update(BOOTSTRAP_SQL);
  for (const { name, folder } of contexts) {
    hash.update(`\n${name}\n`);
    const migrations = join(folder, 'migrations');
    const files = readdirSync(migrations, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.sql'));
    for (const file of files.sort()) hash.update(`${file}\n`).update(readFileSync(join(migrations, file)));
  }
  return hash.digest('hex').slice(0, 20);
}

async function asAdmin(url: string, work: (admin: Client) => Promise<void>): Promise<void> {
  const admin = new Client({ connectionString: url });
  await admin.connect();
  try {
    await work(admin);
  } finally {
    await admin.end();
  }
}

function databaseUrl(adminUrl: string, name: string): string {
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  return url.toString();
}
