import type { Exchange } from '../http/exchange';

export async function listBuckets(exchange: Exchange): Promise<void> {
  const buckets = await exchange.store.listBuckets();
  exchange.answerXml('ListAllMyBucketsResult', {
    Owner: { ID: exchange.auth.accessKeyId },
    Buckets: { Bucket: buckets.map(({ name, createdAt }) => ({ Name: name, CreationDate: createdAt.toISOString() })) },
  });
}

export async function headBucket(exchange: Exchange): Promise<void> {
  exchange.store.bucket(exchange.request.bucket);
  exchange.answer(200);
}

export async function createBucket(exchange: Exchange): Promise<void> {
  const { bucket } = exchange.request;
  await exchange.store.createBucket(bucket);
  exchange.answer(200, { location: `/${bucket}` });
}

/** An empty constraint is us-east-1, which is what tools expect of a store without regions. */
export async function getBucketLocation(exchange: Exchange): Promise<void> {
  exchange.store.bucket(exchange.request.bucket);
  exchange.answerXml('LocationConstraint', '');
}

/** Never switched on. */
export async function getBucketVersioning(exchange: Exchange): Promise<void> {
  exchange.store.bucket(exchange.request.bucket);
  exchange.answerXml('VersioningConfiguration', '');
}
