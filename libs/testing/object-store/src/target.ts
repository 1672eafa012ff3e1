import { randomBytes } from 'node:crypto';
import { DeleteObjectsCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';

/** A store to be tested: an existing bucket, and credentials that may do everything in it. */
export interface S3Target {
  endpoint: string;
  region: string;
  bucket: string;
  accessKeyId: string;
  secretAccessKey: string;
  forcePathStyle: boolean;
  /** Runs after the last test. */
  stop?: () => Promise<void>;
}

/** What the tests of one run share. */
export interface ContractRun {
  target: S3Target;
  /** As the SDK comes: CRC32 on every body, checked on every answer. */
  client: S3Client;
  /** A prefix that no other test uses. */
  freshPrefix(): string;
}

const CLEANUP_ROUNDS_MAX = 50;

export function openRun(target: S3Target): ContractRun & { end(): Promise<void> } {
  const root = `contract-${randomBytes(6).toString('hex')}/`;
  const client = s3Client(target);
  let count = 0;
  return {
    target,
    client,
    freshPrefix: () => `${root}${(count += 1)}/`,
    end: async () => {
      await removeAll(client, target.bucket, root);
      client.destroy();
      await target.stop?.();
    },
  };
}

export function s3Client(target: S3Target): S3Client {
  return new S3Client({
    endpoint: target.endpoint,
    region: target.region,
    forcePathStyle: target.forcePathStyle,
    credentials: { accessKeyId: target.accessKeyId, secretAccessKey: target.secretAccessKey },
    maxAttempts: 1,
  });
}

async function removeAll(client: S3Client, bucket: string, prefix: string): Promise<void> {
  for (let round = 0; round < CLEANUP_ROUNDS_MAX; round += 1) {
    const { Contents: found = [] } = await client.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, EncodingType: 'url' }),
    );
    if (found.length === 0) return;
    const objects = found.map(({ Key = '' }) => ({ Key: decodeURIComponent(Key.replaceAll('+', ' ')) }));
    await client.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: objects, Quiet: true } }));
  }
}
