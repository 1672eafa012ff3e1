import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { IDENTITY_HEADER, IdentitySigner, formatApiKey } from '@stead/platform/auth';
import { Lifecycle } from '@stead/platform/lifecycle';
import { createLogger } from '@stead/platform/logging';
import { freshRedis, until, type FreshRedis } from '@stead/testing/servers';
import { startGateway } from '../src/gateway';
import { loadConfig } from '../src/config';

const IDENTITY_KEY = 'k'.repeat(43);
const WORKSPACE = '0190a0a0-0000-7000-8000-000000000001';
const KEY_ID = '0190a0a0-0000-7000-8000-000000000002';
const RATE = 40;

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A service behind the gateway, as the network shows it. */
class Upstream {
  readonly seen: IncomingMessage[] = [];
  handler: Handler = (_request, response) => response.end('{}');
  private readonly server: Server = createServer((request, response) => {
    this.seen.push(request);
    this.handler(request, response);
  });

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

describe('the gateway', () => {
  const [workspaces, spaceMaps, gone] = [new Upstream(), new Upstream(), new Upstream()];
  const logger = createLogger({ service: 'test', level: 'error' });
  const lifecycle = new Lifecycle(logger);
  let redis: FreshRedis;
  let first = '';
  let second = '';
  let valid = '';

  beforeAll(async () => {
    redis = await freshRedis();
    const [workspacesUrl, spaceMapsUrl, goneUrl] = await Promise.all([workspaces.listen(), spaceMaps.listen(), gone.listen()]);
    await gone.close();
    valid = formatApiKey('test', randomBytes(32));
    workspaces.handler = verifier(valid);
    const config = loadConfig({
      NODE_ENV: 'test',
      LOG_LEVEL: 'error',
      PORT: '0',
      REDIS_URL: redis.url,
      IDENTITY_KEY,
      WORKSPACES_URL: workspacesUrl,
      SPACE_MAPS_URL: spaceMapsUrl,
      DISPATCHER_URL: goneUrl,
      STUDIO_URL: goneUrl,
      VIEWING_URL: goneUrl,
      NOTIFICATIONS_URL: goneUrl,
      CONSOLE_FOLDER: __dirname,
      VIEWER_FOLDER: __dirname,
      RATE_PER_MINUTE: String(RATE),
    });
    first = await startGateway(config, lifecycle);
    second = await startGateway(config, lifecycle);
  });
  afterAll(async () => {
    await lifecycle.stop();
    await Promise.all([workspaces.close(), spaceMaps.close()]);
  });
  beforeEach(async () => {
    await redis.flush();
    spaceMaps.seen.length = 0;
    spaceMaps.handler = (_request, response) => response.end('{}');
  });

  const call = (path: string, init: RequestInit = {}, base = first): Promise<Response> =>
    fetch(base + path, { ...init, headers: { 'x-api-key': valid, ...init.headers } });

  it('answers a browser that asks whether a page of another site may call', async () => {
    const answer = await fetch(`${first}/v1/space-maps`, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://museum.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization, idempotency-key',
      },
    });
    expect(answer.status).toBe(204);
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    expect(answer.headers.get('access-control-allow-methods')).toContain('POST');
    expect(answer.headers.get('access-control-allow-headers')).toContain('idempotency-key');
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
    expect(spaceMaps.seen).toHaveLength(0);
  });

  it('tells services who calls, and never lets a caller say so', async () => {
    const forged = new IdentitySigner(IDENTITY_KEY).sign({ kind: 'system', id: 'me', workspaceId: null, scopes: [] });
    await call('/v1/space-maps?limit=2', { headers: { [IDENTITY_HEADER]: forged, cookie: 'a=b', 'x-custom': 'kept' } });
    const { headers, url } = seenBy(spaceMaps);
    expect(url).toBe('/v1/space-maps?limit=2');
    expect(new IdentitySigner(IDENTITY_KEY).verify(headers[IDENTITY_HEADER] as string)).toMatchObject({
      kind: 'api-key',
      id: KEY_ID,
      workspaceId: WORKSPACE,
    });
    expect(headers).toMatchObject({ 'x-custom': 'kept' });
    for (const secret of ['x-api-key', 'cookie', 'authorization']) expect(headers[secret]).toBeUndefined();
  });

  it.each([
    ['an API key that nobody knows', { 'x-api-key': formatApiKey('test', randomBytes(32)) }],
    ['what looks like an API key and is none', { 'x-api-key': 'stead_test_unknown' }],
    ['a token that nobody signed', { authorization: 'Bearer eyJhbGciOiJub25lIn0.e30.' }],
    ['a token of another algorithm', { authorization: `Bearer ${hs256()}` }],
  ])('refuses %s before any service hears of it', async (_case, headers) => {
    const answer = await fetch(`${first}/v1/space-maps`, { headers });
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ code: 'platform/not-signed-in', status: 401 });
    expect(spaceMaps.seen).toHaveLength(0);
  });

  it('answers with a problem that names the request where a service is away', async () => {
    const answer = await call('/v1/runs');
    expect(answer.status).toBe(503);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    const problem = (await answer.json()) as Record<string, unknown>;
    expect(problem).toMatchObject({ status: 503, traceId: answer.headers.get('x-request-id') });
    expect(JSON.stringify(problem)).not.toMatch(/ECONNREFUSED|at .*\.js|127\.0\.0\.1/);
  });

  it.each(['/internal/openapi.json', '/v1/internal', '/v1/..%2finternal/api-keys/verify', '/v1/%2e%2e/internal'])(
    'leads nobody to %s',
    async (path) => {
      const before = workspaces.seen.length;
      expect((await call(path)).status).toBe(404);
      expect(workspaces.seen.slice(before).map(({ url }) => url)).not.toContain(path);
      expect(spaceMaps.seen).toHaveLength(0);
    },
  );

  it('refuses a body over its bound without reading it', async () => {
    const answer = await call('/v1/space-maps', { method: 'POST', body: new Uint8Array(1024 * 1024 + 1) });
    expect(answer.status).toBe(413);
    expect(await answer.json()).toMatchObject({ code: 'platform/body-too-large' });
  });

  it('hands on what has come while the rest is still to come', async () => {
    let end: () => void = () => undefined;
    spaceMaps.handler = (_request, response) => {
      response.write('first ');
      end = () => response.end('second');
    };
    const answer = await call('/v1/space-maps');
    const reader = answer.body?.getReader();
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('first ');
    end();
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('second');
  });

  it('lets go of a service when its caller has gone', async () => {
    let closed = false;
    spaceMaps.handler = (_request, response) => {
      response.write('first');
      response.on('close', () => (closed = true));
    };
    const abort = new AbortController();
    const answer = await call('/v1/space-maps', { signal: abort.signal });
    await answer.body?.getReader().read();
    abort.abort();
    await until('the service to be let go', () => closed);
  });

  it('counts a caller over all replicas, and says when to come again', async () => {
    const statuses: number[] = [];
    let refused: Response | null = null;
    for (let i = 0; i <= RATE; i += 1) {
      const answer = await call('/v1/space-maps', {}, i % 2 === 0 ? first : second);
      statuses.push(answer.status);
      if (answer.status === 429) refused = answer;
    }
    expect(statuses.filter((status) => status === 200)).toHaveLength(RATE);
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refused?.json()).toMatchObject({ code: 'platform/rate-limited', retryAfterS: expect.any(Number) });
    const stranger = await fetch(`${first}/v1/space-maps`);
    expect(stranger.status).toBe(200); // a budget of its own
  });

  it('merges what services say of themselves, and leaves out one that is away', async () => {
    spaceMaps.handler = documentOf('Space maps', '/v1/space-maps');
    const merged = (await (await fetch(`${first}/openapi.json`)).json()) as { openapi: string; paths: object; tags: object[] };
    expect(merged).toMatchObject({ openapi: '3.1.0', paths: { '/v1/space-maps': {} } });
    expect(merged.tags).toEqual(expect.arrayContaining([{ name: 'Space maps' }]));
  });
});

function seenBy(upstream: Upstream): IncomingMessage {
  const [request] = upstream.seen;
  if (request === undefined) throw new Error('the service has seen no request');
  return request;
}

function verifier(valid: string): Handler {
  return (request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      response.setHeader('content-type', 'application/json');
      if (request.url === '/.well-known/jwks.json') return response.end('{"keys":[]}');
      if (request.url === '/internal/openapi.json') return documentOf('Accounts', '/v1/me')(request, response);
      const known = text.includes(valid) && text !== '';
      const principal = known ? { keyId: KEY_ID, workspaceId: WORKSPACE, scopes: ['space-maps:read'] } : null;
      return response.end(JSON.stringify({ principal }));
    });
  };
}

function documentOf(tag: string, path: string): Handler {
  const document = {
    openapi: '3.1.0',
    info: { title: tag, version: '1' },
    tags: [{ name: tag }],
    paths: { [path]: { get: { responses: { 200: { description: 'ok' } } } } },
    components: { schemas: {}, securitySchemes: {} },
  };
  return (_request, response) => void response.setHeader('content-type', 'application/json').end(JSON.stringify(document));
}

function hs256(): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'HS256', typ: 'at+jwt' })}.${part({ sub: 'x', iss: 'stead', aud: 'stead-api' })}.c2lnbmF0dXJl`;
}
