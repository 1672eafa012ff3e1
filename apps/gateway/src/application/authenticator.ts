import { createHash } from 'node:crypto';
import { AccessTokenStrategy, ApiKeyStrategy, authenticateWith, type Actor, type StrategyRequest } from '@stead/platform/auth';
import { platformError } from '@stead/platform/errors';

/** Tells who stands behind a credential, asking whoever knows. Null when it is unknown, expired or revoked. */
export abstract class CredentialVerifier {
  abstract accessToken(token: string): Promise<VerifiedActor | null>;
  abstract apiKey(key: string): Promise<VerifiedActor | null>;
}

export interface VerifiedActor {
  actor: Actor;
  expiresAtMs: number | null;
}

const FRESH_MS = 10_000;
const ENTRIES_MAX = 10_000;

interface Entry {
  actor: Actor | null;
  untilMs: number;
}

/**
 * Who sends a request. Verdicts are kept for ten seconds under the SHA-256 of the credential, never under the credential;
 * a revocation that is announced takes effect at once, one whose announcement was lost after those ten seconds.
 */
export class Authenticator {
  private readonly cache = new Map<string, Entry>();
  private revocations = 0;
  private readonly strategies: (AccessTokenStrategy | ApiKeyStrategy)[];

  constructor(
    private readonly verifier: CredentialVerifier,
    private readonly nowMs: () => number = Date.now,
  ) {
    this.strategies = [
      new ApiKeyStrategy((key) => this.cached(key, (text) => this.verifier.apiKey(text))),
      new AccessTokenStrategy((token) => this.cached(token, (text) => this.verifier.accessToken(text))),
    ];
  }

  /** Null where no credential was sent; throws where one was sent that nobody stands behind. */
  async authenticate(request: StrategyRequest): Promise<Actor | null> {
    if (request.headers.authorization === undefined && request.headers['x-api-key'] === undefined) return null;
    const actor = await authenticateWith(this.strategies, request);
    if (actor === null) throw platformError['not-signed-in']('The access token or API key is not valid, or it has expired');
    return actor;
  }

  /** Forgets what is known of an API key. */
  revoke(keyId: string): void {
    this.revocations += 1;
    for (const [hash, entry] of this.cache)
      if (entry.actor?.kind === 'api-key' && entry.actor.id === keyId) this.cache.delete(hash);
  }

  private async cached(credential: string, verify: (text: string) => Promise<VerifiedActor | null>): Promise<Actor | null> {
    const hash = createHash('sha256').update(credential).digest('base64');
    const known = this.cache.get(hash);
    if (known !== undefined && known.untilMs > this.nowMs()) return known.actor;
    const { revocations } = this;
    const verified = await verify(credential);
    // What was asked before a revocation and answered after it may be what the revocation was about.
    if (revocations !== this.revocations) return verified?.actor ?? null;
    const untilMs = Math.min(this.nowMs() + FRESH_MS, verified?.expiresAtMs ?? Infinity);
    if (this.cache.size >= ENTRIES_MAX) this.cache.clear();
    this.cache.set(hash, { actor: verified?.actor ?? null, untilMs });
    return verified?.actor ?? null;
  }
}
