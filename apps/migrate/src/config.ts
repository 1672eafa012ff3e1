import { loadFrom, secret, url } from '@stead/platform/config';
import { objectStoreConfigSchema, type ObjectStoreConfig } from '@stead/platform/object-store';
import { z } from 'zod';

const origin = z.string().refine((text) => text === '*' || (URL.canParse(text) && new URL(text).origin === text), {
  message: 'must be origins such as https://stead.example, with commas between them',
});

const migrateEnv = z.object({
  /** A role that may create roles and schemas. The services never get it. */
  DATABASE_URL: url,
  /** From which the services' passwords in Postgres are made. */
  ROLES_SECRET: secret,
  /** Origins whose pages upload to the bucket and download from it. */
  S3_CORS_ORIGINS: z
    .string()
    .default('')
    .transform((text) => text.split(',').map((one) => one.trim()))
    .transform((list) => list.filter((one) => one !== ''))
    .pipe(z.array(origin)),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error']).default('info'),
});

const withStore = z.intersection(
  migrateEnv,
  objectStoreConfigSchema.transform((objectStore): { objectStore: ObjectStoreConfig } => ({ objectStore })),
);
export type MigrateConfig = z.infer<typeof withStore>;

export function loadConfig(env: Readonly<Record<string, string | undefined>>): Readonly<MigrateConfig> {
  return loadFrom(withStore, env);
}
