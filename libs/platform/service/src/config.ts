import { z } from 'zod';
import { loadFrom, port, secret, url } from '@stead/platform/config';

/** What every service has to be told. A service adds its own with `serviceEnv.extend({…})`. */
export const serviceEnv = z.object({
  NODE_ENV: z.enum(['development', 'production', 'test']).default('production'),
  /** Connects as the context's `api` role: row-level security shows one workspace at a time. */
  DATABASE_URL: url,
  /** Connects as the context's `worker` role, for schedulers, relays and reconcilers. */
  WORKER_DATABASE_URL: url,
  REDIS_URL: url,
  /** Shared by all services: signs and checks the internal identity. */
  IDENTITY_KEY: secret,
  HOST: z.string().default('127.0.0.1'),
  PORT: port.default(0),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error']).default('info'),
  LOG_FILE: z.string().optional(),
  DOCS_URL: url.default('https://stead.dev'),
});
export type ServiceConfig = z.infer<typeof serviceEnv>;

export function loadServiceConfig(env: Readonly<Record<string, string | undefined>>): Readonly<ServiceConfig> {
  return loadFrom(serviceEnv, env);
}
