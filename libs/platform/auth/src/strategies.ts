import { Strategy, type StrategyCreated } from 'passport';
import type { Actor } from './actor';
import { parseApiKey } from './api-key';

/** What a strategy looks at; Fastify's and Express's requests both fit. */
export interface StrategyRequest {
  headers: Record<string, string | string[] | undefined>;
  body?: unknown;
}

/** What passport puts on the object whose `authenticate` it calls. */
interface Verdicts {
  success(user: Actor): void;
  fail(status: number): void;
  error(error: unknown): void;
}

/** Tells who stands behind a credential; null when nobody does. Throws only when it cannot find out. */
export type TokenVerifier = (credential: string) => Promise<Actor | null>;

export interface AccessTokenClaims {
  sub: string;
  ws: string | null;
  scope: string;
}

/** `Authorization: Bearer <JWT>`. */
export class AccessTokenStrategy extends Strategy {
  override name = 'access-token';

  constructor(readonly verifyToken: TokenVerifier) {
    super();
  }

  override authenticate(this: StrategyCreated<this, this & Verdicts>, request: StrategyRequest): void {
    const token = bearer(request);
    if (token === null || parseApiKey(token) !== null) this.fail(401);
    else settle(this, this.verifyToken(token));
  }
}

/** `Authorization: Bearer stead_…` or `X-Api-Key: stead_…`. A wrong checksum is refused without a look-up. */
export class ApiKeyStrategy extends Strategy {
  override name = 'api-key';

  constructor(readonly verifyKey: TokenVerifier) {
    super();
  }

  override authenticate(this: StrategyCreated<this, this & Verdicts>, request: StrategyRequest): void {
    const header = request.headers['x-api-key'];
    const key = typeof header === 'string' ? header : bearer(request);
    if (key === null || parseApiKey(key) === null) this.fail(401);
    else settle(this, this.verifyKey(key));
  }
}

/** `{ "refreshToken": … }` in the body of the refresh endpoint, and nowhere else. */
export class RefreshTokenStrategy extends Strategy {
  override name = 'refresh-token';

  constructor(readonly verifyRefresh: TokenVerifier) {
    super();
  }

  override authenticate(this: StrategyCreated<this, this & Verdicts>, request: StrategyRequest): void {
    const body = request.body;
    const token = typeof body === 'object' && body !== null && 'refreshToken' in body ? body.refreshToken : null;
    if (typeof token !== 'string') this.fail(401);
    else settle(this, this.verifyRefresh(token));
  }
}

type OurStrategy = AccessTokenStrategy | ApiKeyStrategy | RefreshTokenStrategy;

/**
 * Runs strategies in order outside Express, as passport's own middleware does: each try gets an object of its own that
 * inherits from the strategy, with `success`, `fail` and `error` on it. Null when none of them knows the credential.
 */
export async function authenticateWith(strategies: readonly OurStrategy[], request: StrategyRequest): Promise<Actor | null> {
  for (const strategy of strategies) {
    const actor = await new Promise<Actor | null>((resolve, reject) => {
      const verdicts: Verdicts = { success: resolve, fail: () => resolve(null), error: reject };
      Object.assign(Object.create(strategy) as { authenticate(from: StrategyRequest): void }, verdicts).authenticate(request);
    });
    if (actor !== null) return actor;
  }
  return null;
}

function settle(strategy: Verdicts, verdict: Promise<Actor | null>): void {
  verdict.then(
    (actor) => (actor === null ? strategy.fail(401) : strategy.success(actor)),
    (error: unknown) => strategy.error(error),
  );
}

function bearer(request: StrategyRequest): string | null {
  const header = request.headers.authorization;
  if (typeof header !== 'string') return null;
  const match = /^Bearer ([\x21-\x7e]{10,4096})$/i.exec(header);
  return match?.[1] ?? null;
}
