import { Redis } from 'ioredis';
import { IdentitySigner } from '@stead/platform/auth';
import { type Clock, SystemClock } from '@stead/platform/clock';
import { createLogger, type Logger } from '@stead/platform/logging';
import { createMetrics, type Metrics } from '@stead/platform/metrics';
import { PostgresOutbox, type Outbox } from '@stead/platform/outbox';
import { connect, type Database } from '@stead/platform/postgres';
import type { ServiceConfig } from './config';

const API_CONNECTIONS_MAX = 6;
const WORKER_CONNECTIONS_MAX = 4;

/** What a service is built from. */
export interface ServiceParts<Config extends ServiceConfig = ServiceConfig> {
  config: Readonly<Config>;
  schema: string;
  logger: Logger;
  metrics: Metrics;
  clock: Clock;
  /** Sees one workspace at a time. */
  api: Database;
  /** Sees every workspace. */
  worker: Database;
  redis: Redis;
  signer: IdentitySigner;
  outbox: Outbox;
  /** Called by `close`, before the connections go. */
  onClose(stop: () => Promise<void>): void;
  close(): Promise<void>;
}

export function openParts<Config extends ServiceConfig>(
  name: string,
  schema: string,
  config: Readonly<Config>,
): ServiceParts<Config> {
  const logger = createLogger({
    service: name,
    level: config.LOG_LEVEL,
    ...(config.LOG_FILE === undefined ? {} : { destination: config.LOG_FILE }),
  });
  const api = connect({ url: config.DATABASE_URL, applicationName: `stead-${name}-api`, poolMax: API_CONNECTIONS_MAX });
  const worker = connect({
    url: config.WORKER_DATABASE_URL,
    applicationName: `stead-${name}-worker`,
    poolMax: WORKER_CONNECTIONS_MAX,
  });
  const redis = new Redis(config.REDIS_URL, {
    maxRetriesPerRequest: null,
    enableOfflineQueue: true,
    retryStrategy: (times) => Math.min(2000, 100 * times),
  });
  redis.on('error', (error) => logger.warn({ error: error.message }, 'redis connection'));
  const stops: (() => Promise<void>)[] = [];
  return {
    config,
    schema,
    logger,
    metrics: createMetrics(name, { processMetrics: config.NODE_ENV !== 'test' }),
    clock: new SystemClock(),
    api,
    worker,
    redis,
    signer: new IdentitySigner(config.IDENTITY_KEY),
    outbox: new PostgresOutbox(schema),
    onClose: (stop) => void stops.push(stop),
    close: async () => {
      await Promise.allSettled(stops.map((stop) => stop()));
      redis.disconnect();
      await Promise.all([api.close(), worker.close()]);
    },
  };
}
