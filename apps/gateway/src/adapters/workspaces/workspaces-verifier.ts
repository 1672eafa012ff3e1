import { createLocalJWKSet, errors, jwtVerify, type JSONWebKeySet } from 'jose';
import { z } from 'zod';
import { verifyApiKeyResponse } from '@stead/contracts/workspaces';
import { systemActor } from '@stead/platform/auth';
import type { InternalClient } from '@stead/platform/http';
import { CredentialVerifier, type VerifiedActor } from '../../application/authenticator';

const ISSUER = 'stead';
const AUDIENCE = 'stead-api';
const JWKS_FRESH_MS = 300_000;
/** An unknown key id asks for the key set again, but not more often than this, whoever sends such tokens. */
const JWKS_RETRY_MS = 5_000;

const claimsSchema = z.object({ sub: z.string(), ws: z.uuid().nullable(), scope: z.string(), exp: z.number() });
const jwksSchema = z.object({ keys: z.array(z.record(z.string(), z.unknown())) });
type KeySet = ReturnType<typeof createLocalJWKSet>;

/** Checks tokens with the keys that workspaces publishes, and asks workspaces about API keys. */
export class WorkspacesVerifier extends CredentialVerifier {
  private keys: KeySet | null = null;
  private freshUntilMs = 0;
  private askAgainAtMs = 0;

  constructor(
    private readonly workspaces: InternalClient,
    private readonly nowMs: () => number = Date.now,
  ) {
    super();
  }

  async accessToken(token: string): Promise<VerifiedActor | null> {
    const claims = await this.verify(token);
    if (claims === null) return null;
    const { sub, ws, scope, exp } = claims;
    return {
      actor: { kind: 'user', id: sub, workspaceId: ws, scopes: scope.split(' ').filter(Boolean) },
      expiresAtMs: exp * 1000,
    };
  }

  async apiKey(apiKey: string): Promise<VerifiedActor | null> {
    const { principal } = await this.workspaces.ask(
      systemActor('gateway'),
      'POST',
      '/internal/api-keys/verify',
      verifyApiKeyResponse,
      { apiKey },
    );
    if (principal === null) return null;
    const { keyId: id, workspaceId, scopes } = principal;
    return { actor: { kind: 'api-key', id, workspaceId, scopes }, expiresAtMs: null };
  }

  private async verify(token: string): Promise<z.infer<typeof claimsSchema> | null> {
    for (const refresh of [false, true]) {
      const keys = await this.keySet(refresh);
      try {
        // The algorithm and type are ours to say; what a token's header says of keys (jku, x5u, jwk) is never followed.
        const { payload } = await jwtVerify(token, keys, {
          algorithms: ['EdDSA'],
          typ: 'at+jwt',
          issuer: ISSUER,
          audience: AUDIENCE,
          requiredClaims: ['exp'],
          currentDate: new Date(this.nowMs()),
        });
        return claimsSchema.safeParse(payload).data ?? null;
      } catch (error) {
        if (error instanceof errors.JWKSNoMatchingKey && !refresh) continue;
        if (error instanceof errors.JOSEError) return null;
        throw error;
      }
    }
    return null;
  }

  private async keySet(refresh: boolean): Promise<KeySet> {
    const nowMs = this.nowMs();
    if (this.keys !== null && ((!refresh && nowMs < this.freshUntilMs) || nowMs < this.askAgainAtMs)) return this.keys;
    this.askAgainAtMs = nowMs + JWKS_RETRY_MS;
    try {
      const jwks = await this.workspaces.ask(systemActor('gateway'), 'GET', '/.well-known/jwks.json', jwksSchema);
      this.keys = createLocalJWKSet(jwks as JSONWebKeySet); // checked key by key when one is used
      this.freshUntilMs = nowMs + JWKS_FRESH_MS;
    } catch (error) {
      if (this.keys === null) throw error; // else keys that were good are good while workspaces is away
    }
    return this.keys;
  }
}
