import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { S3ObjectStore, loadObjectStoreConfig, type PutOptions } from '@stead/platform/object-store';
import { Program } from '../testing/program';
import { firstWrongFile } from './check-bundle';

const PREFIX = 'workspaces/w/runs/r/e1/bundle/';
const ENTRY = {
  ...({ tileset: 'tiles/tileset.json', poster: 'poster.webp', plan: null } as const),
  ...{ cameras: null, localisation: null, splat: null },
};
/** More than a part of an upload, so that it comes in several. */
const BIG_BYTES = 9 * 1024 * 1024;

describe('a bundle is what its manifest says', () => {
  let folder = '';
  let server: Program;
  let store: S3ObjectStore;
  let read: string[] = [];
  const contents = new Map<string, Buffer>([
    ['tiles/tileset.json', Buffer.from('{}')],
    ['tiles/big.bin', randomBytes(BIG_BYTES)],
    ['poster.webp', Buffer.from('poster')],
  ]);
  const files = [...contents].map(([path, bytes]) => ({
    ...{ path, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex'), mediaType: 'x/y' },
  }));
  const put = async (path: string, bytes: Buffer, options: Partial<PutOptions> = {}): Promise<void> => {
    await store.put(PREFIX + path, bytes.length > 1_000 ? Readable.from([bytes]) : bytes, { mediaType: 'x/y', ...options });
  };
  const look = (): Promise<string | null> => {
    read = [];
    const objects = {
      head: store.head.bind(store),
      get: (key: string) => {
        read.push(key.slice(PREFIX.length));
        return store.get(key);
      },
    };
    return firstWrongFile(objects, { files, entry: ENTRY }, PREFIX);
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'check-bundle-'));
    const secret = 'test-secret-access-key';
    server = await Program.start(
      'apps/local-store/src/main.ts',
      { STORE_FOLDER: folder, STORE_PORT: '0', STORE_ACCESS_KEY_ID: 'test', STORE_SECRET_ACCESS_KEY: secret },
      (line) => line['event'] === 'listening',
    );
    store = new S3ObjectStore(
      loadObjectStoreConfig({
        ...{ S3_ENDPOINT: String(server.ready['url']), S3_BUCKET: 'stead-test' },
        ...{ S3_ACCESS_KEY_ID: 'test', S3_SECRET_ACCESS_KEY: secret },
      }),
    );
    await store.ensureBucket();
  });
  beforeEach(async () => {
    for (const { path, sha256 } of files) await put(path, contents.get(path) ?? Buffer.alloc(0), { sha256 });
  });
  afterAll(async () => {
    store.close();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('is whole, and read only where the store does not know the content itself', async () => {
    expect(await look()).toBeNull();
    expect(read).toEqual(['tiles/big.bin']);
  });

  it.each(['poster.webp', 'tiles/big.bin'])('names the file of which one bit is another: %s', async (path) => {
    await put(path, flipped(contents.get(path) ?? Buffer.alloc(0)));
    expect(await look()).toMatch(`${path} is damaged`);
  });

  it('believes what the store knows of a damaged file without reading it', async () => {
    const damaged = flipped(contents.get('poster.webp') ?? Buffer.alloc(0));
    await put('poster.webp', damaged, { sha256: createHash('sha256').update(damaged).digest('hex') });
    expect(await look()).toMatch('poster.webp is damaged');
    expect(read).toEqual([]);
  });

  it('names a file that is shorter, or missing', async () => {
    await put('poster.webp', Buffer.from('post'));
    expect(await look()).toBe('poster.webp has 4 bytes instead of 6');
    await store.delete(`${PREFIX}poster.webp`);
    expect(await look()).toBe('poster.webp is missing');
  });
});

function flipped(bytes: Buffer): Buffer {
  const other = Buffer.from(bytes);
  const at = Math.floor(bytes.length / 2);
  other[at] = (other[at] ?? 0) ^ 1;
  return other;
}
