import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keys } from '@stead/contracts/pipeline';
import { SEGMENT_BYTES, Vault, isSealed } from '@stead/platform/sealed-objects';
import { describeBytes } from '../application/local-files';
import { StepError } from '../application/step';
import { blobsContract } from '../testing/blobs.contract';
import { FolderBlobs } from './folder-blobs';
import { SealedBlobs } from './sealed-blobs';

const VAULT_KEY = randomBytes(32).toString('hex');
const capture = { workspaceId: 'w', captureId: 'c' };
const SEAL = keys.captureSeal('w', 'c');
const ORIGINAL = keys.captureFile('w', 'c', 'f');
const WORK = keys.stepFile('w', 'r', 1, 'densify', '0123456789abcdef/cloud.ply');
const TILE = keys.stepFile('w', 'r', 1, 'tile', '0123456789abcdef/tiles/tileset.json');
const BUNDLE = `${keys.bundlePrefix('w', 'r', 1)}poster.webp`;

describe('blobs of a sealed capture', () => {
  let folder: string;
  let inner: FolderBlobs;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stead-sealed-blobs-'));
    inner = new FolderBlobs(join(folder, 'store'));
    const { document } = new Vault([VAULT_KEY]).create(SEAL);
    await inner.upload(SEAL, document, { mediaType: 'application/json', sha256: describeBytes(document).sha256 });
  });
  afterEach(() => rm(folder, { recursive: true }));

  const blobs = (vaultKeys: readonly string[] = [VAULT_KEY]): SealedBlobs => new SealedBlobs(inner, capture, vaultKeys);
  const write = (key: string, bytes: Buffer, to: SealedBlobs | FolderBlobs = blobs()) =>
    to.upload(key, bytes, { mediaType: 'application/octet-stream', sha256: describeBytes(bytes).sha256 });
  const raw = async (key: string): Promise<Buffer> => (await inner.read(key, 1e8)) ?? Buffer.alloc(0);

  describe.each([
    ['of a kind that is sealed', (n: number) => `${WORK}${n}`],
    ['of any other', (n: number) => `${TILE}${n}`],
  ])('that are %s', (_kind, at) => {
    let n = 0;
    blobsContract(() => {
      // Nothing sealed is copied inside the store: whoever wants another one has to make it.
      const sealed = blobs();
      sealed.copy = async (from, to) => {
        const bytes = await blobs().read(from, 1e8);
        if (bytes === null) throw new StepError('data', 'input-missing', `Nothing is stored under ${from}`);
        await write(to, bytes);
      };
      return { blobs: sealed, prefix: at((n += 1)) };
    });
  });

  it.each([
    ['from memory', 1000],
    ['from a file of several segments', 2 * SEGMENT_BYTES + 7],
  ])('lie sealed when they are written %s, and come back as they were', async (_name, bytes) => {
    const plain = randomBytes(bytes);
    const path = join(folder, 'in');
    await writeFile(path, plain);
    const options = { mediaType: 'application/octet-stream', sha256: describeBytes(plain).sha256 };
    for (const [key, source] of [
      [WORK, plain],
      [ORIGINAL, { path }],
    ] as const) {
      expect(await blobs().upload(key, source, options)).toBe('written');
      const there = await raw(key);
      expect([isSealed(there), there.includes(plain.subarray(0, 64))]).toEqual([true, false]);
      const back = join(folder, 'back');
      expect(await blobs().download(key, back)).toEqual(describeBytes(plain));
      expect((await readFile(back)).equals(plain)).toBe(true);
      expect((await blobs().read(key, bytes))?.equals(plain)).toBe(true);
    }
    // Whoever does the same once more stores the same bytes, so that a copy elsewhere stays a copy.
    const before = await raw(WORK);
    await blobs().upload(WORK, { path }, options);
    expect((await raw(WORK)).equals(before)).toBe(true);
  });

  it('leave everything else as it is', async () => {
    for (const key of [TILE, BUNDLE, keys.captureManifest('w', 'c'), keys.stepRecord('w', 'r', 1, 'tile')]) {
      await write(key, Buffer.from('plain'));
      expect((await raw(key)).toString()).toBe('plain');
    }
  });

  it('copy nothing that is sealed, wherever it comes from or goes to', async () => {
    await write(WORK, Buffer.from('secret'));
    await write(TILE, Buffer.from('plain'));
    await expect(blobs().copy(WORK, BUNDLE)).rejects.toThrow('sealed with its capture');
    await expect(blobs().copy(TILE, ORIGINAL)).rejects.toThrow('sealed with its capture');
    await blobs().copy(TILE, BUNDLE);
    expect((await raw(BUNDLE)).toString()).toBe('plain');
    expect(await inner.exists(ORIGINAL)).toBe(false);
  });

  it('are bytes that do not open, in place of another, when they were changed or moved', async () => {
    await write(WORK, randomBytes(5000));
    const there = await raw(WORK);
    there[3000] = (there[3000] ?? 0) ^ 1;
    await write(WORK, there, inner);
    await write(ORIGINAL, await raw(WORK), inner);
    for (const key of [WORK, ORIGINAL]) {
      await expect(blobs().read(key, 1e6)).rejects.toMatchObject({ kind: 'data', code: 'seal-broken' });
      await expect(blobs().download(key, join(folder, 'out'))).rejects.toMatchObject({ kind: 'data', code: 'seal-broken' });
    }
  });

  it.each([
    ['no vault key', []],
    ['another one', [randomBytes(32).toString('hex')]],
  ])('say what to set where there is %s, and need none for what is not sealed', async (_name, vaultKeys) => {
    await write(WORK, Buffer.from('secret'));
    await write(TILE, Buffer.from('plain'));
    const without = blobs(vaultKeys);
    for (const tried of [
      without.read(WORK, 100),
      without.download(WORK, join(folder, 'x')),
      write(ORIGINAL, Buffer.from('x'), without),
    ])
      await expect(tried).rejects.toMatchObject({
        ...{ kind: 'installation', code: 'vault-key-missing', message: expect.stringContaining('VAULT_KEY') },
        advice: [expect.stringContaining('VAULT_KEY')],
      });
    expect((await without.read(TILE, 100))?.toString()).toBe('plain');
  });

  it('lie plain where the capture has no key, and need none', async () => {
    await rm(join(folder, 'store', SEAL));
    await write(WORK, Buffer.from('plain'), blobs([]));
    expect((await raw(WORK)).toString()).toBe('plain');
    expect((await blobs([]).read(WORK, 100))?.toString()).toBe('plain');
  });

  it('are opened with one look at the key of the capture', async () => {
    const reads: string[] = [];
    class Counting extends FolderBlobs {
      override read(key: string, bytesMax: number): Promise<Buffer | null> {
        reads.push(key);
        return super.read(key, bytesMax);
      }
    }
    const one = new SealedBlobs(new Counting(join(folder, 'store')), capture, [VAULT_KEY]);
    await Promise.all([1, 2, 3].map((i) => write(`${WORK}${i}`, Buffer.from('x'), one)));
    for (const i of [1, 2, 3]) await one.download(`${WORK}${i}`, join(folder, `o${i}`));
    expect(reads).toEqual([SEAL]);
  });
});
