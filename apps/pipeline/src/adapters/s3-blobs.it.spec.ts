import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { S3ObjectStore } from '@stead/platform/object-store';
import { blobsContract } from '../testing/blobs.contract';
import { S3Blobs } from './s3-blobs';

const ROOT = resolve(__dirname, '../../../..');
const QUICK = { attemptsMax: 3, firstDelayMs: 5, delayMaxMs: 10 };
const KEYS = { accessKeyId: 'spec-key', secretAccessKey: 'spec-secret-of-some-length' };
const never = new AbortController().signal;

function storeAt(endpoint: string, secretAccessKey = KEYS.secretAccessKey): S3ObjectStore {
  const { accessKeyId } = KEYS;
  return new S3ObjectStore({ endpoint, region: 'us-east-1', bucket: 'spec', accessKeyId, secretAccessKey, forcePathStyle: true });
}

describe('blobs in an S3 store', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stead-s3-blobs-'));
  let server: ChildProcess;
  let endpoint = '';
  let store: S3ObjectStore;
  let n = 0;

  // The store that comes with the platform, as a program: what runs on a laptop is what is tried here.
  beforeAll(async () => {
    const [built] = await once(spawn(process.execPath, ['tools/build.mjs'], { cwd: ROOT, stdio: 'inherit' }), 'exit');
    expect(built).toBe(0);
    const env = {
      STORE_FOLDER: folder,
      STORE_PORT: '0',
      STORE_ACCESS_KEY_ID: KEYS.accessKeyId,
      STORE_SECRET_ACCESS_KEY: KEYS.secretAccessKey,
    };
    server = spawn(process.execPath, [join(ROOT, 'dist/apps/local-store/src/main.js')], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (!server.stdout) throw new Error('the store has no output');
    const [line] = await once(createInterface({ input: server.stdout }), 'line');
    endpoint = JSON.parse(String(line)).url;
    store = storeAt(endpoint);
    await store.ensureBucket();
  });
  afterAll(async () => {
    store?.close();
    server?.kill('SIGTERM');
    if (server && server.exitCode === null) await once(server, 'exit');
    rmSync(folder, { recursive: true });
  });

  blobsContract(() => ({ blobs: new S3Blobs(store, never, QUICK), prefix: `spec-${(n += 1)}` }));

  it('says that the store refuses, at once, where its credentials are wrong', async () => {
    const refused = storeAt(endpoint, 'another-secret-of-some-length');
    await expect(new S3Blobs(refused, never, QUICK).read('key', 10)).rejects.toMatchObject({
      kind: 'installation',
      code: 'store-refused',
    });
    refused.close();
  });
});

describe('a store that does not answer', () => {
  it('is an infrastructure failure after a bounded number of tries', async () => {
    const closed = createServer();
    await once(closed.listen(0, '127.0.0.1'), 'listening');
    const { port } = closed.address() as AddressInfo; // a TCP server that listens has one
    let connections = 0;
    closed.on('connection', (socket) => {
      connections += 1;
      socket.destroy();
    });
    const store = storeAt(`http://127.0.0.1:${port}`);
    const blobs = new S3Blobs(store, never, QUICK);
    await expect(blobs.read('key', 10)).rejects.toMatchObject({ kind: 'infrastructure', code: 'store-unavailable' });
    expect(connections).toBeGreaterThanOrEqual(3);
    expect(connections).toBeLessThan(60);
    store.close();
    closed.close();
  });

  it('is not waited for once the step was told to stop', async () => {
    const controller = new AbortController();
    const store = storeAt('http://127.0.0.1:9');
    const blobs = new S3Blobs(store, controller.signal, { attemptsMax: 100, firstDelayMs: 60_000, delayMaxMs: 60_000 });
    const reading = blobs.read('key', 10);
    const reason = new Error('stop');
    controller.abort(reason);
    await expect(reading).rejects.toBe(reason);
    store.close();
  });
});
