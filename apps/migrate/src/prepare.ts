import { resolve } from 'node:path';
import { allowBrowserOrigins, S3ObjectStore } from '@stead/platform/object-store';
import { contextsIn, migrate } from '@stead/platform/prisma';
import type { MigrateConfig } from './config';

/** The migrations lie at the same place beside the sources and beside what is built from them. */
const PRISMA_FOLDER = resolve(__dirname, '../../../prisma');

/**
 * Makes the stores ready for this version of the services: roles, schemas and tables, the proof that they keep workspaces apart,
 * and the bucket. Repeating it changes nothing. Answers with the migrations that it has applied, by context.
 */
export async function prepare(config: Readonly<MigrateConfig>): Promise<Record<string, string[]>> {
  const [applied] = await Promise.all([
    migrate({ adminUrl: config.DATABASE_URL, rolesSecret: config.ROLES_SECRET, contexts: contextsIn(PRISMA_FOLDER) }),
    prepareBucket(config),
  ]);
  return applied;
}

async function prepareBucket({ objectStore, S3_CORS_ORIGINS }: Readonly<MigrateConfig>): Promise<void> {
  const store = new S3ObjectStore(objectStore);
  try {
    await store.ensureBucket();
  } finally {
    store.close();
  }
  await allowBrowserOrigins(objectStore, S3_CORS_ORIGINS);
}
