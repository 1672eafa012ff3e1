import { SignJWT, calculateJwkThumbprint, exportJWK, importJWK, type JWK } from 'jose';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';

const LIFETIME_S = 600;
const ISSUER = 'stead';
const AUDIENCE = 'stead-api';

/** A new Ed25519 signing key as a JWK: a secret. */
export function generateAccessTokenKey(): string {
  return JSON.stringify(generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }));
}

/** Signs access tokens, and publishes the key that checks them. */
export class AccessTokens {
  private readonly ready: Promise<{ key: Awaited<ReturnType<typeof importJWK>>; kid: string; publicJwk: JWK }>;

  constructor(privateJwk: string) {
    this.ready = this.load(JSON.parse(privateJwk) as JWK); // checked by importJWK
  }

  async issue(
    accountId: string,
    workspaceId: string | null,
    scopes: readonly string[],
  ): Promise<{ accessToken: string; expiresIn: number }> {
    const { key, kid } = await this.ready;
    const accessToken = await new SignJWT({ ws: workspaceId, scope: scopes.join(' ') })
      .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid })
      .setSubject(accountId)
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setIssuedAt()
      .setExpirationTime(`${LIFETIME_S}s`)
      .sign(key);
    return { accessToken, expiresIn: LIFETIME_S };
  }

  async jwks(): Promise<{ keys: JWK[] }> {
    const { publicJwk } = await this.ready;
    return { keys: [publicJwk] };
  }

  private async load(jwk: JWK): Promise<{ key: Awaited<ReturnType<typeof importJWK>>; kid: string; publicJwk: JWK }> {
    const key = await importJWK(jwk, 'EdDSA');
    const publicJwk = await exportJWK(createPublicKey({ key: jwk as Record<string, unknown>, format: 'jwk' }));
    const kid = await calculateJwkThumbprint(publicJwk);
    return { key, kid, publicJwk: { ...publicJwk, kid, alg: 'EdDSA', use: 'sig' } };
  }
}
