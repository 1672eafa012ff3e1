import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Logger } from '@stead/platform/logging';
import { addressGroup } from './address-group';
import { Guesses } from './guesses';

const WINDOW_MS = 15 * 60 * 1000;
const PER_SUBJECT = 10;
/** An office has one address for all its people. */
const PER_ADDRESS = 100;
/** Nobody waits longer than this for Redis. */
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
export class RedisGuesses extends Guesses {
  private readonly redis: Redis;

  /** `what` begins the names of the counters, and stands in the log: `sign-in`. */
  constructor(
    redis: Redis,
    private readonly logger: Logger,
    private readonly what: string,
    private readonly perSubject = PER_SUBJECT,
  ) {
    super();
    // A connection of its own: the service's waits for a Redis that is away, and whoever guesses must not.
    this.redis = redis.duplicate({
      enableOfflineQueue: false,
      maxRetriesPerRequest: 1,
      commandTimeout: ANSWER_TIMEOUT_MS,
    });
    this.redis.on('error', () => undefined); // said by the service's own connection, and by each guess
  }

  async take(subject: string, address: string): Promise<{ retryAfterS: number } | null> {
    const waitMs = Number(await this.run(TAKE, subject, address, [this.perSubject, PER_ADDRESS, WINDOW_MS]));
    return waitMs > 0 ? { retryAfterS: Math.ceil(waitMs / 1000) } : null;
  }

  async forgive(subject: string, address: string): Promise<void> {
    await this.run(FORGIVE, subject, address, []);
  }

  close(): void {
    this.redis.disconnect();
  }

  private async run(script: string, subject: string, address: string, args: readonly number[]): Promise<unknown> {
    const keys = [`stead:${this.what}:subject:${digestOf(subject)}`, `stead:${this.what}:address:${addressGroup(address)}`];
    try {
      return await this.redis.eval(script, keys.length, ...keys, ...args);
    } catch (error) {
      this.logger.warn({ error }, `guesses (${this.what}) are not counted: Redis does not answer`);
      return 0;
    }
  }
}

/** Who signs in, and where, is nobody's business who can read Redis. */
function digestOf(subject: string): string {
  return createHash('sha256').update(subject.toLowerCase()).digest('base64url');
}
