import { Redis } from 'ioredis';
import { testRedis } from './shared-servers';

/** What a server has unless it is told otherwise. */
const DATABASES = 16;

export interface FreshRedis {
  url: string;
  /** Forgets everything, as a Redis that was lost does. */
  flush(): Promise<void>;
}

/** The run's Redis, in a numbered database that is this jest worker's own, emptied. */
export async function freshRedis(): Promise<FreshRedis> {
  const url = new URL(await testRedis());
  const worker = Number(process.env['JEST_WORKER_ID'] ?? 0);
  if (worker >= DATABASES) throw new Error(`at most ${DATABASES - 1} jest workers can share a Redis: use --maxWorkers`);
  url.pathname = `/${worker}`;
  const flush = async (): Promise<void> => {
    const redis = new Redis(url.toString());
    await redis.flushdb();
    redis.disconnect();
  };
  await flush();
  return { url: url.toString(), flush };
}
