import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ObjectStoreUnavailable, type S3ObjectStore } from '@stead/platform/object-store';
import { errorCode } from '@stead/testing/object-store';
import { openStore, startStoreProcess, type StoreProcess } from './testing/store-process';

const MIB = 1024 * 1024;
const DISK_MIB = 8;

/** A file system of its own that is really full (ENOSPC); it needs the right to mount one in a namespace. */
const SMALL_DISK = (folder: string) => [
  'unshare',
  '-rm',
  'sh',
  '-c',
  `mount -t tmpfs -o size=${DISK_MIB}m stead "$0" && exec "$@"`,
  folder,
];
/** No file may grow further (EFBIG), which every shell can do. In units of 512 or 1024 bytes, depending on the shell. */
const SMALL_FILES = ['bash', '-c', `ulimit -f ${DISK_MIB * 1024}; exec "$0" "$@"`];

const mayMount = spawnSync('unshare', ['-rm', 'sh', '-c', 'mount -t tmpfs stead /mnt']).status === 0;

describe(`a disk that takes no more (${mayMount ? 'a full file system' : 'a limit on files: no right to mount a small file system here'})`, () => {
  let folder = '';
  let server: StoreProcess | undefined;
  let store: S3ObjectStore | undefined;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'local-store-full-'));
    server = await startStoreProcess(folder, mayMount ? SMALL_DISK(folder) : SMALL_FILES);
    store = await openStore(server.config);
  });
  afterEach(async () => {
    store?.close();
    await server?.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });

  const opened = (): S3ObjectStore => {
    if (!store) throw new Error('The store did not start');
    return store;
  };
  const put = async (url: string, body: Buffer) => fetch(url, { method: 'PUT', body: new Uint8Array(body) });
  const staged = async () =>
    mayMount ? readdir(`/proc/${server?.pid}/root${folder}/staging`) : readdir(join(folder, 'staging'));

  it('answers 503, keeps the old object, leaves nothing behind, and goes on serving', async () => {
    const current = opened();
    const before = randomBytes(MIB);
    await current.put('precious', before, { mediaType: 'a/b' });
    const { url } = await current.presignPut('precious', { expiresS: 60 });
    const refused = await put(url, randomBytes(2 * DISK_MIB * MIB));
    expect([refused.status, await errorCode(refused), refused.headers.get('retry-after')]).toEqual([
      503,
      'ServiceUnavailable',
      '1',
    ]);
    expect(await staged()).toEqual([]);
    expect((await current.getBytes('precious', 2 * MIB)).equals(before)).toBe(true);
    await current.put('small', Buffer.from('still writes'), { mediaType: 'a/b' });
    expect((await current.getBytes('small', 100)).toString()).toBe('still writes');
  });

  it('answers 503 to a part, which can be sent again when there is room', async () => {
    const current = opened();
    const uploadId = await current.createMultipart('parted', { mediaType: 'a/b' });
    const { url } = await current.presignPart('parted', uploadId, 1, { expiresS: 60 });
    expect((await put(url, randomBytes(2 * DISK_MIB * MIB))).status).toBe(503);
    expect(await current.listParts('parted', uploadId)).toEqual([]);
    expect((await put(url, Buffer.from('fits'))).status).toBe(200);
    await current.completeMultipart('parted', uploadId, await current.listParts('parted', uploadId));
    expect((await current.getBytes('parted', 100)).toString()).toBe('fits');
  });

  it('is a failure that the platform may try again', async () => {
    await expect(opened().put('large', randomBytes(2 * DISK_MIB * MIB), { mediaType: 'a/b' })).rejects.toBeInstanceOf(
      ObjectStoreUnavailable,
    );
  });
});
