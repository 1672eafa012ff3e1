import { loadConfig, policyOf } from './config';

const env = {
  DATABASE_URL: 'postgres://a:b@127.0.0.1/c',
  WORKER_DATABASE_URL: 'postgres://a:b@127.0.0.1/c',
  REDIS_URL: 'redis://127.0.0.1',
  IDENTITY_KEY: 'x'.repeat(32),
};

describe('the configuration of notifications', () => {
  it('sends to public addresses only, unless somebody says otherwise', () => {
    expect(policyOf(loadConfig(env))).toBe('public');
    expect(policyOf(loadConfig({ ...env, NODE_ENV: 'development', WEBHOOK_ALLOW_PRIVATE: 'true' }))).toBe('private-too');
  });

  it.each([undefined, 'production'])('refuses private addresses in production (NODE_ENV %s)', (NODE_ENV) => {
    expect(() => loadConfig({ ...env, NODE_ENV, WEBHOOK_ALLOW_PRIVATE: 'true' })).toThrow('WEBHOOK_ALLOW_PRIVATE');
  });

  it.each([
    ['a short key', { WEBHOOK_KEY: 'short' }],
    ['a time near the lease', { WEBHOOK_TIMEOUT_MS: '60000' }],
  ])('names %s', (_name, given) => {
    expect(() => loadConfig({ ...env, ...given })).toThrow(Object.keys(given)[0]);
  });
});
