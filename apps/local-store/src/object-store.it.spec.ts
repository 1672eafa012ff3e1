import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import {
  ChecksumMismatch,
  InvalidObjectKey,
  ObjectNotFound,
  ObjectStoreRefused,
  ObjectTooLarge,
  PreconditionFailed,
  RangeNotSatisfiable,
  S3ObjectStore,
  UploadNotFound,
  UploadPartsRejected,
  partBytes,
  type ObjectStoreConfig,
} from '@stead/platform/object-store';
import { startLocalStore, type LocalStore } from './server';

const MIB = 1024 * 1024;
const CREDENTIALS = { accessKeyId: 'adapter', secretAccessKey: 'a secret of the adapter tests' };
const TEXT = { mediaType: 'text/plain' };

describe('S3ObjectStore', () => {
  let folder = '';
  let server: LocalStore;
  let config: ObjectStoreConfig;
  let store: S3ObjectStore;
  let count = 0;
  const freshPrefix = () => `t${(count += 1)}/`;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'object-store-'));
    server = await startLocalStore({ folder, port: 0, credentials: [CREDENTIALS] });
    config = { endpoint: server.url, region: 'us-east-1', bucket: 'stead', forcePathStyle: true, ...CREDENTIALS };
    store = new S3ObjectStore(config);
    await Promise.all([store.ensureBucket(), store.ensureBucket(), store.ensureBucket()]);
  });
  afterAll(async () => {
    store.close();
    await server.close();
    await rm(folder, { recursive: true, force: true });
  });

  const readAll = async (body: Readable): Promise<Buffer> => {
    const chunks: Buffer[] = [];
    for await (const chunk of body) chunks.push(chunk);
    return Buffer.concat(chunks);
  };

  it('stores a buffer and tells about it', async () => {
    const key = `${freshPrefix()}a`;
    const { etag } = await store.put(key, Buffer.from('content'), { mediaType: 'image/x', cacheControl: 'max-age=9' });
    expect(await store.head(key)).toEqual({ bytes: 7, etag, mediaType: 'image/x' });
    const got = await store.get(key);
    expect({ ...got, body: (await readAll(got.body)).toString() }).toEqual({
      bytes: 7,
      etag,
      mediaType: 'image/x',
      body: 'content',
    });
    const response = await fetch(await store.presignGet(key, { expiresS: 60 }));
    expect(response.headers.get('cache-control')).toBe('max-age=9');
  });

  it.each([0, 1, 8 * MIB - 1, 8 * MIB, 8 * MIB + 1, 26 * MIB])(
    'stores a stream of %i bytes whose length nobody knows',
    async (bytes) => {
      const key = `${freshPrefix()}streamed`;
      const content = randomBytes(bytes);
      const pieces = function* () {
        for (let at = 0; at < content.length; at += 700_001) yield content.subarray(at, at + 700_001);
      };
      const sha256 = createHash('sha256').update(content).digest('hex');
      await store.put(key, Readable.from(pieces()), { mediaType: 'video/x', sha256, ifNoneMatch: '*' });
      expect(await store.head(key)).toMatchObject({ bytes, mediaType: 'video/x' });
      expect((await store.getBytes(key, bytes)).equals(content)).toBe(true);
    },
  );

  it('stores nothing when a stream breaks, is of another content, or meets an object', async () => {
    const prefix = freshPrefix();
    const breaking = function* () {
      yield Buffer.alloc(20 * MIB);
      throw new Error('The disk of the sender broke');
    };
    await expect(store.put(`${prefix}a`, Readable.from(breaking()), TEXT)).rejects.toThrow('The disk of the sender broke');
    const sha256 = createHash('sha256').update('other').digest('hex');
    for (const bytes of [10, 20 * MIB]) {
      const body = Readable.from([Buffer.alloc(bytes)]);
      await expect(store.put(`${prefix}b`, body, { ...TEXT, sha256 })).rejects.toBeInstanceOf(ChecksumMismatch);
    }
    await store.put(`${prefix}c`, Buffer.from('first'), TEXT);
    const late = Readable.from([Buffer.alloc(20 * MIB)]);
    await expect(store.put(`${prefix}c`, late, { ...TEXT, ifNoneMatch: '*' })).rejects.toBeInstanceOf(PreconditionFailed);
    expect((await store.list(prefix)).objects.map(({ key, bytes }) => [key, bytes])).toEqual([[`${prefix}c`, 5]]);
  });

  it('checks a buffer against its SHA-256', async () => {
    const key = `${freshPrefix()}summed`;
    const sha256 = createHash('sha256').update('content').digest('hex');
    await expect(store.put(key, Buffer.from('another'), { ...TEXT, sha256 })).rejects.toBeInstanceOf(ChecksumMismatch);
    expect(await store.head(key)).toBeNull();
    await store.put(key, Buffer.from('content'), { ...TEXT, sha256 });
  });

  it('tells the SHA-256 that came with a buffer, and nothing of what came without or in parts', async () => {
    const prefix = freshPrefix();
    const body = Buffer.from('content');
    const sha256 = createHash('sha256').update(body).digest('hex');
    const large = randomBytes(9 * MIB);
    await store.put(`${prefix}with`, body, { ...TEXT, sha256 });
    await store.put(`${prefix}without`, body, TEXT);
    const ofLarge = createHash('sha256').update(large).digest('hex');
    await store.put(`${prefix}parts`, Readable.from([large]), { ...TEXT, sha256: ofLarge });
    expect((await store.head(`${prefix}with`, { checksum: true }))?.sha256).toBe(sha256);
    expect(await store.head(`${prefix}with`)).not.toHaveProperty('sha256');
    for (const name of ['without', 'parts'])
      expect(await store.head(prefix + name, { checksum: true })).not.toHaveProperty('sha256');
    await store.copy(`${prefix}with`, `${prefix}copy`);
    expect((await store.head(`${prefix}copy`, { checksum: true }))?.sha256).toBe(sha256);
  });

  it('reads ranges, of the version that was asked for', async () => {
    const key = `${freshPrefix()}ranged`;
    const { etag } = await store.put(key, Buffer.from('0123456789'), TEXT);
    const read = async (range: Parameters<S3ObjectStore['get']>[1]) => {
      const { body, bytes, contentRange } = await store.get(key, range);
      return [(await readAll(body)).toString(), bytes, contentRange];
    };
    expect(await read({ range: { start: 2, end: 4 } })).toEqual(['234', 3, 'bytes 2-4/10']);
    expect(await read({ range: { start: 8 } })).toEqual(['89', 2, 'bytes 8-9/10']);
    expect(await read({ range: { suffix: 3 }, ifMatch: etag })).toEqual(['789', 3, 'bytes 7-9/10']);
    await expect(store.get(key, { range: { start: 10 } })).rejects.toBeInstanceOf(RangeNotSatisfiable);
    await expect(store.get(key, { ifMatch: '"other"' })).rejects.toBeInstanceOf(PreconditionFailed);
  });

  it('writes conditionally', async () => {
    const key = `${freshPrefix()}conditional`;
    const { etag } = await store.put(key, Buffer.from('1'), { ...TEXT, ifNoneMatch: '*' });
    await expect(store.put(key, Buffer.from('2'), { ...TEXT, ifNoneMatch: '*' })).rejects.toBeInstanceOf(PreconditionFailed);
    await store.put(key, Buffer.from('2'), { ...TEXT, ifMatch: etag });
    await expect(store.put(key, Buffer.from('3'), { ...TEXT, ifMatch: etag })).rejects.toBeInstanceOf(PreconditionFailed);
    await expect(store.put(`${key}-missing`, Buffer.from('3'), { ...TEXT, ifMatch: etag })).rejects.toBeInstanceOf(
      PreconditionFailed,
    );
    expect((await store.getBytes(key, 1)).toString()).toBe('2');
  });

  it('says in its own words what went wrong', async () => {
    const key = `${freshPrefix()}missing`;
    expect(await store.head(key)).toBeNull();
    await expect(store.get(key)).rejects.toMatchObject({ name: 'ObjectNotFound', key });
    await expect(store.getBytes(key, 9)).rejects.toBeInstanceOf(ObjectNotFound);
    await expect(store.copy(key, `${key}2`)).rejects.toBeInstanceOf(ObjectNotFound);
    await expect(store.listParts(key, 'nothing')).rejects.toBeInstanceOf(UploadNotFound);
    await store.delete(key);
    await store.abortMultipart(key, 'nothing');
    await store.put(key, Buffer.from('too large'), TEXT);
    await expect(store.getBytes(key, 8)).rejects.toBeInstanceOf(ObjectTooLarge);
    const stranger = new S3ObjectStore({ ...config, secretAccessKey: 'a wrong secret of the adapter tests' });
    await expect(stranger.get(key)).rejects.toMatchObject({ name: 'ObjectStoreRefused', storeCode: 'SignatureDoesNotMatch' });
    await expect(stranger.head(key)).rejects.toBeInstanceOf(ObjectStoreRefused);
    stranger.close();
    const nowhere = new S3ObjectStore({ ...config, bucket: 'not-there' });
    await expect(nowhere.put(key, Buffer.alloc(1), TEXT)).rejects.toMatchObject({ storeCode: 'NoSuchBucket' });
    await expect(nowhere.get(key)).rejects.toMatchObject({ storeCode: 'NoSuchBucket' });
    nowhere.close();
  });

  it.each(['', 'a\u0000b', 'a\nb', '\ud800', 'x'.repeat(1025), '가'.repeat(342)])(
    'refuses %j as a key before asking',
    async (key) => {
      await expect(store.put(key, Buffer.alloc(1), TEXT)).rejects.toBeInstanceOf(InvalidObjectKey);
      await expect(store.presignGet(key, { expiresS: 9 })).rejects.toBeInstanceOf(InvalidObjectKey);
    },
  );

  it('lists page by page and deletes by prefix, and only that', async () => {
    const prefix = freshPrefix();
    const keys = Array.from({ length: 25 }, (_, i) => `${prefix}1/${String(i).padStart(2, '0')} 한&`);
    await Promise.all([...keys, `${prefix}10`, `${prefix}1`].map((key) => store.put(key, Buffer.from('x'), TEXT)));
    const listed: string[] = [];
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page = await store.list(`${prefix}1/`, { limit: 10, cursor });
      expect(page.objects.length).toBeLessThanOrEqual(10);
      listed.push(...page.objects.map(({ key }) => key));
      cursor = page.cursor;
    }
    expect(listed).toEqual(keys);
    expect(await store.deletePrefix(`${prefix}1/`)).toBe(25);
    expect(await store.deletePrefix(`${prefix}1/`)).toBe(0);
    expect((await store.list(prefix)).objects.map(({ key }) => key)).toEqual([`${prefix}1`, `${prefix}10`]);
    for (const unsafe of ['', '/', `${prefix}1`])
      await expect(store.deletePrefix(unsafe)).rejects.toBeInstanceOf(InvalidObjectKey);
  });

  it('copies, in parts when the object is too large for one call', async () => {
    const prefix = freshPrefix();
    const content = randomBytes(13 * MIB);
    const { etag } = await store.put(`${prefix}from 한`, content, { mediaType: 'video/x' });
    expect((await store.copy(`${prefix}from 한`, `${prefix}whole`)).etag).toBe(etag);
    const small = new S3ObjectStore(config, { copyBytesMax: 12 * MIB, copyPartBytes: 6 * MIB });
    expect((await small.copy(`${prefix}from 한`, `${prefix}parted`)).etag).toMatch(/-3"$/);
    small.close();
    for (const name of ['whole', 'parted']) {
      expect(await store.head(prefix + name)).toMatchObject({ bytes: content.length, mediaType: 'video/x' });
      expect((await store.getBytes(prefix + name, content.length)).equals(content)).toBe(true);
    }
  });

  it('hands out uploads in parts that a browser sends, lists and completes them', async () => {
    const key = `${freshPrefix()}from a browser`;
    const parts = [randomBytes(5 * MIB), Buffer.from('the end')];
    const uploadId = await store.createMultipart(key, { mediaType: 'video/x', cacheControl: 'no-cache' });
    for (const [index, part] of parts.entries()) {
      const { url, headers } = await store.presignPart(key, uploadId, index + 1, { expiresS: 60, bytes: part.length });
      expect((await fetch(url, { method: 'PUT', headers, body: 'another length' })).status).toBe(403);
      expect((await fetch(url, { method: 'PUT', headers, body: new Uint8Array(part) })).status).toBe(200);
    }
    const stored = await store.listParts(key, uploadId);
    expect(stored.map(({ partNumber, bytes }) => [partNumber, bytes])).toEqual([
      [1, 5 * MIB],
      [2, 7],
    ]);
    const wrong = stored.map((part) => ({ ...part, etag: '"other"' }));
    await expect(store.completeMultipart(key, uploadId, wrong)).rejects.toBeInstanceOf(UploadPartsRejected);
    const { etag } = await store.completeMultipart(key, uploadId, stored, { ifNoneMatch: '*' });
    expect(await store.head(key)).toEqual({ bytes: 5 * MIB + 7, etag, mediaType: 'video/x' });
    expect((await store.getBytes(key, 6 * MIB)).equals(Buffer.concat(parts))).toBe(true);
  });

  it('takes parts one by one, each replaceable until the upload is completed; the same parts give the same etag', async () => {
    const content = randomBytes(partBytes(1) + 9);
    const streamed = await store.put(`${freshPrefix()}stream`, Readable.from([content]), TEXT);
    const key = `${freshPrefix()}by parts`;
    const uploadId = await store.createMultipart(key, TEXT);
    await store.putPart(key, uploadId, 2, Buffer.from('overwritten'));
    await store.putPart(key, uploadId, 1, content.subarray(0, partBytes(1)));
    await store.putPart(key, uploadId, 2, content.subarray(partBytes(1)));
    expect((await store.completeMultipart(key, uploadId, await store.listParts(key, uploadId))).etag).toBe(streamed.etag);
    await expect(store.putPart(key, uploadId, 3, Buffer.from('x'))).rejects.toBeInstanceOf(UploadNotFound);
  });

  it('lists the parts of an upload of more than one page', async () => {
    const key = `${freshPrefix()}many parts`;
    const uploadId = await store.createMultipart(key, { mediaType: 'a/b' });
    const numbers = Array.from({ length: 1_010 }, (_, i) => i + 1);
    for (let at = 0; at < numbers.length; at += 50) {
      const batch = numbers.slice(at, at + 50).map(async (number) => {
        const { url } = await store.presignPart(key, uploadId, number, { expiresS: 60 });
        await (await fetch(url, { method: 'PUT', body: 'x' })).arrayBuffer();
      });
      await Promise.all(batch);
    }
    expect((await store.listParts(key, uploadId)).map(({ partNumber }) => partNumber)).toEqual(numbers);
    await store.abortMultipart(key, uploadId);
  });

  it('presigns a PUT that stores only what was agreed on, once', async () => {
    const key = `${freshPrefix()}agreed`;
    const sha256 = createHash('sha256').update('content').digest('hex');
    const { url, headers } = await store.presignPut(key, {
      expiresS: 60,
      mediaType: 'image/png',
      bytes: 7,
      sha256,
      ifNoneMatch: '*',
    });
    const put = (body: string, more: Record<string, string> = {}) =>
      fetch(url, { method: 'PUT', body, headers: { ...headers, ...more } });
    expect((await put('contents')).status).toBe(403);
    expect((await put('content', { 'content-type': 'text/html' })).status).toBe(403);
    expect((await put('CONTENT')).status).toBe(400);
    expect((await put('content')).status).toBe(200);
    expect((await put('content')).status).toBe(412);
    expect(await store.head(key)).toMatchObject({ bytes: 7, mediaType: 'image/png' });
  });

  it('presigns for the address that a browser reaches', async () => {
    const key = `${freshPrefix()}public`;
    await store.put(key, Buffer.from('content'), TEXT);
    const outside = new S3ObjectStore({ ...config, endpoint: 'http://127.0.0.1:1', publicEndpoint: server.url });
    const response = await fetch(await outside.presignGet(key, { expiresS: 60, downloadName: '평면도 "1".pdf' }));
    expect(await response.text()).toBe('content');
    expect(response.headers.get('content-disposition')).toContain(`filename*=UTF-8''%ED%8F%89`);
    outside.close();
  });
});
