import { messagingTables, migrationsList, readMigrations, readSchema, type Context } from './context';
import { openEngine } from './engine';
import { createShadow, migrationAdapter } from './migration-adapter';

/**
 * The SQL that leads from a context's migrations to its `schema.prisma`; empty when they agree. The migrations are applied to
 * shadow databases on the given server, which are dropped again; nothing else there is touched.
 */
export async function nextMigration(adminUrl: string, context: Context): Promise<string> {
  const schema = readSchema(context.folder);
  // The engine also makes the schema in the database that it takes for the main one.
  const scratch = await createShadow(adminUrl, context.name);
  const adapter = migrationAdapter(scratch.url, context.name);
  const engine = await openEngine(adapter.factory, [['schema.prisma', schema]]);
  try {
    const { stdout } = await engine.diff({
      from: { tag: 'migrations', ...migrationsList(context.folder, readMigrations(context.folder)) },
      to: { tag: 'schemaDatamodel', files: [{ path: 'schema.prisma', content: schema }] },
      script: true,
      exitCode: null,
      filters: { externalTables: messagingTables(context.name), externalEnums: [] },
    });
    const sql = (stdout ?? '').trim();
    return sql === '-- This is an empty migration.' ? '' : sql;
  } finally {
    engine.free();
    await adapter.close();
    await scratch.drop();
  }
}
