import type { Received } from '../body/receive-body';
import { checksumHeader } from '../body/checksums';
import { writePreconditions } from '../http/conditions';
import type { Exchange } from '../http/exchange';
import { headersToKeep } from '../http/object-headers';
import type { ObjectMeta } from '../storage/object-meta';

export async function putObject(exchange: Exchange): Promise<void> {
  const { request, store } = exchange;
  const { objects } = store.bucket(request.bucket);
  const preconditions = writePreconditions((name) => exchange.header(name));
  const kept = headersToKeep(exchange.headers);
  const expectations = exchange.expectBody();
  await objects.assertWritable(request.key, preconditions);
  const record = await store.newRecord();
  try {
    const received = await exchange.receive(expectations, (chunk) => record.write(chunk));
    const meta = metaOf(received, kept, exchange.now());
    await record.finish(meta);
    await objects.publish(request.key, record, preconditions);
    exchange.answer(200, { etag: `"${meta.etag}"`, ...receivedChecksumHeader(received), 'x-amz-checksum-type': 'FULL_OBJECT' });
  } catch (error) {
    await record.discard();
    throw error;
  }
}

export function metaOf(received: Received, kept: Pick<ObjectMeta, 'headers' | 'userMeta'>, nowMs: number): ObjectMeta {
  const { checksum } = received;
  return {
    bytes: received.bytes,
    etag: received.md5.toString('hex'),
    modifiedAtMs: nowMs,
    ...kept,
    ...(checksum
      ? { checksum: { algorithm: checksum.algorithm, value: checksum.digest.toString('base64'), type: 'FULL_OBJECT' as const } }
      : {}),
  };
}

export function receivedChecksumHeader({ checksum }: Received): Record<string, string> {
  return checksum ? { [checksumHeader(checksum.algorithm)]: checksum.digest.toString('base64') } : {};
}
