import { Client } from 'pg';
import { assertTenancy } from './assert-tenancy';
import { migrate } from './migrate';
import { AContext, ROLES_SECRET, emptyDatabase, type EmptyDatabase } from './testing/a-context';

describe('the proof that workspaces are kept apart', () => {
  const context = new AContext();
  const { name } = context;
  let database: EmptyDatabase;
  let admin: Client;

  beforeAll(async () => {
    database = await emptyDatabase();
    const table = (table: string, more = ''): string =>
      `CREATE TABLE ${name}.${table} (workspace_id uuid NOT NULL, id uuid NOT NULL UNIQUE, other uuid, PRIMARY KEY (workspace_id, id)${more});
       CALL platform.protect_tenant_table('${name}.${table}', '${name}');`;
    const composite = `, FOREIGN KEY (workspace_id, other) REFERENCES ${name}.map (workspace_id, id)`;
    context.migration('0001_init', `${table('map')} ${table('version', composite)} CALL platform.install_messaging('${name}');`);
    await migrate({ adminUrl: database.adminUrl, rolesSecret: ROLES_SECRET, contexts: [context] });
    admin = new Client({ connectionString: database.adminUrl });
    await admin.connect();
  });
  afterAll(async () => {
    await admin.end();
    await database.drop(context);
    context.remove();
  });
  beforeEach(() => admin.query('BEGIN'));
  afterEach(() => admin.query('ROLLBACK'));

  it('accepts tables that are protected and keys that name the workspace', async () => {
    await expect(assertTenancy(admin, [name])).resolves.toBeUndefined();
  });

  it.each([
    [
      'a table without row-level security',
      `CREATE TABLE ${name}.open (workspace_id uuid)`,
      `${name}.open: row-level security is not forced`,
    ],
    [
      'a table whose owner sees all',
      `ALTER TABLE ${name}.map NO FORCE ROW LEVEL SECURITY`,
      `${name}.map: row-level security is not forced`,
    ],
    ['a table that shuts its own api out', `DROP POLICY tenant ON ${name}.map`, `${name}.map: no policy lets its api role in`],
    ['a policy for everybody', `CREATE POLICY wide ON ${name}.map USING (true)`, `${name}.map (wide): a policy for the api role`],
    [
      'a policy that lets the api write anywhere',
      `CREATE POLICY wide ON ${name}.map FOR INSERT TO stead_${name}_api WITH CHECK (true)`,
      `${name}.map (wide): a policy for the api role`,
    ],
    [
      'a foreign key that leaves the workspace out',
      `ALTER TABLE ${name}.version ADD CONSTRAINT loose FOREIGN KEY (other) REFERENCES ${name}.map (id)`,
      `${name}.version.loose: the foreign key does not name the workspace`,
    ],
    [
      'a foreign key into another context',
      `CREATE SCHEMA elsewhere; CREATE TABLE elsewhere.thing (id uuid PRIMARY KEY);
       ALTER TABLE ${name}.version ADD CONSTRAINT abroad FOREIGN KEY (other) REFERENCES elsewhere.thing (id)`,
      `${name}.version.abroad: the foreign key leaves its context`,
    ],
    [
      'a view that reads as its owner',
      `CREATE VIEW ${name}.all_maps AS SELECT * FROM ${name}.map`,
      `${name}.all_maps: the view reads as its owner`,
    ],
    ['a role that steps around it', `ALTER ROLE stead_${name}_api BYPASSRLS`, `stead_${name}_api: the run-time role has powers`],
    [
      'a role in a stronger one',
      `GRANT pg_read_all_data TO stead_${name}_api`,
      `stead_${name}_api: the run-time role is a member`,
    ],
    [
      'a role that owns a table',
      `ALTER TABLE ${name}.map OWNER TO stead_${name}_api`,
      `stead_${name}_api: the run-time role owns something`,
    ],
  ])('names %s', async (_what, sql, problem) => {
    await admin.query(sql);
    await expect(assertTenancy(admin, [name])).rejects.toThrow(problem);
  });

  it('accepts a view that reads as its caller', async () => {
    await admin.query(`CREATE VIEW ${name}.all_maps WITH (security_invoker = true) AS SELECT * FROM ${name}.map`);
    await expect(assertTenancy(admin, [name])).resolves.toBeUndefined();
  });
});
