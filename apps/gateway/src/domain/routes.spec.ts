import { ownerOf } from './routes';

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
    ['GET', '/v1/events', 'notifications'],
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
  ])('of %s is nobody', (path) => {
    expect(ownerOf('GET', path)).toBeNull();
  });
});
