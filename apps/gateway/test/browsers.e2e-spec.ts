import { freshRedis } from '@stead/testing/servers';
import { loadConfig } from '../src/config';
import { RunningGateway } from '../src/testing/running-gateway';

const CONSOLE = 'https://console.example';
const STRANGER = 'https://museum.example';
const PUBLICATION = '/v1/publications/0190a0a0-0000-7000-8000-00000000000a';

describe('browsers with pages of other origins', () => {
  const gateway = new RunningGateway();
  let base = '';
  beforeAll(async () => {
    const redis = await freshRedis();
    [base = ''] = await gateway.start(redis.url, { CORS_ORIGINS: `${CONSOLE}, https://second.example:8443` });
  });
  afterAll(() => gateway.stop());

  const preflight = (path: string, origin: string, method: string): Promise<Response> =>
    fetch(base + path, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': method,
        'access-control-request-headers': 'authorization, idempotency-key',
      },
    });
  const allowed = (answer: Response): string | null => answer.headers.get('access-control-allow-origin');

  it.each([CONSOLE, 'https://second.example:8443'])('may call everything from %s, which is configured', async (origin) => {
    const answer = await preflight('/v1/space-maps', origin, 'POST');
    expect(answer.status).toBe(204);
    expect(allowed(answer)).toBe(origin);
    expect(answer.headers.get('vary')).toMatch(/origin/i);
    expect(answer.headers.get('access-control-allow-methods')).toMatch(/POST.*PATCH.*DELETE/);
    expect(answer.headers.get('access-control-allow-headers')).toMatch(/authorization.*idempotency-key/);
    expect(Number(answer.headers.get('access-control-max-age'))).toBeGreaterThan(0);
  });

  it.each([STRANGER, 'https://console.example.evil.example', 'http://console.example', 'null'])(
    'may not manage anything from %s, and no service hears of it',
    async (origin) => {
      const answer = await preflight('/v1/space-maps', origin, 'POST');
      expect(allowed(answer)).toBeNull();
      expect((await preflight(PUBLICATION, origin, 'PATCH')).headers.get('access-control-allow-origin')).toBeNull();
      expect(gateway.spaceMaps.seen).toHaveLength(0);
    },
  );

  it.each([PUBLICATION, '/v1/public-spaces', '/t/token/tiles/tileset.json'])('may read %s from anywhere', async (path) => {
    const asked = await preflight(path, STRANGER, 'GET');
    expect(asked.status).toBe(204);
    expect(allowed(asked)).toBe('*');
    const answer = await fetch(base + path, { headers: { origin: STRANGER } });
    expect(answer.status).toBe(200);
    expect(allowed(answer)).toBe('*');
  });

  it('are never asked for cookies', async () => {
    for (const answer of [await preflight('/v1/me', CONSOLE, 'GET'), await preflight(PUBLICATION, STRANGER, 'GET')]) {
      expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
    }
  });

  it('can read the headers that the API speaks with', async () => {
    const answer = await fetch(`${base}/v1/space-maps`, { headers: { origin: CONSOLE } });
    const exposed = (answer.headers.get('access-control-expose-headers') ?? '').split(', ');
    expect(exposed).toEqual(expect.arrayContaining(['etag', 'location', 'retry-after', 'link', 'ratelimit', 'x-request-id']));
  });

  it('can read why a request failed', async () => {
    const answer = await fetch(`${base}/v1/runs`, { headers: { origin: CONSOLE } });
    expect(answer.status).toBe(503);
    expect(allowed(answer)).toBe(CONSOLE);
  });

  it.each(['console.example', 'https://console.example/', 'https://console.example/path', 'javascript:alert(1)'])(
    'are not let in by the setting %s, which is no origin',
    (origins) => {
      expect(() => loadConfig({ CORS_ORIGINS: origins })).toThrow(/CORS_ORIGINS/);
    },
  );
});
