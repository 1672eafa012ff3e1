import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IndexFolder } from './index-folder';
import type { IndexFile } from './map-files';

describe('the folder of indexes', () => {
  let parent: string;
  let loads: string[];
  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'stead-index-folder-'));
    loads = [];
  });
  afterEach(() => rm(parent, { recursive: true }));

  const indexOf = (content: string): IndexFile => ({
    sha256: createHash('sha256').update(content).digest('hex'),
    bytes: content.length,
    load: async () => {
      loads.push(content);
      return Buffer.from(content);
    },
  });
  const read = (path: string): Promise<string> => readFile(path, 'utf8');

  it('loads an index once for all who ask at the same time, and keeps it', async () => {
    const folder = new IndexFolder(parent);
    expect(await Promise.all([1, 2, 3].map(() => folder.with(indexOf('hall'), read)))).toEqual(['hall', 'hall', 'hall']);
    expect(await folder.with(indexOf('hall'), read)).toBe('hall');
    expect(loads).toEqual(['hall']);
  });

  it('lets what was used longest ago go where there is no room, and never what is in use', async () => {
    const folder = new IndexFolder(parent, 10);
    await folder.with(indexOf('first'), async (first) => {
      await folder.with(indexOf('second'), read);
      await folder.with(indexOf('third'), read);
      expect(existsSync(first)).toBe(true);
      expect(await folder.with(indexOf('third'), read)).toBe('third');
    });
    expect(loads).toEqual(['first', 'second', 'third']);
    expect(await folder.with(indexOf('second'), read)).toBe('second');
    expect(loads).toEqual(['first', 'second', 'third', 'second']);
  });

  it('leaves nothing behind', async () => {
    const folder = new IndexFolder(parent);
    await folder.with(indexOf('hall'), read);
    await folder.remove();
    expect(await readdir(parent)).toEqual([]);
  });
});
