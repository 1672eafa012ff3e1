import { migrate } from './migrate';
import { nextMigration } from './diff';
import { AContext, ROLES_SECRET, emptyDatabase, type EmptyDatabase } from './testing/a-context';

describe('migrations', () => {
  let context: AContext;
  let database: EmptyDatabase;
  const run = (): Promise<Record<string, string[]>> =>
    migrate({ adminUrl: database.adminUrl, rolesSecret: ROLES_SECRET, contexts: [context] });
  const applied = (): Promise<{ name: string; finished: boolean; logs: string | null }[]> =>
    database.ask(
      `SELECT migration_name AS name, finished_at IS NOT NULL AS finished, logs FROM ${context.name}._prisma_migrations ORDER BY started_at`,
    );
  const table = (name: string): string =>
    `CREATE TABLE ${context.name}.${name} (workspace_id uuid NOT NULL, id uuid NOT NULL, PRIMARY KEY (workspace_id, id));
     CALL platform.protect_tenant_table('${context.name}.${name}', '${context.name}');`;

  beforeEach(async () => {
    context = new AContext();
    database = await emptyDatabase();
  });
  afterEach(async () => {
    await database.drop(context);
    context.remove();
  });

  it('are applied in order to a fresh database, and once', async () => {
    context
      .migration('0002_second', `ALTER TABLE ${context.name}.thing ADD COLUMN name text;`)
      .migration('0001_first', table('thing'));
    expect(await run()).toEqual({ [context.name]: ['0001_first', '0002_second'] });
    expect(await run()).toEqual({ [context.name]: [] });
    context.migration('0003_third', `ALTER TABLE ${context.name}.thing ADD COLUMN size int;`);
    expect(await run()).toEqual({ [context.name]: ['0003_third'] });
    expect((await applied()).map(({ name, finished }) => [name, finished])).toEqual([
      ['0001_first', true],
      ['0002_second', true],
      ['0003_third', true],
    ]);
  });

  it('keep their own history per context', async () => {
    const other = new AContext().migration('0001_first', 'SELECT 1;');
    context.migration('0001_first', table('thing'));
    const both = { adminUrl: database.adminUrl, rolesSecret: ROLES_SECRET, contexts: [context, other] };
    expect(await migrate(both)).toEqual({ [context.name]: ['0001_first'], [other.name]: ['0001_first'] });
    await database.ask(`DROP SCHEMA ${other.name} CASCADE; DROP OWNED BY stead_${other.name}_api, stead_${other.name}_worker`);
    await database.ask(`DROP ROLE stead_${other.name}_api, stead_${other.name}_worker`);
    other.remove();
  });

  it('are applied by one of four deployments at once, while the others wait and find them done', async () => {
    context.migration('0001_first', `${table('thing')} SELECT pg_sleep(0.2);`).migration('0002_second', table('other'));
    const answers = await Promise.all([run(), run(), run(), run()]);
    const lists = answers.map((answer) => answer[context.name]);
    expect(lists.filter((list) => list?.length === 2)).toEqual([['0001_first', '0002_second']]);
    expect(lists.filter((list) => list?.length === 0)).toHaveLength(3);
  });

  it('may define functions, whose bodies hold semicolons', async () => {
    context.migration(
      '0001_function',
      `CREATE FUNCTION ${context.name}.twice(n int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN n := n + n; RETURN n; END; $$;`,
    );
    await run();
    expect(await database.ask(`SELECT ${context.name}.twice(21) AS n`)).toEqual([{ n: 42 }]);
  });

  it('leave nothing of a file that fails, name it with the reason, and stay stopped until somebody has looked', async () => {
    context
      .migration('0001_first', table('thing'))
      .migration('0002_broken', `${table('half')}\nSELECT no_such_column FROM ${context.name}.thing;`);
    await expect(run()).rejects.toThrow(/failed: 0002_broken, line 3: column "no_such_column" does not exist/);
    expect(await database.ask(`SELECT to_regclass('${context.name}.half') AS half`)).toEqual([{ half: null }]);
    expect((await applied()).map(({ name, finished }) => [name, finished])).toEqual([
      ['0001_first', true],
      ['0002_broken', false],
    ]);
    await expect(run()).rejects.toThrow(/0002_broken failed in an earlier deployment/);
    await database.ask(`DELETE FROM ${context.name}._prisma_migrations WHERE migration_name = '0002_broken'`);
    context.migration('0002_broken', table('half'));
    expect(await run()).toEqual({ [context.name]: ['0002_broken'] });
  });

  it('are refused when one was changed after it had been applied', async () => {
    await (context.migration('0001_first', table('thing')), run());
    context.migration('0001_first', `${table('thing')} -- an afterthought`);
    await expect(run()).rejects.toThrow(/0001_first was changed after it had been applied/);
  });

  it('give the run-time roles rows to work with and nothing else', async () => {
    context.migration('0001_first', `${table('thing')} CALL platform.install_messaging('${context.name}');`);
    await run();
    const may = (role: string, on: string, what: string): Promise<{ may: boolean }[]> =>
      database.ask(`SELECT has_table_privilege('stead_${context.name}_${role}', '${on}', '${what}') AS may`);
    const { name } = context;
    for (const [role, on, what, expected] of [
      ['api', `${name}.thing`, 'SELECT', true],
      ['api', `${name}.thing`, 'TRUNCATE', false],
      ['api', `${name}.outbox`, 'INSERT', true],
      ['api', `${name}.outbox`, 'SELECT', false],
      ['api', `${name}._prisma_migrations`, 'SELECT', false],
      ['api', 'platform.lease', 'UPDATE', false],
      ['worker', `${name}.outbox`, 'UPDATE', true],
      ['worker', 'platform.lease', 'UPDATE', true],
    ] as const) {
      expect([role, on, what, await may(role, on, what)]).toEqual([role, on, what, [{ may: expected }]]);
    }
  });

  it('bring back a messaging table that an older version did not have', async () => {
    context.migration('0001_first', `CALL platform.install_messaging('${context.name}');`);
    await run();
    await database.ask(`DROP TABLE ${context.name}.idempotency`);
    await run();
    expect(await database.ask(`SELECT * FROM ${context.name}.idempotency`)).toEqual([]);
  });

  it('are compared with the schema without touching the database: what is missing comes out as SQL', async () => {
    const { name } = context;
    context.schema(`model Thing {
      workspaceId String @map("workspace_id") @db.Uuid
      id String @db.Uuid
      label String
      @@id([workspaceId, id])
      @@map("thing")
      @@schema("${name}")
    }`);
    context.migration('0001_first', `${table('thing')} CALL platform.install_messaging('${name}');`);
    expect(await nextMigration(database.adminUrl, context)).toMatch(
      new RegExp(`ALTER TABLE "thing" ADD COLUMN +"label" TEXT NOT NULL`),
    );
    context.migration('0002_label', `ALTER TABLE ${name}.thing ADD COLUMN label text NOT NULL;`);
    expect(await nextMigration(database.adminUrl, context)).toBe('');
    expect(await database.ask(`SELECT 1 FROM pg_namespace WHERE nspname = '${name}'`)).toEqual([]);
    expect(await database.ask(`SELECT 1 FROM pg_database WHERE datname LIKE 'shadow_${name}%'`)).toEqual([]);
  });
});
