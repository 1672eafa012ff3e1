import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeBytes } from '../application/local-files';
import type { Blobs } from '../application/ports';

const LARGE_BYTES = 9 * 1024 * 1024 + 7;

/** What every implementation of `Blobs` keeps. `prefix` is a part of the store that is empty. */
export function blobsContract(open: () => { blobs: Blobs; prefix: string }): void {
  let folder: string;
  let blobs: Blobs;
  let at: (name: string) => string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stead-blobs-'));
    const opened = open();
    blobs = opened.blobs;
    at = (name) => `${opened.prefix}/${name}`;
  });
  afterEach(() => rm(folder, { recursive: true }));

  const write = (key: string, body: Buffer, onlyIfAbsent = false): Promise<'written' | 'present'> =>
    blobs.upload(key, body, { mediaType: 'text/plain', sha256: describeBytes(body).sha256, onlyIfAbsent });

  it('gives back what was written, from memory and from a file', async () => {
    const small = Buffer.from('a few bytes');
    const large = Buffer.alloc(LARGE_BYTES, 'large ');
    await writeFile(join(folder, 'large'), large);
    await write(at('small'), small);
    await blobs.upload(
      at('large'),
      { path: join(folder, 'large') },
      { mediaType: 'text/plain', sha256: describeBytes(large).sha256 },
    );
    expect(await blobs.read(at('small'), 100)).toEqual(small);
    expect(await blobs.download(at('large'), join(folder, 'back'))).toEqual(describeBytes(large));
    expect((await readFile(join(folder, 'back'))).equals(large)).toBe(true);
  });

  it('says that nothing is there', async () => {
    expect(await blobs.read(at('nothing'), 100)).toBeNull();
    expect(await blobs.download(at('nothing'), join(folder, 'nothing'))).toBeNull();
    expect(await blobs.exists(at('nothing'))).toBe(false);
    await expect(blobs.copy(at('nothing'), at('copy'))).rejects.toMatchObject({ kind: 'data', code: 'input-missing' });
  });

  it('overwrites, unless only an absent key is to be written', async () => {
    expect(await write(at('key'), Buffer.from('one'), true)).toBe('written');
    expect(await write(at('key'), Buffer.from('two'), true)).toBe('present');
    expect((await blobs.read(at('key'), 100))?.toString()).toBe('one');
    expect(await write(at('key'), Buffer.from('three'))).toBe('written');
    expect((await blobs.read(at('key'), 100))?.toString()).toBe('three');
  });

  it('lets exactly one of many writers have an absent key', async () => {
    const outcomes = await Promise.all(Array.from({ length: 8 }, (_, i) => write(at('race'), Buffer.from(`writer ${i}`), true)));
    expect(outcomes.filter((outcome) => outcome === 'written')).toHaveLength(1);
  });

  it('copies', async () => {
    await write(at('from'), Buffer.from('content'));
    await blobs.copy(at('from'), at('deep/er/to'));
    expect((await blobs.read(at('deep/er/to'), 100))?.toString()).toBe('content');
    expect(await blobs.exists(at('deep/er/to'))).toBe(true);
  });

  it('does not read more into memory than it was allowed', async () => {
    await write(at('key'), Buffer.alloc(101));
    await expect(blobs.read(at('key'), 100)).rejects.toMatchObject({ kind: 'data', code: 'object-too-large' });
  });

  it('stores nothing that is not what its checksum says', async () => {
    const wrong = { mediaType: 'text/plain', sha256: describeBytes(Buffer.from('other')).sha256 };
    await expect(blobs.upload(at('key'), Buffer.from('content'), wrong)).rejects.toMatchObject({ kind: 'infrastructure' });
    expect(await blobs.exists(at('key'))).toBe(false);
  });
}
