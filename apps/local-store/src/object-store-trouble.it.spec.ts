import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { ObjectStoreUnavailable, PreconditionFailed, S3ObjectStore } from '@stead/platform/object-store';

const TEXT = { mediaType: 'text/plain' };
const CONTENT = Buffer.from('content');
const ETAG = `"${createHash('md5').update(CONTENT).digest('hex')}"`;

/** What one hit on the server gets; `sent` below `announced` breaks the connection in the middle. */
type Answer =
  { status: number; announced?: number; sent?: number; etag?: string; document?: string } | 'broken before the answer';

describe('S3ObjectStore, when the store is in trouble,', () => {
  const servers: Server[] = [];
  const stores: S3ObjectStore[] = [];
  let hits: string[] = [];

  afterEach(async () => {
    for (const store of stores.splice(0)) store.close();
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });
  const open = (endpoint: string, limits: ConstructorParameters<typeof S3ObjectStore>[1] = {}): S3ObjectStore => {
    const credentials = { accessKeyId: 'trouble', secretAccessKey: 'a secret of the trouble tests' };
    const store = new S3ObjectStore(
      { endpoint, region: 'us-east-1', bucket: 'stead', forcePathStyle: true, ...credentials },
      limits,
    );
    stores.push(store);
    return store;
  };
  const against = async (
    answerTo: (hit: number, method: string) => Answer | Promise<Answer>,
    limits?: ConstructorParameters<typeof S3ObjectStore>[1],
  ): Promise<S3ObjectStore> => {
    hits = [];
    const server = createServer((request, response) => {
      hits.push(request.method ?? '');
      const hit = hits.length;
      request.resume().on('end', async () => send(await answerTo(hit, request.method ?? ''), request, response));
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    // A server that listens on TCP has such an address.
    const { port } = server.address() as AddressInfo;
    return open(`http://127.0.0.1:${port}`, limits);
  };

  it('says ObjectStoreUnavailable, which is a 503, when nobody answers', async () => {
    const nobody = open('http://127.0.0.1:1');
    await expect(nobody.put('a', CONTENT, TEXT)).rejects.toBeInstanceOf(ObjectStoreUnavailable);
    await expect(nobody.head('a')).rejects.toMatchObject({ kind: 'unavailable', code: 'platform/unavailable' });
  });

  it('tries a 503 again, and gives up after a few', async () => {
    const recovering = await against((hit) => (hit < 2 ? { status: 503 } : { status: 200, announced: 4, sent: 4 }));
    expect((await recovering.getBytes('a', 10)).toString()).toBe('xxxx');
    expect(hits).toHaveLength(2);
    const lasting = await against(() => ({ status: 503 }));
    await expect(lasting.put('a', CONTENT, TEXT)).rejects.toBeInstanceOf(ObjectStoreUnavailable);
    expect(hits.length).toBeGreaterThan(1);
    expect(hits.length).toBeLessThan(10);
  });

  it('reads again what broke off in the middle, and never takes half for whole', async () => {
    const recovering = await against((hit) => ({ status: 200, announced: 1_000, sent: hit < 3 ? 500 : 1_000 }));
    expect(await recovering.getBytes('a', 1_000)).toHaveLength(1_000);
    const dying = await against(() => ({ status: 200, announced: 1_000, sent: 500 }));
    await expect(dying.getBytes('a', 1_000)).rejects.toBeInstanceOf(ObjectStoreUnavailable);
    const { body } = await dying.get('a');
    const read = async (): Promise<void> => {
      for await (const chunk of body) expect(chunk.length).toBeLessThan(1_000);
    };
    await expect(read()).rejects.toBeInstanceOf(ObjectStoreUnavailable);
  });

  it('takes silence for death, but not while the store copies or puts parts together', async () => {
    const limits = { idleTimeoutMs: 100, silentWorkTimeoutMs: 30_000 };
    let wake = (): void => undefined;
    const asleep = new Promise<void>((resolve) => (wake = resolve));
    const sleeping = await against(async (_, method) => {
      if (method === 'GET') await asleep;
      return { status: 200 };
    }, limits);
    await expect(sleeping.get('a')).rejects.toBeInstanceOf(ObjectStoreUnavailable);
    wake();
    const silent = async (_: number, method: string): Promise<Answer> => {
      // Several times the limit on silence: the length of the work is what is tested.
      if (method === 'POST') await delay(5 * limits.idleTimeoutMs);
      return { status: 200, document: '<CompleteMultipartUploadResult><ETag>"e-1"</ETag></CompleteMultipartUploadResult>' };
    };
    const working = await against(silent, limits);
    await expect(working.completeMultipart('a', 'upload', [{ partNumber: 1, etag: '"e"' }])).resolves.toEqual({ etag: '"e-1"' });
    expect(hits).toEqual(['POST']);
  });

  it('recognises its own conditional write when the first answer was lost', async () => {
    const lost = await against((hit, method) =>
      method === 'HEAD' ? { status: 200, etag: ETAG } : hit === 1 ? 'broken before the answer' : { status: 412 },
    );
    await expect(lost.put('a', CONTENT, { ...TEXT, ifNoneMatch: '*' })).resolves.toEqual({ etag: ETAG });
    expect(hits).toEqual(['PUT', 'PUT', 'HEAD']);
  });

  it("does not take another writer's object for its own", async () => {
    const other = await against((hit, method) =>
      method === 'HEAD' ? { status: 200, etag: '"of another"' } : hit === 1 ? 'broken before the answer' : { status: 412 },
    );
    await expect(other.put('a', CONTENT, { ...TEXT, ifNoneMatch: '*' })).rejects.toBeInstanceOf(PreconditionFailed);
    const plain = await against(() => ({ status: 412 }));
    await expect(plain.put('a', CONTENT, { ...TEXT, ifNoneMatch: '*' })).rejects.toBeInstanceOf(PreconditionFailed);
    expect(hits).toEqual(['PUT']);
  });
});

function send(answer: Answer, request: IncomingMessage, response: ServerResponse): void {
  if (answer === 'broken before the answer') return void request.socket.destroy();
  const { status, announced = 0, sent = 0, etag = '"e"', document } = answer;
  if (document !== undefined) return void response.writeHead(status, { 'content-type': 'application/xml' }).end(document);
  response.writeHead(status, { 'content-length': announced, etag });
  response.write(Buffer.alloc(sent, 'x'), () => (sent < announced ? response.destroy() : response.end()));
}
