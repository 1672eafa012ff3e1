import { z } from 'zod';
import { loadFrom, port } from '@stead/platform/config';

const schema = z
  .object({
    STORE_FOLDER: z.string().min(1),
    STORE_HOST: z.string().min(1).default('127.0.0.1'),
    STORE_PORT: port.default(9000),
    STORE_REGION: z.string().min(1).default('us-east-1'),
    STORE_ACCESS_KEY_ID: z.string().min(3),
    STORE_SECRET_ACCESS_KEY: z.string().min(16, 'must have at least 16 characters'),
    STORE_CORS_ORIGINS: z.string().default(''),
  })
  .transform((env) => ({
    folder: env.STORE_FOLDER,
    host: env.STORE_HOST,
    port: env.STORE_PORT,
    region: env.STORE_REGION,
    credentials: [{ accessKeyId: env.STORE_ACCESS_KEY_ID, secretAccessKey: env.STORE_SECRET_ACCESS_KEY }],
    corsOrigins: env.STORE_CORS_ORIGINS.split(',')
      .map((origin) => origin.trim())
      .filter((origin) => origin !== ''),
  }));

export type LocalStoreConfig = z.infer<typeof schema>;

export function loadLocalStoreConfig(env: Readonly<Record<string, string | undefined>>): Readonly<LocalStoreConfig> {
  return loadFrom(schema, Object.fromEntries(Object.entries(env).filter(([name]) => name.startsWith('STORE_'))));
}
