import { formatApiKey, type Actor } from '@stead/platform/auth';
import { Authenticator, CredentialVerifier, type VerifiedActor } from './authenticator';

const KEY = formatApiKey('live', Buffer.alloc(32, 7));
const OTHER_KEY = formatApiKey('live', Buffer.alloc(32, 8));
const TOKEN = 'header.payload.signature';
const owner: Actor = { kind: 'api-key', id: 'key-1', workspaceId: 'w', scopes: ['runs:read'] };
const user: Actor = { kind: 'user', id: 'user-1', workspaceId: 'w', scopes: ['runs:read', 'runs:write'] };

class InMemoryVerifier extends CredentialVerifier {
  readonly asked: string[] = [];
  readonly known = new Map<string, VerifiedActor>();
  /** What happens between a question and its answer. */
  meanwhile: () => void = () => undefined;

  override accessToken(token: string): Promise<VerifiedActor | null> {
    return this.answer(token);
  }

  override apiKey(key: string): Promise<VerifiedActor | null> {
    return this.answer(key);
  }

  private answer(credential: string): Promise<VerifiedActor | null> {
    this.asked.push(credential);
    const answer = this.known.get(credential) ?? null;
    this.meanwhile();
    return Promise.resolve(answer);
  }
}

describe('who sends a request', () => {
  let nowMs = 0;
  let verifier = new InMemoryVerifier();
  let authenticator = new Authenticator(verifier, () => nowMs);
  beforeEach(() => {
    nowMs = 1_000_000;
    verifier = new InMemoryVerifier();
    verifier.known.set(KEY, { actor: owner, expiresAtMs: null });
    verifier.known.set(TOKEN, { actor: user, expiresAtMs: nowMs + 4_000 });
    authenticator = new Authenticator(verifier, () => nowMs);
  });
  const withKey = (key = KEY): Promise<Actor | null> => authenticator.authenticate({ headers: { 'x-api-key': key } });
  const withToken = (token = TOKEN): Promise<Actor | null> =>
    authenticator.authenticate({ headers: { authorization: `Bearer ${token}` } });

  it('is nobody where nothing was sent', async () => {
    expect(await authenticator.authenticate({ headers: {} })).toBeNull();
    expect(verifier.asked).toEqual([]);
  });

  it('is the owner of a credential, with exactly its scopes', async () => {
    expect(await withKey()).toEqual(owner);
    expect(await authenticator.authenticate({ headers: { authorization: `Bearer ${KEY}` } })).toEqual(owner);
    expect(await withToken()).toEqual(user);
  });

  it.each<[string, Record<string, string | string[]>]>([
    ['a key with a wrong checksum', { 'x-api-key': `${KEY.slice(0, -1)}${KEY.endsWith('0') ? '1' : '0'}` }],
    ['a key of another make', { 'x-api-key': 'sk_live_123456' }],
    ['another scheme', { authorization: 'Basic dXNlcjpwYXNzd29yZA==' }],
    ['a token of absurd length', { authorization: `Bearer ${'x'.repeat(5_000)}` }],
    ['an empty header', { authorization: '' }],
    ['two keys at once', { 'x-api-key': [KEY, OTHER_KEY] }],
  ])('is refused without a question for %s', async (_case, headers) => {
    await expect(authenticator.authenticate({ headers })).rejects.toMatchObject({ code: 'platform/not-signed-in' });
    expect(verifier.asked).toEqual([]);
  });

  it('is asked once in ten seconds, also where the answer was no', async () => {
    for (let i = 0; i < 3; i += 1) {
      await withKey();
      await expect(withKey(OTHER_KEY)).rejects.toMatchObject({ code: 'platform/not-signed-in' });
    }
    expect(verifier.asked).toEqual([KEY, OTHER_KEY]);
    nowMs += 10_001;
    await withKey();
    expect(verifier.asked).toEqual([KEY, OTHER_KEY, KEY]);
  });

  it('is forgotten when the token expires, although the ten seconds have not passed', async () => {
    await withToken();
    verifier.known.delete(TOKEN);
    nowMs += 4_001;
    await expect(withToken()).rejects.toMatchObject({ code: 'platform/not-signed-in' });
  });

  it('is forgotten at once when the key is revoked, and nobody else is', async () => {
    await withKey();
    await withToken();
    verifier.known.delete(KEY);
    authenticator.revoke('key-1');
    await expect(withKey()).rejects.toMatchObject({ code: 'platform/not-signed-in' });
    await withToken();
    expect(verifier.asked).toEqual([KEY, TOKEN, KEY]);
  });

  it('is not remembered when the key was revoked between the question and its answer', async () => {
    verifier.meanwhile = () => {
      verifier.known.delete(KEY);
      authenticator.revoke('key-1');
      verifier.meanwhile = () => undefined;
    };
    await withKey();
    await expect(withKey()).rejects.toMatchObject({ code: 'platform/not-signed-in' });
  });

  it('is not known, rather than nobody, where whoever knows does not answer; and is asked again', async () => {
    verifier.meanwhile = () => {
      throw new Error('workspaces is away');
    };
    await expect(withKey()).rejects.toThrow('workspaces is away');
    verifier.meanwhile = () => undefined;
    expect(await withKey()).toEqual(owner);
  });
});
