import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Logger } from '@stead/platform/logging';
import { SignInAttempts } from '../application/sign-in-attempts';
import { addressGroup } from '../domain/address-group';

const WINDOW_MS = 15 * 60 * 1000;
const PER_ACCOUNT = 10;
/** An office has one address for all its people. */
const PER_ADDRESS = 100;
/** A sign-in waits no longer than this for Redis. */
const ANSWER_TIMEOUT_MS = 500;

/** Atomic: looks at both counters, and counts in both or in none. Returns 0, or the milliseconds until there is room again. */
const TAKE = `
local wait = 0
for i = 1, 2 do
  if tonumber(redis.call('GET', KEYS[i]) or '0') >= tonumber(ARGV[i]) then wait = math.max(wait, redis.call('PTTL', KEYS[i])) end
end
if wait > 0 then return wait end
for i = 1, 2 do
  if redis.call('INCR', KEYS[i]) == 1 or redis.call('PTTL', KEYS[i]) < 0 then redis.call('PEXPIRE', KEYS[i], ARGV[3]) end
end
return 0`;

const FORGIVE = `
redis.call('DEL', KEYS[1])
if tonumber(redis.call('GET', KEYS[2]) or '0') > 0 then redis.call('DECR', KEYS[2]) end
return 0`;

/**
 * Counts in Redis, for all replicas together: from the first failure, fifteen minutes. A Redis that was emptied has forgotten;
 * without Redis nothing is counted, which the log says: people get in, and the gateway still limits each address.
 */
export class RedisSignInAttempts extends SignInAttempts {
  private readonly redis: Redis;

  constructor(
    redis: Redis,
    private readonly logger: Logger,
  ) {
    super();
    // A connection of its own: the service's waits for a Redis that is away, and a sign-in must not.
    this.redis = redis.duplicate({
      enableOfflineQueue: false,
      maxRetriesPerRequest: 1,
      commandTimeout: ANSWER_TIMEOUT_MS,
    });
    this.redis.on('error', () => undefined); // said by the service's own connection, and by each sign-in
  }

  async take(email: string, address: string): Promise<{ retryAfterS: number } | null> {
    const waitMs = Number(await this.run(TAKE, email, address, [PER_ACCOUNT, PER_ADDRESS, WINDOW_MS]));
    return waitMs > 0 ? { retryAfterS: Math.ceil(waitMs / 1000) } : null;
  }

  async forgive(email: string, address: string): Promise<void> {
    await this.run(FORGIVE, email, address, []);
  }

  close(): void {
    this.redis.disconnect();
  }

  private async run(script: string, email: string, address: string, args: readonly number[]): Promise<unknown> {
    const keys = [`stead:sign-in:account:${accountKey(email)}`, `stead:sign-in:address:${addressGroup(address)}`];
    try {
      return await this.redis.eval(script, keys.length, ...keys, ...args);
    } catch (error) {
      this.logger.warn({ error }, 'sign-ins are not counted: Redis does not answer');
      return 0;
    }
  }
}

/** Who signs in is nobody's business who can read Redis. */
function accountKey(email: string): string {
  return createHash('sha256').update(email.toLowerCase()).digest('base64url');
}
