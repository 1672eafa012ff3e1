import { bodyMibMax, openToAnyPage, ownerOf } from './routes';

const ID = '0198f0f0-0000-7000-8000-000000000001';

describe('the owner of a request', () => {
  it.each([
    ['POST', '/v1/captures', 'workspaces'],
    ['GET', `/v1/captures/${ID}`, 'workspaces'],
    ['POST', '/v1/sessions/refresh', 'workspaces'],
    ['GET', '/.well-known/jwks.json', 'workspaces'],
    ['POST', '/v1/space-maps', 'space-maps'],
    ['GET', `/v1/runs/${ID}/logs`, 'dispatcher'],
    ['GET', '/v1/publications', 'studio'],
    ['GET', `/v1/publications/${ID}`, 'viewing'],
    ['PATCH', `/v1/publications/${ID}`, 'studio'],
    ['GET', `/v1/publications/${ID}/settings`, 'studio'],
    ['GET', '/t/token/tiles/tileset.json', 'viewing'],
    ['POST', '/v1/visits', 'viewing'],
    ['POST', `/v1/publications/${ID}/localize`, 'viewing'],
    ['PUT', `/v1/publications/${ID}/localize`, 'studio'],
    ['GET', `/v1/publications/${ID}/statistics`, 'viewing'],
    ['GET', `/v1/places/${ID}/card.jpg`, 'viewing'],
    ['GET', '/v1/statistics', 'viewing'],
    ['GET', '/v1/statistics/publications', 'viewing'],
    ['POST', `/v1/map-versions/${ID}/view`, 'viewing'],
    ['POST', `/v1/publications/${ID}/links`, 'studio'],
    ['GET', '/v1/events', 'notifications'],
    ['POST', `/v1/webhooks/${ID}/test`, 'notifications'],
    ['GET', '/v1/platform/clusters', 'dispatcher'],
    ['GET', '/v1/platform/workspaces', 'workspaces'],
    ['GET', '/v1/platform/workspacesx', 'dispatcher'],
  ])('of %s %s is %s', (method, path, owner) => {
    expect(ownerOf(method, path)).toBe(owner);
  });

  it.each([
    '/internal/captures/1',
    '/v1/internal',
    '/v1',
    '/v1/',
    '/metrics',
    '/v1/capturesx',
    '/V1/captures',
    '/v1/../internal',
    '/v1/constructor',
    '/v1/__proto__',
    '/v1/captures/../../internal/captures',
    '/v1/captures/..',
    '/v1/captures/./x',
    '/v1/captures/%2e%2E/x',
    '/v1/captures/.%2e/x',
    '/v1/captures/x%2F..%2Finternal',
    '/v1/captures/x%5cy',
    '/v1/captures/x\\y',
    '/v1/captures/x%00',
    '/t/../internal',
  ])('of %s is nobody', (path) => {
    expect(ownerOf('GET', path)).toBeNull();
  });
});

describe('pages of any origin', () => {
  it.each<[string, string, boolean]>([
    ['GET', `/v1/publications/${ID}`, true],
    ['HEAD', `/v1/publications/${ID}`, true],
    ['POST', `/v1/publications/${ID}/localize`, true],
    ['GET', '/v1/public-spaces', true],
    ['GET', '/t/token/tiles/tileset.json', true],
    ['GET', '/openapi.json', true],
    ['GET', '/.well-known/jwks.json', true],
    ['PATCH', `/v1/publications/${ID}`, false],
    ['DELETE', '/v1/public-spaces', false],
    ['GET', '/v1/publications', false],
    ['GET', `/v1/publications/${ID}/statistics`, false],
    ['GET', '/v1/statistics', false],
    ['GET', '/v1/statistics/publications', false],
    ['GET', '/v1/me', false],
    ['POST', '/v1/sign-up', false],
    ['GET', '/', false],
  ])('%s %s: %p', (method, path, may) => {
    expect(openToAnyPage(method, path)).toBe(may);
  });
});

it.each<[string, string, number]>([
  ['POST', `/v1/publications/${ID}/localize`, 9],
  ['POST', '/v1/publications/x/localize', 1],
  ['PUT', `/v1/publications/${ID}/localize`, 1],
  ['POST', '/v1/captures', 1],
])('a body of %s %s has %i MiB at most', (method, path, mibMax) => {
  expect(bodyMibMax(method, path)).toBe(mibMax);
});
