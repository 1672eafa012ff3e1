import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { contextsIn, readMigrations } from './context';

describe('the folder of schemas', () => {
  let folder: string;
  const write = (path: string, content = ''): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  };
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'stead-schemas-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('has a context for each schema in it, named as Postgres names it', () => {
    write('space-maps/schema.prisma');
    write('dispatcher/schema.prisma');
    write('notes/README.md');
    write('schema.prisma');
    expect(contextsIn(folder)).toEqual([
      { name: 'dispatcher', folder: join(folder, 'dispatcher') },
      { name: 'space_maps', folder: join(folder, 'space-maps') },
    ]);
  });

  it('gives migrations in the order of their names, and none for a folder that is empty', () => {
    write('migrations/0002_second/migration.sql', 'SELECT 2;');
    write('migrations/0001_first/migration.sql', 'SELECT 1;');
    mkdirSync(join(folder, 'migrations/0003_left_behind'));
    expect(readMigrations(folder)).toEqual([
      { name: '0001_first', sql: 'SELECT 1;' },
      { name: '0002_second', sql: 'SELECT 2;' },
    ]);
  });

  it('refuses a migration whose file is missing beside others', () => {
    write('migrations/0001_first/migration.txt', 'SELECT 1;');
    expect(() => readMigrations(folder)).toThrow('migration.sql');
  });
});
