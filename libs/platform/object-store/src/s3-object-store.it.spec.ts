import { objectStoreContract } from '@stead/testing/object-store';
import { loadObjectStoreConfig } from './object-store-config';
import { S3ObjectStore } from './s3-object-store';

/**
 * The contract that the local store keeps, against the store that `S3_ENDPOINT`, `S3_BUCKET`, `S3_ACCESS_KEY_ID` and
 * `S3_SECRET_ACCESS_KEY` name: the proof that the one is like the other.
 */
if (process.env['S3_ENDPOINT']) {
  const config = loadObjectStoreConfig(process.env);
  objectStoreContract(`the store at ${config.endpoint}`, async () => {
    const store = new S3ObjectStore(config);
    await store.ensureBucket();
    store.close();
    return config;
  });
} else {
  it('was not checked against a real S3: none was given in S3_ENDPOINT', () => {
    process.stdout.write('No S3_ENDPOINT: the contract of the object store was checked against the local store alone.\n');
    expect(process.env['S3_ENDPOINT'] ?? '').toBe('');
  });
}
