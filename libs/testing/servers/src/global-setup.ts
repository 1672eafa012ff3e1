import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres, startEmbeddedRedis } from '@stead/platform/embedded';
import { RUN_VARIABLE, publish } from './shared-servers';

/**
 * Starts Postgres and Redis once for a jest run. `TEST_DATABASE_URL` (a superuser) and `TEST_REDIS_URL` name real ones to use
 * instead; else the embedded ones are started.
 */
export default async function globalSetup(): Promise<void> {
  const run = String(process.pid);
  process.env[RUN_VARIABLE] = run;
  const folder = join(tmpdir(), `stead-test-${run}`);
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  const { TEST_DATABASE_URL, TEST_REDIS_URL } = process.env;
  const [postgres, redis] = await Promise.all([
    TEST_DATABASE_URL === undefined ? startEmbeddedPostgres({ folder: join(folder, 'postgres') }) : null,
    TEST_REDIS_URL === undefined ? startEmbeddedRedis({ folder: join(folder, 'redis') }) : null,
  ]);
  publish(run, {
    adminUrl: postgres?.url ?? TEST_DATABASE_URL ?? '',
    redisUrl: redis?.url ?? TEST_REDIS_URL ?? '',
    pids: [postgres?.pid, redis?.pid].filter((pid) => pid !== undefined),
    folder,
  });
}
