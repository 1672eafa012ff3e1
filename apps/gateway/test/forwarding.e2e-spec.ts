import { connect } from 'node:net';
import { request as httpRequest } from 'node:http';
import { gzipSync } from 'node:zlib';
import { freshRedis, until } from '@stead/testing/servers';
import { IDENTITY_HEADER } from '@stead/platform/auth';
import { RunningGateway } from '../src/testing/running-gateway';
import { bodyOf } from '../src/testing/upstream';

const MIB = 1024 * 1024;
type Body = Uint8Array | ReadableStream<Uint8Array>;

describe('what is forwarded', () => {
  const gateway = new RunningGateway();
  const { notifications, spaceMaps } = gateway;
  let base = '';
  beforeAll(async () => {
    [base = ''] = await gateway.start((await freshRedis()).url);
  });
  afterAll(() => gateway.stop());
  beforeEach(() => {
    spaceMaps.seen.length = 0;
    spaceMaps.handler = (_request, response) => response.end('{}');
  });

  const call = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(base + path, { ...init, headers: { 'x-api-key': gateway.apiKey, ...init.headers } });

  /** Bytes as they are, and what comes back until the other side hangs up. */
  function raw(text: string): Promise<string> {
    const { hostname, port } = new URL(base);
    return new Promise((resolve) => {
      const socket = connect(Number(port), hostname, () => socket.write(text));
      let answer = '';
      socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
      socket.on('error', () => undefined); // told by what came back before
      socket.on('close', () => resolve(answer));
    });
  }
  const lines = (...all: string[]): string =>
    [...all, 'Host: x', `X-Api-Key: ${gateway.apiKey}`, 'Connection: close', '', ''].join('\r\n');

  it('arrives as it was sent, and comes back as it was answered', async () => {
    let received = '';
    spaceMaps.handler = (request, response) => {
      void bodyOf(request).then((body) => {
        received = body;
        response.writeHead(202, { location: '/v1/runs/7', etag: '"7"', 'content-type': 'application/json' });
        response.end('{"a":1}');
      });
    };
    const sent = JSON.stringify({ name: '서울 🗺️' });
    const answer = await call('/v1/space-maps?a=%20b&a=c', {
      method: 'POST',
      body: sent,
      headers: { 'content-type': 'application/json', 'idempotency-key': 'k1', 'if-match': '"3"' },
    });
    expect(spaceMaps.only).toMatchObject({ method: 'POST', url: '/v1/space-maps?a=%20b&a=c' });
    expect(spaceMaps.only.headers).toMatchObject({
      'idempotency-key': 'k1',
      'if-match': '"3"',
      'content-type': 'application/json',
    });
    expect(received).toBe(sent);
    expect(answer.status).toBe(202);
    expect(answer.headers.get('location')).toBe('/v1/runs/7');
    expect(answer.headers.get('etag')).toBe('"7"');
    expect(await answer.text()).toBe('{"a":1}');
  });

  it.each(['POST', 'DELETE', 'PATCH'])('has no body where %s had none', async (method) => {
    expect((await call('/v1/space-maps/x', { method })).status).toBe(200);
    expect(spaceMaps.only.method).toBe(method);
    expect(spaceMaps.only.headers['transfer-encoding']).toBeUndefined();
    expect(['0', undefined]).toContain(spaceMaps.only.headers['content-length']);
  });

  it('keeps an encoded body encoded, and a HEAD without one', async () => {
    spaceMaps.handler = (request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': gzipSync('zipped').length });
      response.end(request.method === 'HEAD' ? undefined : gzipSync('zipped'));
    };
    expect(await (await call('/v1/space-maps')).text()).toBe('zipped');
    const head = await call('/v1/space-maps', { method: 'HEAD' });
    expect(head.headers.get('content-length')).toBe(String(gzipSync('zipped').length));
  });

  it('reaches the service while the caller is still sending', async () => {
    const received: string[] = [];
    spaceMaps.handler = (request, response) => {
      request.on('data', (chunk: Buffer) => received.push(chunk.toString()));
      request.on('end', () => response.end('{}'));
    };
    const { hostname, port } = new URL(base);
    const headers = { 'x-api-key': gateway.apiKey, 'content-type': 'application/json' };
    const sending = httpRequest({ hostname, port, path: '/v1/space-maps', method: 'POST', headers });
    const answered = new Promise<number | undefined>((resolve) =>
      sending.on('response', (response) => {
        response.resume();
        resolve(response.statusCode);
      }),
    );
    sending.write('first ');
    await until('the first part to arrive', () => received.join('') === 'first ');
    sending.end('second');
    expect(await answered).toBe(200);
    expect(received.join('')).toBe('first second');
  });

  it('reaches the caller while the service is still answering', async () => {
    let end: () => void = () => undefined;
    spaceMaps.handler = (_request, response) => {
      response.write('first ');
      end = () => response.end('second');
    };
    const reader = (await call('/v1/space-maps')).body?.getReader();
    const read = async (): Promise<string> => Buffer.from((await reader?.read())?.value ?? []).toString();
    expect(await read()).toBe('first ');
    end();
    expect(await read()).toBe('second');
  });

  it('is not heaped up for a caller that does not read', async () => {
    const chunk = Buffer.alloc(MIB, 'x');
    let written = 0;
    let full = false;
    spaceMaps.handler = (_request, response) => {
      const write = (): void => {
        while (written < 256 && response.write(chunk)) written += 1;
        full = written < 256;
        response.once('drain', write);
      };
      write();
    };
    const abort = new AbortController();
    await call('/v1/space-maps', { signal: abort.signal });
    await until('the service to be held back', () => full);
    let before = -1;
    await until('nothing more to be taken', async () => {
      const still = before === written;
      before = written;
      await new Promise((resolve) => setImmediate(resolve));
      return still;
    });
    expect(written).toBeLessThan(64);
    abort.abort();
  });

  it('reaches a service that many listen to: streams take no connection from anything else', async () => {
    const listening: AbortController[] = [];
    notifications.handler = (request, response) => {
      if (request.url === '/v1/events') response.write(': here\n\n');
      else response.end('{}');
    };
    await Promise.all(
      Array.from({ length: 150 }, async () => {
        const abort = new AbortController();
        listening.push(abort);
        await (await call('/v1/events', { signal: abort.signal })).body?.getReader().read();
      }),
    );
    expect((await call('/v1/webhooks')).status).toBe(200);
    for (const abort of listening) abort.abort();
  });

  it.each(['before', 'after'])('is given up when its caller goes away %s the first byte', async (when) => {
    let [open, closed] = [false, false];
    spaceMaps.handler = (_request, response) => {
      open = true;
      if (when === 'after') response.write('first');
      response.on('close', () => (closed = true));
    };
    const abort = new AbortController();
    const answer = call('/v1/space-maps', { signal: abort.signal }).catch(() => null);
    await until('the service to be asked', () => open);
    if (when === 'after') await (await answer)?.body?.getReader().read();
    abort.abort();
    await until('the service to be let go', () => closed);
  });

  it('ends in an error, not in a short answer, when the service breaks off', async () => {
    spaceMaps.handler = (_request, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('half');
      setImmediate(() => response.destroy());
    };
    await expect(call('/v1/space-maps').then((answer) => answer.text())).rejects.toThrow();
  });

  it('leaves out what concerns only two neighbours, both ways', async () => {
    spaceMaps.handler = (_request, response) => {
      response.writeHead(200, {
        connection: 'close, x-secret-hop',
        'x-secret-hop': 'a',
        'proxy-authenticate': 'Basic',
        [IDENTITY_HEADER]: 'leaked',
        'x-kept': 'yes',
      });
      response.end('{}');
    };
    const answer = await raw(
      [
        'GET /v1/space-maps HTTP/1.1',
        'Host: x',
        `X-Api-Key: ${gateway.apiKey}`,
        'Connection: close, X-Hop',
        'X-Hop: 1',
        'TE: trailers',
        'Upgrade: h2c',
        'Proxy-Authorization: Basic eA==',
        'Proxy-Connection: keep-alive',
        'Forwarded: for=1.2.3.4',
        'X-Kept: 1',
        '',
        '',
      ].join('\r\n'),
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer).toMatch(/x-kept: yes/i);
    expect(answer).not.toMatch(/x-secret-hop|proxy-authenticate|leaked/i);
    const { headers } = spaceMaps.only;
    expect(headers['x-kept']).toBe('1');
    for (const name of ['x-hop', 'te', 'upgrade', 'proxy-authorization', 'proxy-connection', 'forwarded'])
      expect(headers[name]).toBeUndefined();
  });

  it.each([
    '/v1/space-maps/../../internal/api-keys',
    '/v1/space-maps/..%2f..%2finternal',
    '/v1/space-maps/%2e%2e/x',
    '/v1/space-maps/a%2Fb',
    '/v1/space-maps/a\\b',
    '/internal/captures',
    '//internal/captures',
    'http://elsewhere.example/internal/captures',
  ])('is nothing at %s', async (path) => {
    const answer = await raw(lines(`GET ${path} HTTP/1.1`));
    expect(answer).toMatch(/^HTTP\/1\.1 404 /);
    expect(answer).toContain('application/problem+json');
    expect(spaceMaps.seen).toHaveLength(0);
  });

  it.each<[string, () => string, number]>([
    ['a path that cannot be read', () => lines('GET /v1/space-maps/%zz HTTP/1.1'), 404],
    ['headers without end', () => lines('GET /v1/space-maps HTTP/1.1', `X-Long: ${'x'.repeat(20_000)}`), 431],
    ['what is no HTTP', () => 'hello\r\n\r\n', 400],
    [
      'a body with two lengths',
      () => lines('POST /v1/space-maps HTTP/1.1', 'Content-Length: 3', 'Transfer-Encoding: chunked') + '0\r\n\r\n',
      400,
    ],
  ])('is refused with a problem for %s', async (_case, text, status) => {
    const answer = await raw(text());
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    const problem = JSON.parse(answer.slice(answer.indexOf('{'))) as object;
    expect(answer).toContain('application/problem+json');
    expect(problem).toMatchObject({ status, type: expect.any(String), detail: expect.any(String), traceId: expect.any(String) });
    expect(spaceMaps.seen).toHaveLength(0);
  });

  it.each([
    ['announced', (): Body => new Uint8Array(MIB + 1)],
    ['not announced', (): Body => endless(MIB + 1)],
  ])('is at most a mebibyte, whether its length was %s', async (_case, body) => {
    spaceMaps.handler = (request) => void request.resume();
    const answer = await call('/v1/space-maps', { method: 'POST', body: body(), duplex: 'half' } as RequestInit); // undici's own option
    expect(answer.status).toBe(413);
    expect(await answer.json()).toMatchObject({ code: 'platform/body-too-large', detail: expect.stringContaining('1 MiB') });
  });
});

function endless(bytes: number): ReadableStream<Uint8Array> {
  let left = bytes;
  return new ReadableStream({
    pull: (controller) => {
      const chunk = new Uint8Array(Math.min(left, 65_536));
      left -= chunk.length;
      if (chunk.length > 0) controller.enqueue(chunk);
      else controller.close();
    },
  });
}
