import { createHash } from 'node:crypto';
import { newChecksum, isChecksumAlgorithm } from '../body/checksums';
import { S3Error } from '../errors';
import { parseByteRange } from '../http/byte-range';
import { readCondition, writePreconditions } from '../http/conditions';
import type { Exchange } from '../http/exchange';
import { headersToKeep } from '../http/object-headers';
import { assertKey, decodePercent } from '../http/s3-request';
import { copyObject as copyStored } from '../storage/copy-object';
import type { Bucket } from '../storage/folder-store';
import type { OpenObject } from '../storage/open-object';
import { partOf } from './multipart';

export async function copyObject(exchange: Exchange): Promise<void> {
  const { request, store } = exchange;
  const target = store.bucket(request.bucket);
  const preconditions = writePreconditions((name) => exchange.header(name));
  const directive = exchange.header('x-amz-metadata-directive')?.toUpperCase() ?? 'COPY';
  if (directive !== 'COPY' && directive !== 'REPLACE') throw new S3Error('InvalidArgument', 'Unknown metadata directive.');
  const kept = headersToKeep(exchange.headers);
  await withSource(exchange, async (source, bucket, key) => {
    if (directive === 'COPY' && bucket === target && key === request.key) {
      throw new S3Error(
        'InvalidRequest',
        'This copy request is illegal because it is trying to copy an object to itself without changing its metadata.',
      );
    }
    const record = await store.newRecord();
    try {
      const meta = await copyStored(
        source,
        bucket,
        { bucket: target, key: request.key, record, preconditions },
        { modifiedAtMs: exchange.now(), ...(directive === 'REPLACE' ? kept : {}) },
      );
      exchange.answerXml('CopyObjectResult', {
        LastModified: new Date(meta.modifiedAtMs).toISOString(),
        ETag: `"${meta.etag}"`,
        ...(meta.checksum
          ? { [`Checksum${meta.checksum.algorithm}`]: meta.checksum.value, ChecksumType: meta.checksum.type }
          : {}),
      });
    } catch (error) {
      await record.discard();
      throw error;
    }
  });
}

export async function uploadPartCopy(exchange: Exchange): Promise<void> {
  const { request, store } = exchange;
  const { uploads } = store.bucket(request.bucket);
  const { uploadId, partNumber } = partOf(exchange);
  const upload = await uploads.get(request.key, uploadId);
  await withSource(exchange, async (source) => {
    const { start, end } = sourceRange(exchange.header('x-amz-copy-source-range'), source.meta.bytes);
    const md5 = createHash('md5');
    const algorithm = upload.checksum?.algorithm ?? '';
    const checksum = isChecksumAlgorithm(algorithm) ? newChecksum(algorithm) : null;
    const record = await store.newRecord();
    try {
      for await (const chunk of source.read(start, end)) {
        await record.write(chunk);
        md5.update(chunk);
        checksum?.update(chunk);
      }
      const meta = { bytes: end - start + 1, etag: md5.digest('hex'), modifiedAtMs: exchange.now(), headers: {}, userMeta: {} };
      const value = checksum?.digest().toString('base64');
      await record.finish(value === undefined ? meta : { ...meta, checksum: { algorithm, value, type: 'FULL_OBJECT' } });
      await uploads.addPart(request.key, uploadId, partNumber, record);
      exchange.answerXml('CopyPartResult', {
        LastModified: new Date(meta.modifiedAtMs).toISOString(),
        ETag: `"${meta.etag}"`,
        ...(value === undefined ? {} : { [`Checksum${algorithm}`]: value }),
      });
    } catch (error) {
      await record.discard();
      throw error;
    }
  });
}

async function withSource(
  exchange: Exchange,
  work: (source: OpenObject, bucket: Bucket, key: string) => Promise<void>,
): Promise<void> {
  const { bucket: name, key } = parseSource(exchange.header('x-amz-copy-source') ?? '');
  const bucket = exchange.store.bucket(name);
  const source = await bucket.objects.open(key);
  try {
    const condition = readCondition(source.meta, (header) => exchange.header(`x-amz-copy-source-${header}`));
    // A copy has no "304 Not Modified": what a GET would not send again is a precondition that failed.
    if (condition !== 'met') throw new S3Error('PreconditionFailed');
    await work(source, bucket, key);
  } finally {
    await source.close();
  }
}

/** `/bucket/key` or `bucket/key`, percent-encoded. */
function parseSource(header: string): { bucket: string; key: string } {
  const [path = '', query = ''] = header.split('?', 2);
  if (query !== '' && query !== 'versionId=null') throw new S3Error('NotImplemented', 'There are no versions here.');
  const match = /^\/?([^/]+)\/(.+)$/s.exec(decodePercent(path));
  if (!match?.[1] || !match[2])
    throw new S3Error('InvalidArgument', 'Copy Source must mention the source bucket and key: sourcebucket/sourcekey');
  assertKey(match[2]);
  return { bucket: match[1], key: match[2] };
}

function sourceRange(header: string | undefined, size: number): { start: number; end: number } {
  if (header === undefined) return { start: 0, end: size - 1 };
  const match = /^bytes=(\d{1,16})-(\d{1,16})$/.exec(header);
  const range = match ? parseByteRange(header, size) : null;
  if (range === null || range === 'unsatisfiable' || Number(match?.[2]) >= size) {
    throw new S3Error(
      'InvalidArgument',
      'The x-amz-copy-source-range value must be of the form bytes=first-last within the source object.',
    );
  }
  return range;
}
