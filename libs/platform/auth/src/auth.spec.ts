import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { systemActor, type Actor } from './actor';
import { formatApiKey, parseApiKey } from './api-key';
import { IdentitySigner } from './identity';
import { AccessTokenStrategy, ApiKeyStrategy, authenticateWith } from './strategies';

const actor: Actor = { kind: 'user', id: 'u1', workspaceId: '0198f0f0-0000-7000-8000-000000000001', scopes: ['captures:read'] };

describe('the signed internal identity', () => {
  const key = 'k'.repeat(32);

  it('is believed only with the right key and before it expires', () => {
    let nowMs = 1_000_000;
    const signer = new IdentitySigner(key, () => nowMs);
    const header = signer.sign(actor);
    expect(signer.verify(header)).toEqual(actor);
    expect(new IdentitySigner('x'.repeat(32), () => nowMs).verify(header)).toBeNull();
    nowMs += 62_000;
    expect(signer.verify(header)).toBeNull();
  });

  it('is refused after any change of a single character', () => {
    const signer = new IdentitySigner(key);
    const header = signer.sign(actor);
    fc.assert(
      fc.property(fc.nat(header.length - 2), fc.constantFrom(...'ABab01-_.'), (at, char) => {
        fc.pre(header[at] !== char);
        expect(signer.verify(header.slice(0, at) + char + header.slice(at + 1))).toBeNull();
      }),
    );
  });

  it.each([undefined, '', '.', 'a.b.c', 'x'.repeat(10_000)])('refuses %p', (header) => {
    expect(new IdentitySigner(key).verify(header)).toBeNull();
  });
});

describe('API keys', () => {
  it('carry a checksum that finds every mistyped character', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.integer({ min: 11, max: 59 }), (bytes, at) => {
        const text = formatApiKey('live', Buffer.from(bytes));
        expect(parseApiKey(text)).toEqual({ environment: 'live' });
        const wrong = text[at] === 'A' ? 'B' : 'A';
        expect(parseApiKey(text.slice(0, at) + wrong + text.slice(at + 1))).toBeNull();
      }),
    );
  });
});

describe('strategies', () => {
  const key = formatApiKey('test', randomBytes(32));
  const strategies = [
    new ApiKeyStrategy((given) => Promise.resolve(given === key ? systemActor('key') : null)),
    new AccessTokenStrategy((given) => (given === 'store-is-down' ? Promise.reject(new Error('down')) : Promise.resolve(null))),
  ];

  it('take a key from either header', async () => {
    expect(await authenticateWith(strategies, { headers: { 'x-api-key': key } })).toMatchObject({ id: 'key' });
    expect(await authenticateWith(strategies, { headers: { authorization: `Bearer ${key}` } })).toMatchObject({ id: 'key' });
  });

  it('know nobody behind an unknown or absent credential, and say so when they cannot find out', async () => {
    expect(await authenticateWith(strategies, { headers: {} })).toBeNull();
    expect(await authenticateWith(strategies, { headers: { authorization: 'Bearer some-other-token' } })).toBeNull();
    await expect(authenticateWith(strategies, { headers: { authorization: 'Bearer store-is-down' } })).rejects.toThrow('down');
  });
});
