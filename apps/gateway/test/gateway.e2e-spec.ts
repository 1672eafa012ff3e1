import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { SignJWT, UnsecuredJWT, exportJWK } from 'jose';
import { IDENTITY_HEADER, IdentitySigner, formatApiKey } from '@stead/platform/auth';
import { freshRedis, type FreshRedis } from '@stead/testing/servers';
import { IDENTITY_KEY, KEY_ID, RunningGateway, WORKSPACE_ID } from '../src/testing/running-gateway';
import type { Handler } from '../src/testing/upstream';

const RATE = 40;

describe('the gateway', () => {
  const gateway = new RunningGateway();
  const { spaceMaps, workspaces } = gateway;
  const key = generateKeyPairSync('ed25519');
  let redis: FreshRedis;
  let [first, second] = ['', ''];

  beforeAll(async () => {
    redis = await freshRedis();
    gateway.jwks = { keys: [{ ...(await exportJWK(key.publicKey)), kid: 'k1', alg: 'EdDSA' }] };
    const env = { RATE_PER_MINUTE: String(RATE), ANONYMOUS_RATE_PER_MINUTE: String(RATE) };
    [first = '', second = ''] = await gateway.start(redis.url, env, 2);
  });
  afterAll(() => gateway.stop());
  beforeEach(async () => {
    await redis.flush();
    spaceMaps.seen.length = 0;
    spaceMaps.handler = (_request, response) => response.end('{}');
  });

  const call = (path: string, init: RequestInit = {}, base = first): Promise<Response> =>
    fetch(base + path, { ...init, headers: { 'x-api-key': gateway.apiKey, ...init.headers } });
  const claims = { sub: 'account-1', ws: WORKSPACE_ID, scope: 'runs:read', iss: 'stead', aud: 'stead-api' };
  const token = (expires: string, more: object = {}): Promise<string> =>
    new SignJWT({ ...claims, ...more })
      .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid: 'k1' })
      .setExpirationTime(expires)
      .sign(key.privateKey);
  const identity = (): unknown => new IdentitySigner(IDENTITY_KEY).verify(String(spaceMaps.only.headers[IDENTITY_HEADER]));

  it('tells services who calls by a key, with its scopes, and keeps the key to itself', async () => {
    await call('/v1/space-maps?limit=2', { headers: { cookie: 'a=b' } });
    expect(identity()).toEqual({ kind: 'api-key', id: KEY_ID, workspaceId: WORKSPACE_ID, scopes: ['space-maps:read'] });
    for (const secret of ['x-api-key', 'cookie', 'authorization']) expect(spaceMaps.only.headers[secret]).toBeUndefined();
  });

  it('hands on one cookie, a browser’s refresh token, to where it is exchanged alone, and says whether TLS was spoken', async () => {
    const cookie = 'theme=dark; stead-refresh=str_x';
    await fetch(`${first}/v1/sessions/refresh`, { method: 'POST', headers: { cookie, 'x-forwarded-proto': 'https' } });
    const asked = workspaces.seen.find(({ url }) => url === '/v1/sessions/refresh');
    expect(asked?.headers).toMatchObject({ cookie: 'stead-refresh=str_x', 'x-forwarded-proto': 'https' });
    await call('/v1/space-maps', { headers: { cookie } });
    expect(spaceMaps.only.headers.cookie).toBeUndefined();
  });

  it('tells services who calls by a token, with its scopes, and keeps the token to itself', async () => {
    await fetch(`${first}/v1/space-maps`, { headers: { authorization: `Bearer ${await token('1m')}` } });
    expect(identity()).toEqual({ kind: 'user', id: 'account-1', workspaceId: WORKSPACE_ID, scopes: ['runs:read'] });
    expect(spaceMaps.only.headers.authorization).toBeUndefined();
  });

  it.each([
    ['with a key', true],
    ['without credentials', false],
  ])('never lets a caller %s say who they are', async (_case, withKey) => {
    const forged = new IdentitySigner(IDENTITY_KEY).sign({ kind: 'system', id: 'me', workspaceId: null, scopes: ['*'] });
    const headers = { [IDENTITY_HEADER]: forged, ...(withKey ? { 'x-api-key': gateway.apiKey } : {}) };
    await fetch(`${first}/v1/space-maps`, { headers });
    expect(spaceMaps.only.headers[IDENTITY_HEADER]).not.toBe(forged);
    expect(identity()).toEqual(withKey ? expect.objectContaining({ kind: 'api-key' }) : null);
  });

  it.each<[string, () => Promise<Record<string, string>> | Record<string, string>]>([
    ['an API key that nobody knows', () => ({ 'x-api-key': formatApiKey('test', randomBytes(32)) })],
    ['an API key with a wrong checksum', () => ({ 'x-api-key': `${gateway.apiKey.slice(0, -6)}000000` })],
    ['a token that nobody signed', () => ({ authorization: `Bearer ${new UnsecuredJWT(claims).encode()}` })],
    ['an expired token', async () => ({ authorization: `Bearer ${await token('-1s')}` })],
    ['a token for somebody else', async () => ({ authorization: `Bearer ${await token('1m', { aud: 'billing' })}` })],
  ])('refuses %s before any service hears of it', async (_case, headers) => {
    const answer = await fetch(`${first}/v1/space-maps`, { headers: await headers() });
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ code: 'platform/not-signed-in', status: 401 });
    expect(spaceMaps.seen).toHaveLength(0);
  });

  it('answers with a problem that names the request where a service is away', async () => {
    const answer = await call('/v1/runs', { headers: { 'x-request-id': 'a-request-of-mine' } });
    expect(answer.status).toBe(503);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.headers.get('x-request-id')).toBe('a-request-of-mine');
    const problem = await answer.text();
    expect(JSON.parse(problem)).toMatchObject({ status: 503, traceId: 'a-request-of-mine', instance: '/v1/runs' });
    expect(problem).not.toMatch(/ECONNREFUSED|at .*\.js|127\.0\.0\.1/);
  });

  it('hands on the id of a request, so that services log it too', async () => {
    const answer = await call('/v1/space-maps');
    expect(spaceMaps.only.headers['x-request-id']).toBe(answer.headers.get('x-request-id'));
  });

  it('counts a caller over all replicas, and says when to come again', async () => {
    const answers: Response[] = [];
    for (let i = 0; i <= RATE; i += 1) answers.push(await call('/v1/space-maps', {}, i % 2 === 0 ? first : second));
    expect(answers.map(({ status }) => status)).toEqual([...Array<number>(RATE).fill(200), 429]);
    expect(answers[0]?.headers.get('ratelimit')).toMatch(/^"api";r=39;t=\d+$/);
    expect(answers[0]?.headers.get('ratelimit-policy')).toBe('"api";q=40;w=60');
    const refused = answers.at(-1);
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refused?.json()).toMatchObject({ code: 'platform/rate-limited', retryAfterS: expect.any(Number) });
    expect(spaceMaps.seen).toHaveLength(RATE);
    const stranger = await fetch(`${first}/v1/space-maps`);
    expect(stranger.status).toBe(200); // a budget of its own
  });

  it('merges what services say of themselves, and leaves out one that is away', async () => {
    const accounts = documentOf('Accounts', '/v1/me');
    const rest = workspaces.handler;
    workspaces.handler = (request, response) =>
      request.url === '/internal/openapi.json' ? accounts(request, response) : rest(request, response);
    spaceMaps.handler = documentOf('Space maps', '/v1/space-maps');
    const merged = (await (await fetch(`${first}/openapi.json`)).json()) as object;
    expect(merged).toMatchObject({ openapi: '3.1.0', paths: { '/v1/space-maps': {}, '/v1/me': {} } });
    expect(merged).toMatchObject({ tags: [{ name: 'Accounts' }, { name: 'Space maps' }] });
  });
});

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
