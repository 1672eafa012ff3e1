import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { freshDatabase, testPostgres } from '@stead/testing/servers';
import { nextMigration } from './diff';

const PRISMA = resolve(__dirname, '../../../../prisma');
const contexts = readdirSync(PRISMA)
  .filter((folder) => existsSync(join(PRISMA, folder, 'schema.prisma')))
  .map((folder) => ({ name: folder.replaceAll('-', '_'), folder: join(PRISMA, folder) }));

describe('the contexts of this project', () => {
  it.each(contexts)('$name: the migrations make what the schema says', async (context) => {
    expect(await nextMigration(await testPostgres(), context)).toBe('');
  });

  it('migrate into one database, and none of their tables is open to another tenant', async () => {
    const fresh = await freshDatabase({ contexts }); // which proves the tenancy before it answers
    await fresh.drop();
  });
});
