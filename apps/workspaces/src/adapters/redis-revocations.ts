import type { Redis } from 'ioredis';
import { Revocations } from '../application/api-keys';

export class RedisRevocations extends Revocations {
  constructor(private readonly redis: Redis) {
    super();
  }

  async announce(keyId: string): Promise<void> {
    await this.redis.publish('stead:api-key-revoked', keyId);
  }
}
