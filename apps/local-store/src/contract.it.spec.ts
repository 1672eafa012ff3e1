import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3ObjectStore } from '@stead/platform/object-store';
import { objectStoreContract } from '@stead/testing/object-store';
import type { RequestEvent } from './http/handle';
import { startLocalStore } from './server';

objectStoreContract('the local store', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'local-store-'));
  const credentials = { accessKeyId: 'contract', secretAccessKey: 'a secret of the contract tests' };
  const internalErrors: RequestEvent[] = [];
  const server = await startLocalStore({
    folder,
    port: 0,
    credentials: [credentials],
    onRequest: (event) => void (event.status >= 500 && event.code === 'InternalError' && internalErrors.push(event)),
  });
  const target = { endpoint: server.url, region: 'us-east-1', bucket: 'contract', forcePathStyle: true, ...credentials };
  const store = new S3ObjectStore(target);
  await store.ensureBucket();
  store.close();
  return {
    ...target,
    stop: async () => {
      await server.close();
      await rm(folder, { recursive: true, force: true });
      expect(internalErrors).toEqual([]);
    },
  };
});
