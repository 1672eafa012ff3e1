import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { startEmbeddedPostgres, type EmbeddedServer } from '@stead/platform/embedded';
import { S3ObjectStore } from '@stead/platform/object-store';
import { roleUrl, type RoleKind } from '@stead/platform/prisma';
import { Client } from 'pg';
import { loadConfig } from './config';

const APPS = resolve(__dirname, '../..');
const ROLES_SECRET = 'a-secret-for-the-roles-of-this-spec-file';
const [MINE, THEIRS] = ['0190a000-0000-7000-8000-000000000001', '0190a000-0000-7000-8000-000000000002'];
const ORIGIN = 'http://127.0.0.1:8080';

/** A server of its own: roles belong to the whole server, and their passwords to whoever has migrated last. */
describe('a deployment', () => {
  let folder: string;
  let postgres: EmbeddedServer;
  let store: ReturnType<typeof program>;
  let env: Record<string, string>;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'stead-migrate-'));
    chmodSync(folder, 0o755); // Postgres's own user has to pass through it
    postgres = await startEmbeddedPostgres({ folder: join(folder, 'postgres'), durable: false });
    const [S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY] = ['migrate', 'a secret of the migrate tests'];
    store = program('local-store/src/main.ts', {
      STORE_FOLDER: join(folder, 'objects'),
      STORE_PORT: '0',
      STORE_ACCESS_KEY_ID: S3_ACCESS_KEY_ID,
      STORE_SECRET_ACCESS_KEY: S3_SECRET_ACCESS_KEY,
      STORE_CORS_ORIGINS: ORIGIN,
    });
    const secret = join(folder, 'roles-secret');
    writeFileSync(secret, `${ROLES_SECRET}\n`);
    env = {
      DATABASE_URL: postgres.url,
      ROLES_SECRET_FILE: secret,
      S3_ENDPOINT: await listening(store),
      S3_BUCKET: 'stead-migrate',
      S3_ACCESS_KEY_ID,
      S3_SECRET_ACCESS_KEY,
      S3_CORS_ORIGINS: ORIGIN,
    };
  });
  afterAll(async () => {
    const gone = once(store, 'exit');
    store.kill('SIGTERM');
    await Promise.all([gone, postgres.stop()]);
    rmSync(folder, { recursive: true, force: true });
  });

  it('makes all tables and the bucket, and finds nothing to do the second time', async () => {
    const first = await migrated(env);
    expect(first.problem).toBe('');
    expect(first.applied).toEqual(migrationsOfTheRepository());
    expect(await s3()).toBe('writable');
    const second = await migrated(env);
    expect(second.problem).toBe('');
    expect(second.applied).toEqual(Object.fromEntries(Object.keys(first.applied).map((context) => [context, []])));
  });

  it('lets a service read its own schema, one workspace at a time', async () => {
    await as('studio', 'worker', async (worker) => {
      for (const workspace of [MINE, THEIRS]) await worker.query(...mapVersionOf(workspace));
    });
    await as('studio', 'api', async (api) => {
      expect((await api.query('SELECT * FROM studio.map_version')).rowCount).toBe(0);
      await api.query('BEGIN');
      await api.query(`SELECT set_config('app.workspace', $1, true)`, [MINE]);
      const { rows } = await api.query('SELECT workspace_id FROM studio.map_version');
      expect(rows).toEqual([{ workspace_id: MINE }]);
      await expect(api.query(...mapVersionOf(THEIRS))).rejects.toThrow('row-level security');
    });
  });

  it.each(['api', 'worker'] as const)('keeps the %s of a service out of the schemas of others', async (kind) => {
    await as('studio', kind, async (client) => {
      await expect(client.query('SELECT * FROM viewing.outbox')).rejects.toThrow('permission denied for schema viewing');
      await expect(client.query('CREATE TABLE studio.own (n int)')).rejects.toThrow('permission denied for schema studio');
    });
  });

  it('changes the passwords of the services when their secret changes', async () => {
    const { ROLES_SECRET_FILE: _kept, ...others } = env;
    const changed = `${ROLES_SECRET}-changed`;
    expect((await migrated({ ...others, ROLES_SECRET: changed })).problem).toBe('');
    await expect(as('studio', 'api', async () => undefined)).rejects.toThrow('password authentication failed');
    await as('studio', 'api', async (api) => void (await api.query('SELECT 1')), changed);
  });

  it('names the origin that the object store lets nobody in from, and ends with 1', async () => {
    const { code, problem } = await migrated({ ...env, S3_CORS_ORIGINS: 'https://other.example' });
    expect([code, problem]).toEqual([1, expect.stringContaining('lets no page of https://other.example upload')]);
  });

  it('names every variable that is missing or wrong at once', async () => {
    const { code, problem } = await migrated({ S3_CORS_ORIGINS: 'https://stead.example/path' });
    expect(code).toBe(1);
    for (const name of ['DATABASE_URL', 'ROLES_SECRET', 'S3_CORS_ORIGINS', 'S3_ENDPOINT', 'S3_BUCKET'])
      expect(problem).toContain(`- ${name}`);
    expect(() => loadConfig({ ...env, S3_BUCKET: 'Not A Bucket' })).toThrow('S3_BUCKET');
  });

  async function as(
    context: string,
    kind: RoleKind,
    work: (client: Client) => Promise<void>,
    secret = ROLES_SECRET,
  ): Promise<void> {
    const client = new Client({ connectionString: roleUrl(postgres.url, secret, context, kind) });
    await client.connect();
    try {
      await work(client);
    } finally {
      await client.end();
    }
  }

  async function s3(): Promise<string> {
    const objects = new S3ObjectStore(loadConfig(env).objectStore);
    await objects.put('probe', Buffer.from('writable'), { mediaType: 'text/plain' });
    const { body } = await objects.get('probe');
    const content = await text(body);
    objects.close();
    return content;
  }
});

/** Main as it stands, to its end. */
async function migrated(
  env: Record<string, string>,
): Promise<{ code: number | null; problem: string; applied: Record<string, string[]> }> {
  const child = program('migrate/src/main.ts', env);
  const ended = once(child, 'exit') as Promise<[number | null]>; // the event's own arguments
  const [out, problem, [code]] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  const last = out.trim().split('\n').at(-1) ?? '';
  const { applied } = (last === '' ? { applied: {} } : JSON.parse(last)) as { applied: Record<string, string[]> }; // its own log
  return { code, problem, applied };
}

function program(main: string, env: Record<string, string>) {
  const loader = join(APPS, 'local-store/src/testing/load-typescript.cjs');
  return spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '-r', loader, join(APPS, main)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] ?? '', AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true', ...env },
  });
}

async function listening(child: ReturnType<typeof program>): Promise<string> {
  return new Promise((done, fail) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const event = JSON.parse(line) as { event?: string; url?: string }; // the program's own log
      if (event.event === 'listening' && event.url !== undefined) done(event.url);
    });
    child.once('exit', (code) => fail(new Error(`the store ended with ${code} before it listened`)));
  });
}

function migrationsOfTheRepository(): Record<string, string[]> {
  const prisma = join(APPS, '../prisma');
  const names = ['workspaces', 'space-maps', 'dispatcher', 'studio', 'viewing', 'notifications'];
  const migrationsOf = (name: string): string[] =>
    readdirSync(join(prisma, name, 'migrations')).filter((entry) => /^\d/.test(entry));
  return Object.fromEntries(names.map((name) => [name.replaceAll('-', '_'), migrationsOf(name).sort()]));
}

function mapVersionOf(workspace: string): [sql: string, values: unknown[]] {
  return [
    `INSERT INTO studio.map_version (workspace_id, id, space_map_id, number, name, bundle_prefix, manifest_sha256)
     VALUES ($1, gen_random_uuid(), gen_random_uuid(), 1, 'A map', 'bundles/a', 'none')`,
    [workspace],
  ];
}
