import type { Actor } from '@stead/platform/auth';
import { rateSubject } from './rate-limits';

const actor = (kind: Actor['kind']): Actor => ({ kind, id: 'x1', workspaceId: null, scopes: [] });

describe('the budget that a request is taken from', () => {
  it.each<[string, string, Actor | null, string, string]>([
    ['of a key is its own', '/v1/runs', actor('api-key'), 'api', 'api-key:x1'],
    ['of a user is not that of a key with the same id', '/v1/runs', actor('user'), 'api', 'user:x1'],
    ['of nobody is the address', '/v1/runs', null, 'anonymous', '192.0.2.7'],
    ['of tiles is the address, whoever asks', '/t/token/0.glb', actor('user'), 'tiles', '192.0.2.7'],
  ])('%s', (_case, path, whoever, rateClass, subject) => {
    expect(rateSubject(path, whoever, '192.0.2.7')).toEqual({ rateClass, subject });
  });
});
