import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3ObjectStore } from '@stead/platform/object-store';
import type { RequestEvent } from './http/handle';
import { startLocalStore, type LocalStore } from './server';

const MIB = 1024 * 1024;
const CREDENTIALS = { accessKeyId: 'connections', secretAccessKey: 'a secret of the connection tests' };

describe('connections to the local store', () => {
  let folder = '';
  let server: LocalStore;
  let store: S3ObjectStore;
  const events: RequestEvent[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'local-store-connections-'));
    const onRequest = (event: RequestEvent) => void events.push(event);
    server = await startLocalStore({ folder, port: 0, credentials: [CREDENTIALS], onRequest });
    store = new S3ObjectStore({
      endpoint: server.url,
      region: 'us-east-1',
      bucket: 'stead',
      forcePathStyle: true,
      ...CREDENTIALS,
    });
    await store.ensureBucket();
  });
  afterAll(async () => {
    store.close();
    await server.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('that wait for "100 Continue" are refused before the body, and served otherwise', async () => {
    const refusedBeforeBody = await rawPut(server.port, '/stead/unsigned', 100 * MIB);
    expect(refusedBeforeBody).toMatch(/^HTTP\/1\.1 403 /);
    const { pathname, search } = new URL((await store.presignPut('continued', { expiresS: 60 })).url);
    expect(await rawPut(server.port, pathname + search, 5)).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /);
    expect((await store.getBytes('continued', 10)).toString()).toBe('xxxxx');
  });

  it('that end in the middle of a PUT change nothing and leave nothing behind', async () => {
    await store.put('kept', Buffer.from('before'), { mediaType: 'text/plain' });
    const { url } = await store.presignPut('kept', { expiresS: 60 });
    const upload = httpRequest(url, { method: 'PUT', headers: { 'content-length': 10 * MIB } });
    upload.on('error', () => undefined);
    upload.write(Buffer.alloc(2 * MIB));
    await condition(async () => (await readdir(join(folder, 'staging'))).length > 0);
    const seen = events.length;
    upload.destroy();
    await condition(async () => events.slice(seen).some((event) => event.code === 'ClientGone'));
    expect(await readdir(join(folder, 'staging'))).toEqual([]);
    expect((await store.getBytes('kept', 100)).toString()).toBe('before');
  });

  it('read one version to its end while it is replaced and deleted', async () => {
    const old = Buffer.alloc(12 * MIB, 'o');
    for (const inParts of [false, true]) {
      if (inParts) await putInParts(store, 'replaced', old);
      else await store.put('replaced', old, { mediaType: 'a/b' });
      const reading = [await store.get('replaced'), await store.get('replaced')];
      if (inParts) await putInParts(store, 'replaced', Buffer.alloc(12 * MIB, 'n'));
      else await store.put('replaced', Buffer.from('new'), { mediaType: 'a/b' });
      await store.delete('replaced');
      for (const { body } of reading) {
        const chunks: Buffer[] = [];
        for await (const chunk of body) chunks.push(chunk);
        expect(Buffer.concat(chunks).equals(old)).toBe(true);
      }
      expect(await store.head('replaced')).toBeNull();
      // Nobody reads any more: the bytes of the parts are gone too.
      const uploads = join(folder, 'buckets', 'stead', 'uploads');
      await condition(async () => (await readdir(uploads).catch(() => [])).length === 0);
    }
  });

  it('always find one whole version while an object in parts is replaced again and again', async () => {
    const versions = 15;
    const version = (number: number) => Buffer.alloc(50_000 + number, number);
    await putInParts(store, 'churned', version(0));
    let replaced = 0;
    const replacing = (async () => {
      for (; replaced < versions; replaced += 1) await putInParts(store, 'churned', version(replaced + 1));
    })();
    const reader = async (): Promise<void> => {
      while (replaced < versions) {
        const body = await store.getBytes('churned', 100_000);
        expect(body.equals(version(body.readUInt8(0)))).toBe(true);
      }
    };
    await Promise.all([replacing, ...Array.from({ length: 4 }, reader)]);
  });

  it('say in their events what failed, without the query that may carry a signature', async () => {
    const { url } = await store.presignPut('logged', { expiresS: 60 });
    await fetch(`${url}x`, { method: 'PUT', body: 'x' });
    const logged = () => events.filter(({ path }) => path === '/stead/logged');
    // The event follows the answer.
    await condition(async () => logged().length > 0);
    const failed = { method: 'PUT', path: '/stead/logged', status: 403, code: 'SignatureDoesNotMatch' };
    expect(logged()).toEqual([expect.objectContaining({ ...failed, requestId: expect.any(String) })]);
  });
});

const PART_BYTES = 6 * MIB;

async function putInParts(store: S3ObjectStore, key: string, body: Buffer): Promise<void> {
  const uploadId = await store.createMultipart(key, { mediaType: 'a/b' });
  for (let at = 0; at < body.length; at += PART_BYTES) {
    const { url } = await store.presignPart(key, uploadId, at / PART_BYTES + 1, { expiresS: 60 });
    await (await fetch(url, { method: 'PUT', body: new Uint8Array(body.subarray(at, at + PART_BYTES)) })).arrayBuffer();
  }
  await store.completeMultipart(key, uploadId, await store.listParts(key, uploadId));
}

/** Sends the head of a PUT, its body only after "100 Continue", and returns all that came back. */
async function rawPut(port: number, path: string, bytes: number): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  const head = [
    `PUT ${path} HTTP/1.1`,
    `host: 127.0.0.1:${port}`,
    `content-length: ${bytes}`,
    'expect: 100-continue',
    'connection: close',
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  let answer = '';
  for await (const chunk of socket) {
    answer += chunk;
    if (answer === 'HTTP/1.1 100 Continue\r\n\r\n') socket.write('x'.repeat(bytes));
  }
  return answer;
}

async function condition(holds: () => Promise<boolean>): Promise<void> {
  for (let check = 0; check < 2_000; check += 1) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error('The condition never held');
}
