import { mkdtempSync, rmSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { blobsContract } from '../testing/blobs.contract';
import { FolderBlobs } from './folder-blobs';

describe('blobs in a folder', () => {
  const root = mkdtempSync(join(tmpdir(), 'stead-folder-blobs-'));
  let n = 0;
  afterAll(() => rmSync(root, { recursive: true }));

  blobsContract(() => ({ blobs: new FolderBlobs(root), prefix: `spec-${(n += 1)}` }));

  it('leaves no half-written files behind', async () => {
    const names = await readdir(root, { recursive: true });
    expect(names.length).toBeGreaterThan(5);
    expect(names.filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('stays inside of its folder', async () => {
    const outside = new FolderBlobs(join(root, 'inner'));
    await expect(outside.read('../outside', 10)).rejects.toMatchObject({ code: 'unsafe-path' });
  });
});
