import { join } from 'node:path';
import { startLocalStore } from '@stead/apps/local-store/src/server';
import { onFreePort, startEmbeddedPostgres, startEmbeddedRedis } from '@stead/platform/embedded';
import type { Lifecycle } from '@stead/platform/lifecycle';
import { contextsIn, migrate } from '@stead/platform/prisma';
import { ROOT, type StandaloneConfig } from './config';
import type { StateFile } from './state';

export interface Stores {
  adminUrl: string;
  redisUrl: string;
  s3: Record<string, string>;
  rolesSecret: string;
}

/** Postgres, Redis and S3: the embedded ones, or the real ones that the configuration names. Tables are brought up to date. */
export async function startStores(config: StandaloneConfig, state: StateFile, lifecycle: Lifecycle): Promise<Stores> {
  const [adminUrl, redisUrl, s3] = await Promise.all([
    config.DATABASE_URL ?? postgres(state, lifecycle),
    config.REDIS_URL ?? redis(state, lifecycle),
    objectStore(config, state, lifecycle),
  ]);
  const rolesSecret = state.secret('postgres-roles');
  await migrate({ adminUrl, rolesSecret, contexts: contextsIn(join(ROOT, 'prisma')) });
  return { adminUrl, redisUrl, s3, rolesSecret };
}

async function postgres(state: StateFile, lifecycle: Lifecycle): Promise<string> {
  const server = await startEmbeddedPostgres({ folder: join(state.folder, 'postgres'), port: state.port('postgres') });
  state.rememberPort('postgres', server.port);
  lifecycle.add('postgres', () => server.stop());
  return server.url;
}

async function redis(state: StateFile, lifecycle: Lifecycle): Promise<string> {
  const server = await startEmbeddedRedis({ folder: join(state.folder, 'redis'), port: state.port('redis') });
  state.rememberPort('redis', server.port);
  lifecycle.add('redis', () => server.stop());
  return server.url;
}

async function objectStore(config: StandaloneConfig, state: StateFile, lifecycle: Lifecycle): Promise<Record<string, string>> {
  const common = { S3_REGION: config.S3_REGION, S3_BUCKET: config.S3_BUCKET, S3_FORCE_PATH_STYLE: 'true' };
  if (config.S3_ENDPOINT !== undefined) {
    return {
      ...common,
      S3_ENDPOINT: config.S3_ENDPOINT,
      S3_ACCESS_KEY_ID: config.S3_ACCESS_KEY_ID ?? '',
      S3_SECRET_ACCESS_KEY: config.S3_SECRET_ACCESS_KEY ?? '',
      ...(config.S3_PUBLIC_ENDPOINT === undefined ? {} : { S3_PUBLIC_ENDPOINT: config.S3_PUBLIC_ENDPOINT }),
    };
  }
  const accessKeyId = 'STEADLOCAL';
  const secretAccessKey = state.secret('s3');
  const store = await onFreePort(state.port('s3') ?? 9000, (port) =>
    startLocalStore({
      folder: join(state.folder, 'objects'),
      host: '127.0.0.1',
      port,
      credentials: [{ accessKeyId, secretAccessKey }],
      region: config.S3_REGION,
      corsOrigins: ['*'],
    }),
  );
  state.rememberPort('s3', store.port);
  lifecycle.add('local store', () => store.close());
  return { ...common, S3_ENDPOINT: store.url, S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey };
}
