import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { newSecret, signedHeaders } from './signature';

describe('a signature', () => {
  it('is one that the reference library verifies, by each of the secrets, whatever the body', () => {
    const secrets = [newSecret(), newSecret()];
    fc.assert(
      fc.property(fc.json(), (body) => {
        const headers = signedHeaders(secrets, 'event', new Date(), body);
        for (const secret of secrets) expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body));
      }),
      { numRuns: 30 },
    );
  });

  it.each([
    ['another secret', (headers: Record<string, string>) => ({ headers, secret: newSecret(), body: '{}' })],
    ['another body', (headers: Record<string, string>, secret: string) => ({ headers, secret, body: '{"a":1}' })],
    [
      'another id',
      (headers: Record<string, string>, secret: string) => ({ headers: { ...headers, 'webhook-id': 'x' }, secret, body: '{}' }),
    ],
  ])('is not verified with %s', (_name, change) => {
    const secret = newSecret();
    const given = change(signedHeaders([secret], 'event', new Date(), '{}'), secret);
    expect(() => new Webhook(given.secret).verify(given.body, given.headers)).toThrow('No matching signature');
  });

  it('is too old after five minutes: what was recorded cannot be played again', () => {
    const secret = newSecret();
    const headers = signedHeaders([secret], 'event', new Date(Date.now() - 301_000), '{}');
    expect(() => new Webhook(secret).verify('{}', headers)).toThrow('too old');
  });

  it('comes of secrets of 32 random bytes', () => {
    const secrets = Array.from({ length: 50 }, newSecret);
    expect(new Set(secrets).size).toBe(50);
    for (const secret of secrets) expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  });
});
