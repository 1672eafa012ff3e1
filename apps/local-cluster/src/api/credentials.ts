import { createHash, timingSafeEqual } from 'node:crypto';
import { ApiError } from './api-error';
import type { Rules, User } from './role';

export interface Tokens {
  dispatcher: string;
  admin: string;
  /** What the dispatcher may do beyond its Role. */
  grants?: Rules | undefined;
}

export function authenticate(authorization: string | undefined, tokens: Tokens): User {
  const token = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1] ?? '';
  if (same(token, tokens.dispatcher))
    return { name: 'system:serviceaccount:stead:dispatcher', role: 'dispatcher', also: tokens.grants };
  if (same(token, tokens.admin)) return { name: 'local-admin', role: 'admin' };
  throw new ApiError('Unauthorized', 'Unauthorized');
}

/** Compares in a time that does not depend on where the tokens differ. */
function same(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
