import type { Redis } from 'ioredis';
import { Revocations } from '../application/api-keys';

/** A request waits no longer than this; what was not said by then is said when Redis is back. */
const WAIT_MAX_MS = 1_000;

export class RedisRevocations extends Revocations {
  constructor(private readonly redis: Redis) {
    super();
  }

  async announce(keyId: string): Promise<void> {
    const said = this.redis.publish('stead:api-key-revoked', keyId).then(
      () => undefined,
      () => undefined, // the connection is closing; whoever remembers the key forgets it soon
    );
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, WAIT_MAX_MS)));
    await Promise.race([said, late]);
    clearTimeout(timer);
  }
}
