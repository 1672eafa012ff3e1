import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadObjectStoreConfig } from './object-store-config';

const ENV = {
  S3_ENDPOINT: 'http://127.0.0.1:9000',
  S3_BUCKET: 'stead',
  S3_ACCESS_KEY_ID: 'id',
  S3_SECRET_ACCESS_KEY: 'secret',
};

describe('loadObjectStoreConfig', () => {
  it('reads what is given and fills in the rest', () => {
    expect(loadObjectStoreConfig({ ...ENV, OTHER: 'x', OTHER_FILE: '/not/there' })).toEqual({
      endpoint: 'http://127.0.0.1:9000',
      region: 'us-east-1',
      bucket: 'stead',
      accessKeyId: 'id',
      secretAccessKey: 'secret',
      forcePathStyle: true,
    });
    const more = { S3_REGION: 'eu-west-1', S3_FORCE_PATH_STYLE: 'false', S3_PUBLIC_ENDPOINT: 'https://s3.example.org' };
    expect(loadObjectStoreConfig({ ...ENV, ...more })).toMatchObject({
      region: 'eu-west-1',
      forcePathStyle: false,
      publicEndpoint: 'https://s3.example.org',
    });
  });

  it('names every problem at once', () => {
    const broken = { S3_ENDPOINT: 'nonsense', S3_BUCKET: 'Not A Bucket', S3_FORCE_PATH_STYLE: 'maybe', S3_ACCESS_KEY_ID: '' };
    expect(() => loadObjectStoreConfig(broken)).toThrow(
      /S3_ENDPOINT[^]*S3_BUCKET[^]*S3_ACCESS_KEY_ID[^]*S3_SECRET_ACCESS_KEY[^]*S3_FORCE_PATH_STYLE/,
    );
  });

  it('reads the secret from a file, without its line end', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'object-store-config-'));
    const path = join(folder, 'secret');
    await writeFile(path, 'from a file\n');
    const { S3_SECRET_ACCESS_KEY: _, ...rest } = ENV;
    expect(loadObjectStoreConfig({ ...rest, S3_SECRET_ACCESS_KEY_FILE: path }).secretAccessKey).toBe('from a file');
    await rm(folder, { recursive: true });
  });
});
