import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { S3ObjectStore } from '@stead/platform/object-store';
import { openStore, startStoreProcess, type StoreProcess } from './testing/store-process';

const MIB = 1024 * 1024;
const KILLS = 6;
const WRITERS = 4;
const STAGED_CHECKS_MAX = 2_000;

describe('a server that is killed', () => {
  let folder = '';
  let server: StoreProcess | undefined;
  let store: S3ObjectStore | undefined;
  const restart = async (): Promise<S3ObjectStore> => {
    store?.close();
    server = await startStoreProcess(folder);
    return (store = await openStore(server.config));
  };
  const staged = () => readdir(join(folder, 'staging'));

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'local-store-crash-'));
  });
  afterEach(async () => {
    store?.close();
    await server?.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });

  it('in the middle of a PUT leaves the old object whole, and nothing of the new one', async () => {
    let current = await restart();
    const before = randomBytes(3 * MIB);
    await current.put('precious', before, { mediaType: 'a/b' });
    for (const key of ['precious', 'new']) {
      const { url } = await current.presignPut(key, { expiresS: 60 });
      const upload = request(url, { method: 'PUT', headers: { 'content-length': 64 * MIB } });
      upload.on('error', () => undefined);
      upload.write(randomBytes(8 * MIB));
      await condition(async () => (await staged()).length > 0);
      await server?.kill('SIGKILL');
      upload.destroy();
      current = await restart();
      expect(await staged()).toEqual([]);
    }
    expect((await current.getBytes('precious', 4 * MIB)).equals(before)).toBe(true);
    expect(await current.head('new')).toBeNull();
    expect((await current.list('')).objects.map(({ key }) => key)).toEqual(['precious']);
  });

  it('again and again under load never shows half an object, and keeps all that it confirmed', async () => {
    const confirmed = new Map<string, number>();
    const torn: string[] = [];
    for (let kill = 0; kill < KILLS; kill += 1) {
      const current = await restart();
      let killed = false;
      const writing = Array.from({ length: WRITERS }, async (_, writer) => {
        const key = `versions/${writer}`;
        for (let version = (confirmed.get(key) ?? 0) + 1; !killed; version += 1) {
          // Alternately in one piece and in parts, so that both ways of becoming visible are cut.
          const { url } = await current.presignPut(key, { expiresS: 60 });
          const body = contentOf(version);
          const done = version % 2 === 0 ? await putInParts(current, key, body) : (await put(url, body)).ok;
          if (done) confirmed.set(key, version);
        }
      });
      const reading = Array.from({ length: WRITERS }, async (_, reader) => {
        const url = await current.presignGet(`versions/${reader}`, { expiresS: 60 });
        while (!killed) {
          const response = await fetch(url);
          if (response.status === 404) continue;
          const body = Buffer.from(await response.arrayBuffer());
          if (response.status !== 200 || !body.equals(contentOf(body.readUInt32BE(0))))
            torn.push(`${response.status} with ${body.length} bytes`);
        }
      });
      const enough = confirmed.size === 0 ? 0 : Math.max(...confirmed.values());
      await condition(async () => Math.max(0, ...confirmed.values()) >= enough + 2);
      // A different moment of the write each time.
      await new Promise((resolve) => setTimeout(resolve, kill * 7));
      await server?.kill('SIGKILL');
      killed = true;
      await Promise.allSettled([...writing, ...reading]);
    }
    const after = await restart();
    expect(torn).toEqual([]);
    expect(confirmed.size).toBe(WRITERS);
    for (const [key, version] of confirmed) {
      const body = await after.getBytes(key, 2 * MIB);
      const stored = body.readUInt32BE(0);
      expect(stored).toBeGreaterThanOrEqual(version);
      expect(body.equals(contentOf(stored))).toBe(true);
    }
  });

  it('in the middle of an upload in parts keeps the parts that it confirmed, and the upload goes on', async () => {
    let current = await restart();
    const parts = [randomBytes(5 * MIB), randomBytes(5 * MIB), randomBytes(1_000)];
    const uploadId = await current.createMultipart('resumed', { mediaType: 'video/x' });
    const send = async (number: number, body: Buffer) =>
      put((await current.presignPart('resumed', uploadId, number, { expiresS: 60 })).url, body);
    expect((await send(1, parts[0] ?? Buffer.alloc(0))).status).toBe(200);
    const second = await current.presignPart('resumed', uploadId, 2, { expiresS: 60 });
    const cut = request(second.url, { method: 'PUT', headers: { 'content-length': 5 * MIB } });
    cut.on('error', () => undefined);
    cut.write(randomBytes(2 * MIB));
    await condition(async () => (await staged()).length > 0);
    await server?.kill('SIGKILL');
    cut.destroy();
    current = await restart();
    expect((await current.listParts('resumed', uploadId)).map(({ partNumber, bytes }) => [partNumber, bytes])).toEqual([
      [1, 5 * MIB],
    ]);
    for (const number of [2, 3]) expect((await send(number, parts[number - 1] ?? Buffer.alloc(0))).status).toBe(200);
    await current.completeMultipart('resumed', uploadId, await current.listParts('resumed', uploadId));
    await server?.kill('SIGKILL');
    current = await restart();
    expect((await current.getBytes('resumed', 20 * MIB)).equals(Buffer.concat(parts))).toBe(true);
  });
});

/** The version, then bytes that only this version has. */
function contentOf(version: number): Buffer {
  const body = Buffer.alloc(MIB, version % 251);
  body.writeUInt32BE(version, 0);
  return body;
}

async function put(url: string, body: Buffer): Promise<Response> {
  return fetch(url, { method: 'PUT', body: new Uint8Array(body) });
}

async function putInParts(store: S3ObjectStore, key: string, body: Buffer): Promise<boolean> {
  const uploadId = await store.createMultipart(key, { mediaType: 'a/b' });
  const { url } = await store.presignPart(key, uploadId, 1, { expiresS: 60 });
  const part = await put(url, body);
  if (!part.ok) return false;
  await store.completeMultipart(key, uploadId, [{ partNumber: 1, etag: part.headers.get('etag') ?? '' }]);
  return true;
}

async function condition(holds: () => Promise<boolean>): Promise<void> {
  for (let check = 0; check < STAGED_CHECKS_MAX; check += 1) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error('The condition never held');
}
