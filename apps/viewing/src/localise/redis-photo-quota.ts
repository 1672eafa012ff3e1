import type { Redis } from 'ioredis';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { addressGroup } from '@stead/platform/passwords';
import { PhotoQuota } from './ports';

const WINDOW_S = 60;
/** An AR page asks every few seconds until it knows where it is; a photo costs half a second of a core. */
const PER_MINUTE = 30;

/** Counts in Redis, so that all replicas share a budget; while Redis is away each process counts for itself. */
export class RedisPhotoQuota extends PhotoQuota {
  private readonly limiter: RateLimiterRedis;

  constructor(redis: Redis, perMinute = PER_MINUTE) {
    super();
    const options = { keyPrefix: 'stead:localise', points: perMinute, duration: WINDOW_S };
    const insuranceLimiter = new RateLimiterMemory(options);
    this.limiter = new RateLimiterRedis({ ...options, storeClient: redis, insuranceLimiter, rejectIfRedisNotReady: true });
  }

  async take(address: string): Promise<{ retryAfterS: number } | null> {
    try {
      await this.limiter.consume(addressGroup(address));
      return null;
    } catch (refused) {
      if (refused instanceof RateLimiterRes) return { retryAfterS: Math.max(1, Math.ceil(refused.msBeforeNext / 1000)) };
      throw refused;
    }
  }
}
