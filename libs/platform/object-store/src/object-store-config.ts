import { z } from 'zod';
import { flag, loadFrom, url } from '@stead/platform/config';

export interface ObjectStoreConfig {
  endpoint: string;
  region: string;
  bucket: string;
  accessKeyId: string;
  secretAccessKey: string;
  /** `http://host/bucket/key` instead of `http://bucket.host/key`. */
  forcePathStyle: boolean;
  /** Where a browser reaches the same store, when that is another address than `endpoint`. */
  publicEndpoint?: string;
}

/** S3's rules for bucket names, less the dots (they break the certificates of virtual hosts). */
const bucketName = z.string().regex(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/, 'must be 3 to 63 of a-z, 0-9 and "-"');

export const objectStoreConfigSchema = z
  .object({
    S3_ENDPOINT: url,
    S3_REGION: z.string().min(1).default('us-east-1'),
    S3_BUCKET: bucketName,
    S3_ACCESS_KEY_ID: z.string().min(1),
    S3_SECRET_ACCESS_KEY: z.string().min(1),
    S3_FORCE_PATH_STYLE: flag.default(true),
    S3_PUBLIC_ENDPOINT: url.optional(),
  })
  .transform((env): ObjectStoreConfig => ({
    endpoint: env.S3_ENDPOINT,
    region: env.S3_REGION,
    bucket: env.S3_BUCKET,
    accessKeyId: env.S3_ACCESS_KEY_ID,
    secretAccessKey: env.S3_SECRET_ACCESS_KEY,
    forcePathStyle: env.S3_FORCE_PATH_STYLE,
    ...(env.S3_PUBLIC_ENDPOINT === undefined ? {} : { publicEndpoint: env.S3_PUBLIC_ENDPOINT }),
  }));

/** Reads `S3_*` alone, so that a broken `X_FILE` of somebody else stops nothing here. `ConfigError` names every problem. */
export function loadObjectStoreConfig(env: Readonly<Record<string, string | undefined>>): Readonly<ObjectStoreConfig> {
  const own = Object.fromEntries(Object.entries(env).filter(([name]) => name.startsWith('S3_')));
  return loadFrom(objectStoreConfigSchema, own);
}
