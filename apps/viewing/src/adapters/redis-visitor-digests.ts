import { createHmac, randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import { addressGroup } from '@stead/platform/passwords';
import { VisitorDigests } from '../application/ports';

const SALT_S = 48 * 3600;
const SALT_BYTES = 32;
const DIGEST_BYTES = 12;
const ANSWER_TIMEOUT_MS = 200;

/**
 * The salt of a day lies in Redis, for all replicas, for two days. A replica that cannot ask makes one of its own: whoever comes to
 * two replicas then counts twice.
 */
export class RedisVisitorDigests extends VisitorDigests {
  private readonly redis: Redis;
  private readonly salts = new Map<string, Promise<Buffer>>();

  constructor(redis: Redis) {
    super();
    // A connection of its own: the service's waits for a Redis that is away, and a visitor must not.
    this.redis = redis.duplicate({ enableOfflineQueue: false, maxRetriesPerRequest: 1, commandTimeout: ANSWER_TIMEOUT_MS });
    this.redis.on('error', () => undefined); // said by the service's own connection
  }

  async of(day: string, publicationId: string, { address, userAgent }: { address: string; userAgent: string }): Promise<Buffer> {
    const salt = this.salts.get(day) ?? this.saltOf(day);
    if (!this.salts.has(day)) {
      this.salts.clear();
      this.salts.set(day, salt);
    }
    const text = JSON.stringify([publicationId, addressGroup(address), userAgent]);
    return createHmac('sha256', await salt)
      .update(text)
      .digest()
      .subarray(0, DIGEST_BYTES);
  }

  close(): void {
    this.redis.disconnect();
  }

  private async saltOf(day: string): Promise<Buffer> {
    const mine = randomBytes(SALT_BYTES);
    const key = `stead:visitor-salt:${day}`;
    try {
      await this.redis.set(key, mine.toString('base64'), 'EX', SALT_S, 'NX');
      const shared = await this.redis.get(key);
      return shared === null ? mine : Buffer.from(shared, 'base64');
    } catch {
      return mine;
    }
  }
}
