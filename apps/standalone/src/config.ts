import { resolve } from 'node:path';
import { flag, loadFrom, port, url } from '@stead/platform/config';
import { z } from 'zod';

/** Everything has a default; each real thing replaces an embedded one by naming its address. */
const standaloneEnv = z.object({
  NODE_ENV: z.enum(['development', 'production', 'test']).default('development'),
  STEAD_HOME: z.string().default('.stead'),
  PORT: port.default(8080),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error']).default('info'),
  /** A role that may create roles and schemas. */
  DATABASE_URL: url.optional(),
  REDIS_URL: url.optional(),
  S3_ENDPOINT: url.optional(),
  S3_PUBLIC_ENDPOINT: url.optional(),
  S3_REGION: z.string().default('local'),
  S3_BUCKET: z.string().default('stead'),
  S3_ACCESS_KEY_ID: z.string().optional(),
  S3_SECRET_ACCESS_KEY: z.string().optional(),
  /** Clusters of your own have to be given the same: their steps open and seal what the services do. Generated where it is left out. */
  VAULT_KEY: z.string().min(32, 'A vault key has at least 32 characters').optional(),
  KUBECONFIG_ONPREM: z.string().optional(),
  KUBECONFIG_CLOUD: z.string().optional(),
  /** GPU slots of the local on-prem cluster, and how many the local cloud may grow to. */
  ONPREM_SLOTS: z.coerce.number().int().min(1).max(64).default(4),
  CLOUD_SLOTS: z.coerce.number().int().min(0).max(64).default(4),
  CLOUD_BOOT_MS: z.coerce.number().int().min(0).default(5_000),
  ONPREM_PRICE: z.coerce.number().min(0).default(0.4),
  CLOUD_PRICE: z.coerce.number().min(0).default(2.5),
  /** The gateway's own settings: its defaults hold where nothing is said. */
  RATE_PER_MINUTE: z.string().optional(),
  ANONYMOUS_RATE_PER_MINUTE: z.string().optional(),
  TILE_RATE_PER_MINUTE: z.string().optional(),
  /** Lets events of webhooks go to this machine and its network; refused in production. */
  WEBHOOK_ALLOW_PRIVATE: z.string().optional(),
  /** Build the sample capture when the demo workspace has no map of it. */
  SAMPLE: flag.default(true),
});
export type StandaloneConfig = z.infer<typeof standaloneEnv>;

export function loadConfig(env: Readonly<Record<string, string | undefined>>): Readonly<StandaloneConfig> {
  return loadFrom(standaloneEnv, env);
}

/** The project's folder, from the compiled file's place: `dist/apps/standalone/src`. */
export const ROOT = resolve(__dirname, '../../../..');
