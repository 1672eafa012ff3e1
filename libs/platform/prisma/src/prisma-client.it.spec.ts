import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { nextMigration } from './diff';
import { migrate } from './migrate';
import { roleUrl } from './roles';
import { prismaAdapter, tenantClient, tenantTransaction } from './tenancy';
import { AContext, ROLES_SECRET, emptyDatabase, type EmptyDatabase } from './testing/a-context';

const ROOT = resolve(__dirname, '../../../..');

/** What the generated client has for this spec's one model. */
interface Place {
  workspaceId: string;
  id: string;
  name: string;
}
interface Models {
  place: {
    create(args: { data: Place }): Promise<Place>;
    findMany(): Promise<Place[]>;
    deleteMany(): Promise<{ count: number }>;
  };
}
interface SpecClient extends Models {
  $transaction(operations: PromiseLike<unknown>[]): Promise<unknown[]>;
  $transaction<R>(work: (tx: SpecClient) => Promise<R>): Promise<R>;
  $executeRawUnsafe(sql: string, ...params: unknown[]): Promise<number>;
  $extends(extension: object): unknown;
  $disconnect(): Promise<void>;
}

describe('a generated client, from its schema to its rows', () => {
  const [mine, theirs] = [randomUUID(), randomUUID()];
  let parent: string;
  let context: AContext;
  let database: EmptyDatabase;
  let api: SpecClient;
  let worker: SpecClient;
  const place = (workspaceId: string): Place => ({ workspaceId, id: randomUUID(), name: 'hall' });

  beforeAll(async () => {
    // Inside the repository, where the client finds its runtime.
    mkdirSync(join(ROOT, '.stead'), { recursive: true });
    parent = mkdtempSync(join(ROOT, '.stead', 'spec-'));
    context = new AContext(join(parent, 'places'));
    database = await emptyDatabase();
    context.schema(`model Place {
      workspaceId String @map("workspace_id") @db.Uuid
      id String @db.Uuid
      name String
      @@id([workspaceId, id])
      @@map("place")
      @@schema("${context.name}")
    }`);
    execFileSync(process.execPath, [join(ROOT, 'tools/prisma.mjs'), 'generate', parent], { stdio: 'pipe' });
    const sql = await nextMigration(database.adminUrl, context);
    const calls = `CALL platform.protect_tenant_table('${context.name}.place', '${context.name}');
      CALL platform.install_messaging('${context.name}');`;
    context.migration('0001_init', `${sql}\n${calls}`);
    await migrate({ adminUrl: database.adminUrl, rolesSecret: ROLES_SECRET, contexts: [context] });
    [api, worker] = [open('api'), open('worker')];
    await tenantClient(api, theirs).place.create({ data: place(theirs) });
  });
  afterAll(async () => {
    await Promise.all([api?.$disconnect(), worker?.$disconnect()]);
    await database.drop(context);
    rmSync(parent, { recursive: true, force: true });
  });

  function open(kind: 'api' | 'worker'): SpecClient {
    const url = roleUrl(database.adminUrl, ROLES_SECRET, context.name, kind);
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- generated above
    const { PrismaClient } = require(join(context.folder, 'generated', 'client.ts')) as {
      PrismaClient: new (options: { adapter: unknown }) => SpecClient;
    };
    return new PrismaClient({ adapter: prismaAdapter({ url, applicationName: 'spec', poolMax: 4 }) });
  }

  it('shows each workspace its own rows, the worker all, and nothing where no workspace was named', async () => {
    const kept = place(mine);
    await tenantClient(api, mine).place.create({ data: kept });
    expect(await tenantClient(api, mine).place.findMany()).toEqual([kept]);
    expect(await worker.place.findMany()).toHaveLength(2);
    expect(await api.place.findMany()).toEqual([]);
  });

  it('refuses to write another workspace, and to delete what it cannot see', async () => {
    await expect(tenantClient(api, mine).place.create({ data: place(theirs) })).rejects.toThrow(/row-level security/);
    await tenantClient(api, mine).place.deleteMany();
    expect(await worker.place.findMany()).toHaveLength(1);
  });

  it('keeps workspaces apart on shared connections, whatever fails in between', async () => {
    const results = await Promise.all(
      Array.from({ length: 60 }, async (_, i) => {
        const workspaceId = i % 2 === 0 ? mine : theirs;
        if (i % 5 === 0)
          await expect(tenantClient(api, workspaceId).place.create({ data: place(randomUUID()) })).rejects.toThrow();
        return (await tenantClient(api, workspaceId).place.findMany()).every((row) => row.workspaceId === workspaceId);
      }),
    );
    expect(results).not.toContain(false);
    expect(await api.place.findMany()).toEqual([]);
  });

  it('commits a change and its announcement together, or neither', async () => {
    const announce = `INSERT INTO ${context.name}.outbox (id, workspace_id, message, payload, request_id, pending)
      VALUES ($1::uuid, $2::uuid, 'place.made.v1', '{}', 'r', '{studio}')`;
    await expect(
      tenantTransaction(api, mine, async (tx, sql) => {
        await tx.place.create({ data: place(mine) });
        await sql.execute(announce, [randomUUID(), mine]);
        throw new Error('changed my mind');
      }),
    ).rejects.toThrow('changed my mind');
    expect(await database.ask(`SELECT 1 FROM ${context.name}.outbox`)).toEqual([]);
    const changed = await tenantTransaction(api, mine, async (tx, sql) => {
      await tx.place.create({ data: place(mine) });
      return sql.execute(announce, [randomUUID(), mine]);
    });
    expect(changed).toBe(1);
    expect(await database.ask(`SELECT count(*)::int AS n FROM ${context.name}.outbox`)).toEqual([{ n: 1 }]);
  });
});
