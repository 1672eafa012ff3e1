import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { SignJWT, UnsecuredJWT, exportJWK, type JWTHeaderParameters } from 'jose';
import { IdentitySigner } from '@stead/platform/auth';
import { InternalClient } from '@stead/platform/http';
import { Upstream } from '../../testing/upstream';
import { WorkspacesVerifier } from './workspaces-verifier';

const WORKSPACE_ID = '0190a0a0-0000-7000-8000-000000000001';

interface Key {
  kid: string;
  privateKey: KeyObject;
  publicKey: KeyObject;
}

function newKey(kid: string): Key {
  return { kid, ...generateKeyPairSync('ed25519') };
}

describe('an access token', () => {
  const ours = newKey('ours');
  const stranger = newKey('ours'); // says that it is ours
  let published: Key[] = [];
  let away = false;
  let nowMs = 0;
  let verifier: WorkspacesVerifier;
  let client: InternalClient;
  const workspaces = new Upstream((_request, response) => {
    if (away) response.destroy();
    else {
      const jwk = async ({ kid, publicKey }: Key): Promise<object> => ({ ...(await exportJWK(publicKey)), kid, alg: 'EdDSA' });
      void Promise.all(published.map(jwk)).then((keys) => response.end(JSON.stringify({ keys })));
    }
  });
  beforeAll(() => workspaces.listen());
  afterAll(() => workspaces.close());
  beforeEach(() => {
    published = [ours];
    away = false;
    nowMs = Date.now();
    workspaces.seen.length = 0;
    client = new InternalClient(workspaces.url, new IdentitySigner('k'.repeat(43)));
    verifier = new WorkspacesVerifier(client, () => nowMs);
  });
  afterEach(() => client.close());

  const tokenOf = (key: Key, claims: object = {}, header: Partial<JWTHeaderParameters> = {}): Promise<string> =>
    new SignJWT({ ...validClaims(), ...claims })
      .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid: key.kid, ...header })
      .sign(key.privateKey);
  const validClaims = (): Record<string, unknown> => ({
    sub: 'account-1',
    ws: WORKSPACE_ID,
    scope: 'runs:read captures:write',
    iss: 'stead',
    aud: 'stead-api',
    exp: Math.floor(nowMs / 1000) + 600,
  });

  it('tells who it was made for and what they may do', async () => {
    expect(await verifier.accessToken(await tokenOf(ours))).toEqual({
      actor: { kind: 'user', id: 'account-1', workspaceId: WORKSPACE_ID, scopes: ['runs:read', 'captures:write'] },
      expiresAtMs: (Math.floor(nowMs / 1000) + 600) * 1000,
    });
  });

  it.each<[string, () => Promise<string> | string]>([
    ['expired', () => tokenOf(ours, { exp: Math.floor(nowMs / 1000) - 1 })],
    ['without an end', () => tokenOf(ours, { exp: undefined })],
    ['not valid yet', () => tokenOf(ours, { nbf: Math.floor(nowMs / 1000) + 60 })],
    ['of another issuer', () => tokenOf(ours, { iss: 'somebody' })],
    ['for another audience', () => tokenOf(ours, { aud: 'billing' })],
    ['of another type', () => tokenOf(ours, {}, { typ: 'JWT' })],
    ['of a key that nobody published', () => tokenOf({ ...stranger, kid: 'unknown' })],
    ['signed by another key under our name', () => tokenOf(stranger)],
    ['that brings its own key', async () => tokenOf(stranger, {}, { jwk: await exportJWK(stranger.publicKey) })],
    ['that says where its key is', () => tokenOf(stranger, {}, { jku: `${workspaces.url}/theirs.json` })],
    ['without a signature', () => new UnsecuredJWT(validClaims()).encode()],
    ['signed with our public key as a password', () => withPublicKeyAsPassword()],
    [
      'changed after it was signed',
      async () => (await tokenOf(ours)).replace(/\.(.)/, (_all, one) => `.${one === 'e' ? 'f' : 'e'}`),
    ],
    ['without a workspace claim', () => tokenOf(ours, { ws: undefined })],
    ['that is none', () => 'not-a-token-at-all'],
  ])('%s is nobody’s', async (_case, token) => {
    expect(await verifier.accessToken(await token())).toBeNull();
    expect(workspaces.seen.map(({ url }) => url)).not.toContain('/theirs.json');
  });

  it('of a new key is believed within seconds of its publication', async () => {
    await verifier.accessToken(await tokenOf(ours));
    const next = newKey('next');
    published = [ours, next];
    nowMs += 5_001;
    expect(await verifier.accessToken(await tokenOf(next))).toMatchObject({ actor: { id: 'account-1' } });
  });

  it('of an unknown key cannot make the gateway ask more than once in five seconds', async () => {
    const token = await tokenOf({ ...stranger, kid: 'unknown' });
    for (let i = 0; i < 20; i += 1) await verifier.accessToken(token);
    expect(workspaces.seen).toHaveLength(1);
    nowMs += 5_001;
    for (let i = 0; i < 20; i += 1) await verifier.accessToken(token);
    expect(workspaces.seen).toHaveLength(2);
  });

  it('of a withdrawn key is refused within five minutes', async () => {
    await verifier.accessToken(await tokenOf(ours));
    published = [];
    nowMs += 300_001;
    expect(await verifier.accessToken(await tokenOf(ours))).toBeNull();
  });

  it('is still checked while workspaces is away, by the keys that are known', async () => {
    await verifier.accessToken(await tokenOf(ours));
    away = true;
    nowMs += 300_001;
    expect(await verifier.accessToken(await tokenOf(ours))).toMatchObject({ actor: { id: 'account-1' } });
    expect(await verifier.accessToken(await tokenOf(stranger))).toBeNull();
  });

  it('cannot be checked before workspaces has ever answered, which is not the same as being wrong', async () => {
    away = true;
    await expect(verifier.accessToken(await tokenOf(ours))).rejects.toMatchObject({ code: 'platform/unavailable' });
  });

  async function withPublicKeyAsPassword(): Promise<string> {
    const { x = '' } = await exportJWK(ours.publicKey);
    return new SignJWT(validClaims())
      .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid: ours.kid })
      .sign(Buffer.from(x, 'base64url'));
  }
});

describe('an API key', () => {
  const principal = { keyId: WORKSPACE_ID, workspaceId: WORKSPACE_ID, scopes: ['runs:read'] };
  let answer: { status: number; body: object } = { status: 200, body: { principal } };
  const workspaces = new Upstream((_request, response) => {
    response.statusCode = answer.status;
    response.end(JSON.stringify(answer.body));
  });
  let client: InternalClient;
  let verifier: WorkspacesVerifier;
  beforeAll(async () => {
    client = new InternalClient(await workspaces.listen(), new IdentitySigner('k'.repeat(43)));
    verifier = new WorkspacesVerifier(client);
  });
  afterAll(async () => {
    await client.close();
    await workspaces.close();
  });

  it('is whose workspaces says, with the scopes that it says', async () => {
    expect(await verifier.apiKey('a-key')).toEqual({
      actor: { kind: 'api-key', id: WORKSPACE_ID, workspaceId: WORKSPACE_ID, scopes: ['runs:read'] },
      expiresAtMs: null,
    });
  });

  it('that is unknown, revoked or expired is nobody’s', async () => {
    answer = { status: 200, body: { principal: null } };
    expect(await verifier.apiKey('a-key')).toBeNull();
  });

  it.each([
    ['fails', { status: 500, body: {} }],
    ['says something else', { status: 200, body: { principal: { keyId: 'x' } } }],
  ])('cannot be judged where workspaces %s', async (_case, said) => {
    answer = said;
    await expect(verifier.apiKey('a-key')).rejects.toMatchObject({ code: 'platform/unavailable' });
  });
});
