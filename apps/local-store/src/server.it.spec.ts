import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3ObjectStore, type ObjectStoreConfig } from '@stead/platform/object-store';
import { errorCode, signedFetch } from '@stead/testing/object-store';
import type { RequestEvent } from './http/handle';
import { startLocalStore, type LocalStore } from './server';

const CREDENTIALS = { accessKeyId: 'server', secretAccessKey: 'a secret of the server tests' };
const ORIGIN = 'https://stead.example';

describe('the local store', () => {
  /** Of this test alone, so that it can be seen that nothing else appears in it. */
  let parent = '';
  let folder = '';
  let server: LocalStore;
  let config: ObjectStoreConfig;
  let store: S3ObjectStore;
  const events: RequestEvent[] = [];

  beforeAll(async () => {
    parent = await mkdtemp(join(tmpdir(), 'local-store-server-'));
    folder = join(parent, 'store');
    server = await startLocalStore({
      folder,
      port: 0,
      credentials: [CREDENTIALS],
      corsOrigins: [ORIGIN],
      onRequest: (event) => void events.push(event),
    });
    config = { endpoint: server.url, region: 'us-east-1', bucket: 'stead', forcePathStyle: true, ...CREDENTIALS };
    store = new S3ObjectStore(config);
    await store.ensureBucket();
  });
  afterAll(async () => {
    store.close();
    await server.close();
    await rm(parent, { recursive: true, force: true });
  });
  const refusal = async (response: Response) => [response.status, await errorCode(response)];

  describe('paths', () => {
    /** As it stands, where `fetch` would resolve dots first. */
    const raw = async (method: string, path: string): Promise<{ status: number; body: string }> => {
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        httpRequest({ host: '127.0.0.1', port: server.port, method, path }, resolve).on('error', reject).end();
      });
      let body = '';
      for await (const chunk of response) body += chunk;
      return { status: response.statusCode ?? 0, body };
    };

    it.each([
      '/stead/../../../etc/passwd',
      '/stead/%2e%2e/%2e%2e/etc/passwd',
      '/stead/..%2f..%2fetc%2fpasswd',
      '/../stead/x',
      '/%2e%2e/x',
      '//etc/passwd',
      '/stead/..\\..\\x',
    ])('reads nothing outside of its folder for %s', async (path) => {
      const { status, body } = await raw('GET', path);
      expect([status, body.includes('root:')]).toEqual([403, false]);
    });

    it.each([
      ['/stead/a%00b', 'InvalidArgument'],
      ['/stead/%ff%fe', 'InvalidURI'],
      ['/stead/%', 'InvalidURI'],
      [`/stead/${'x'.repeat(1025)}`, 'KeyTooLongError'],
    ])('refuses the path %s', async (path, code) => {
      const { status, body } = await raw('GET', path);
      expect([status, body.includes(`<Code>${code}</Code>`)]).toEqual([400, true]);
    });

    it('keeps objects whose keys look like ways out, inside', async () => {
      const keys = ['../out', '../../../out', '/etc/out', './here', 'a/../b', '..', '.', 'c:\\windows', '~/x'];
      for (const key of keys) await store.put(key, Buffer.from(key), { mediaType: 'text/plain' });
      for (const key of keys) expect((await store.getBytes(key, 100)).toString()).toBe(key);
      expect((await store.list('../')).objects.map(({ key }) => key)).toEqual(['../../../out', '../out']);
      for (const key of keys) await store.delete(key);
      expect(await readdir(parent)).toEqual(['store']);
      expect((await readdir(folder)).sort()).toEqual(['buckets', 'format.json', 'owner.json', 'staging']);
      expect(await readdir(join(folder, 'buckets', 'stead', 'objects'))).toEqual([]);
    });
  });

  describe('buckets', () => {
    const create = (bucket: string) => signedFetch({ ...config, bucket }, { method: 'PUT', key: '' });

    it('can be made once', async () => {
      expect((await create('second')).status).toBe(200);
      expect(await refusal(await create('second'))).toEqual([409, 'BucketAlreadyOwnedByYou']);
    });

    it.each(['ab', 'Upper', 'a..b', '-ab', '192.168.0.1', 'x'.repeat(64), 'under_score'])(
      'cannot be called %s',
      async (bucket) => {
        expect(await refusal(await create(bucket))).toEqual([400, 'InvalidBucketName']);
      },
    );

    it('are kept apart', async () => {
      const other = new S3ObjectStore({ ...config, bucket: 'other' });
      await other.ensureBucket();
      await other.put('same', Buffer.from('other'), { mediaType: 'text/plain' });
      expect(await store.head('same')).toBeNull();
      other.close();
    });

    it('that are missing are named in the answer', async () => {
      const missing = { ...config, bucket: 'missing' };
      for (const [method, key] of [
        ['GET', 'x'],
        ['PUT', 'x'],
        ['DELETE', 'x'],
        ['GET', ''],
      ] as const) {
        const query: Record<string, string> = key === '' ? { 'list-type': '2' } : {};
        expect(await refusal(await signedFetch(missing, { method, key, query }))).toEqual([404, 'NoSuchBucket']);
      }
    });
  });

  describe('what it lacks', () => {
    it.each(['acl', 'tagging', 'policy', 'lifecycle', 'versions', 'retention'])(
      '?%s is refused as NotImplemented',
      async (name) => {
        for (const [method, key] of [
          ['GET', 'x'],
          ['PUT', 'x'],
          ['GET', ''],
        ] as const) {
          expect(await refusal(await signedFetch(config, { method, key, query: { [name]: '' } }))).toEqual([
            501,
            'NotImplemented',
          ]);
        }
      },
    );

    it.each([
      { 'x-amz-tagging': 'a=b' },
      { 'x-amz-acl': 'public-read' },
      { 'x-amz-server-side-encryption': 'aws:kms' },
      { 'x-amz-object-lock-mode': 'COMPLIANCE' },
      { 'x-amz-storage-class': 'GLACIER' },
      { 'x-amz-grant-read': 'id=x' },
      { 'if-none-match': '"an etag"' },
      { 'x-amz-checksum-sha512': 'AAAA' },
    ] as Record<string, string>[])('%j is refused rather than ignored', async (headers) => {
      expect(await refusal(await signedFetch(config, { method: 'PUT', key: 'lacking', body: 'x', headers }))).toEqual([
        501,
        'NotImplemented',
      ]);
      expect(await store.head('lacking')).toBeNull();
    });

    it('a version, a single part, an old listing and the deletion of a bucket are refused', async () => {
      await store.put('there', Buffer.from('x'), { mediaType: 'a/b' });
      for (const [method, key, query] of [
        ['GET', 'there', { versionId: 'abc' }],
        ['GET', 'there', { partNumber: '1' }],
        ['GET', '', {}],
        ['DELETE', '', {}],
      ] as const) {
        expect(await refusal(await signedFetch(config, { method, key, query }))).toEqual([501, 'NotImplemented']);
      }
      expect(await refusal(await signedFetch(config, { method: 'PATCH', key: 'there' }))).toEqual([405, 'MethodNotAllowed']);
    });
  });

  describe('metadata', () => {
    it('of more than 2 KB is refused', async () => {
      const put = (bytes: number) =>
        signedFetch(config, { method: 'PUT', key: 'meta', headers: { 'x-amz-meta-a': 'x'.repeat(bytes) } });
      expect((await put(2047)).status).toBe(200);
      expect(await refusal(await put(2048))).toEqual([400, 'MetadataTooLarge']);
    });

    it('in a presigned answer cannot break out of its header', async () => {
      await store.put('shown', Buffer.from('x'), { mediaType: 'text/plain' });
      const query = { 'response-content-disposition': 'attachment\r\nset-cookie: a=b' };
      expect(await refusal(await signedFetch(config, { method: 'GET', key: 'shown', query }))).toEqual([400, 'InvalidArgument']);
    });
  });

  describe('browsers of other origins', () => {
    const preflight = (origin: string, method: string) =>
      fetch(`${server.url}/stead/x`, {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': method,
          'access-control-request-headers': 'content-type,x-amz-meta-a',
        },
      });

    it('from an allowed origin may ask, and are told what they may send', async () => {
      const response = await preflight(ORIGIN, 'PUT');
      expect(response.status).toBe(200);
      expect(response.headers.get('access-control-allow-origin')).toBe(ORIGIN);
      expect(response.headers.get('access-control-allow-methods')).toContain('PUT');
      expect(response.headers.get('access-control-allow-headers')).toBe('content-type,x-amz-meta-a');
      expect(response.headers.get('access-control-allow-credentials')).toBeNull();
    });

    it('from another origin, or with another method, are refused', async () => {
      for (const [origin, method] of [
        ['https://evil.example', 'PUT'],
        ['null', 'PUT'],
        [ORIGIN, 'PATCH'],
      ] as const) {
        const response = await preflight(origin, method);
        expect(response.status).toBe(403);
        expect(response.headers.get('access-control-allow-origin')).toBe(origin === ORIGIN ? ORIGIN : null);
      }
    });

    it('may read the etag of what they uploaded, and the reason when they could not', async () => {
      const { url } = await store.presignPut('from-browser', { expiresS: 60 });
      const stored = await fetch(url, { method: 'PUT', body: 'x', headers: { origin: ORIGIN } });
      expect(stored.headers.get('access-control-expose-headers')).toContain('ETag');
      expect(stored.headers.get('vary')).toContain('Origin');
      const failed = await fetch(url.replace('from-browser', 'elsewhere'), {
        method: 'PUT',
        body: 'x',
        headers: { origin: ORIGIN },
      });
      expect([failed.status, failed.headers.get('access-control-allow-origin')]).toEqual([403, ORIGIN]);
    });
  });
});
