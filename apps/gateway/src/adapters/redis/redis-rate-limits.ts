import type { Redis } from 'ioredis';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { RateLimits, type RateClass, type RateVerdict } from '../../application/rate-limits';

const WINDOW_S = 60;

/** Counts in Redis, so that all replicas share a budget; while Redis is away each process counts for itself. */
export class RedisRateLimits extends RateLimits {
  private readonly limiters: Record<RateClass, { limit: number; limiter: RateLimiterRedis }>;

  constructor(redis: Redis, perMinute: Record<RateClass, number>) {
    super();
    const limiter = (rateClass: RateClass): { limit: number; limiter: RateLimiterRedis } => {
      const limit = perMinute[rateClass];
      const options = { keyPrefix: `stead:rate:${rateClass}`, points: limit, duration: WINDOW_S };
      return {
        limit,
        limiter: new RateLimiterRedis({
          ...options,
          storeClient: redis,
          insuranceLimiter: new RateLimiterMemory(options),
          rejectIfRedisNotReady: true,
        }),
      };
    };
    this.limiters = { api: limiter('api'), anonymous: limiter('anonymous'), tiles: limiter('tiles') };
  }

  async take(rateClass: RateClass, subject: string): Promise<RateVerdict> {
    const { limit, limiter } = this.limiters[rateClass];
    const verdict = (allowed: boolean, result: RateLimiterRes): RateVerdict => ({
      allowed,
      limit,
      remaining: Math.max(0, result.remainingPoints),
      resetS: Math.max(1, Math.ceil(result.msBeforeNext / 1000)),
    });
    try {
      return verdict(true, await limiter.consume(subject));
    } catch (refused) {
      if (refused instanceof RateLimiterRes) return verdict(false, refused);
      throw refused;
    }
  }
}
