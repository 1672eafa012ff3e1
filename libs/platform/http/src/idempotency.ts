import { createHash } from 'node:crypto';

export type IdempotentOutcome =
  { kind: 'first' } | { kind: 'replay'; status: number; body: string } | { kind: 'in-flight' } | { kind: 'other-request' };

/** Remembers the answers of POSTs by (workspace, route, key) for a week. */
export abstract class IdempotencyStore {
  /** Claims the key, or tells what happened to it. A claim that was never finished may be taken again after a minute. */
  abstract claim(scope: IdempotencyScope, requestHash: string): Promise<IdempotentOutcome>;
  abstract finish(scope: IdempotencyScope, status: number, body: string): Promise<void>;
  /** The request failed in a way that may be tried again; forgets the claim. */
  abstract release(scope: IdempotencyScope): Promise<void>;
}

export interface IdempotencyScope {
  workspaceId: string;
  route: string;
  key: string;
}

/**
 * An id that every repetition of the request makes anew: the first 128 bits of a SHA-256 with the version and variant of
 * UUIDv8 (RFC 9562 §5.8). A crash between the write and its remembered answer then still cannot make two rows.
 */
export function idFromKey(scope: IdempotencyScope): string {
  const hash = createHash('sha256').update(`${scope.workspaceId}\n${scope.route}\n${scope.key}`).digest();
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x80;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  const hex = hash.toString('hex').slice(0, 32);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

export function hashRequest(body: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(body) ?? '')
    .digest('hex');
}
