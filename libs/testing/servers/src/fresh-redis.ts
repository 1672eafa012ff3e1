import { Redis } from 'ioredis';
import { sharedServers } from './shared-servers';

const DATABASES = 16;

/** The run's Redis, in a numbered database that is this jest worker's own, emptied. */
export async function freshRedis(): Promise<{ url: string; flush(): Promise<void> }> {
  const { redisUrl } = sharedServers();
  const url = new URL(redisUrl);
  url.pathname = `/${Number(process.env['JEST_WORKER_ID'] ?? 0) % DATABASES}`;
  const flush = async (): Promise<void> => {
    const redis = new Redis(url.toString());
    await redis.flushdb();
    redis.disconnect();
  };
  await flush();
  return { url: url.toString(), flush };
}
