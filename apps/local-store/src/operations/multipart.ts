import { checksumHeader, isChecksumAlgorithm } from '../body/checksums';
import { isCombinable } from '../body/crc-combine';
import { S3Error } from '../errors';
import type { Exchange } from '../http/exchange';
import { headersToKeep } from '../http/object-headers';
import type { Upload } from '../storage/upload-folder';
import { metaOf, receivedChecksumHeader } from './put-object';

const PART_NUMBER_MAX = 10_000;
const PAGE_MAX = 1_000;

export async function createMultipartUpload(exchange: Exchange): Promise<void> {
  const { request, store } = exchange;
  const { uploads } = store.bucket(request.bucket);
  const checksum = announcedUploadChecksum(exchange);
  const uploadId = await uploads.begin({
    key: request.key,
    startedAtMs: exchange.now(),
    ...headersToKeep(exchange.headers),
    ...(checksum ? { checksum } : {}),
  });
  exchange.answerXml(
    'InitiateMultipartUploadResult',
    { Bucket: request.bucket, Key: request.key, UploadId: uploadId },
    checksum ? { 'x-amz-checksum-algorithm': checksum.algorithm, 'x-amz-checksum-type': checksum.type } : {},
  );
}

export async function uploadPart(exchange: Exchange): Promise<void> {
  const { request, store } = exchange;
  const { uploads } = store.bucket(request.bucket);
  const { uploadId, partNumber } = partOf(exchange);
  const upload = await uploads.get(request.key, uploadId);
  const expectations = exchange.expectBody();
  assertPartChecksum(upload, expectations.checksum?.algorithm);
  const record = await store.newRecord();
  try {
    const received = await exchange.receive(expectations, (chunk) => record.write(chunk));
    const meta = metaOf(received, { headers: {}, userMeta: {} }, exchange.now());
    await record.finish(meta);
    await uploads.addPart(request.key, uploadId, partNumber, record);
    exchange.answer(200, { etag: `"${meta.etag}"`, ...receivedChecksumHeader(received) });
  } catch (error) {
    await record.discard();
    throw error;
  }
}

export function partOf(exchange: Exchange): { uploadId: string; partNumber: number } {
  const text = exchange.request.query.get('partNumber') ?? '';
  if (!/^\d{1,5}$/.test(text) || Number(text) < 1 || Number(text) > PART_NUMBER_MAX) {
    throw new S3Error('InvalidArgument', `Part number must be an integer between 1 and ${PART_NUMBER_MAX}, inclusive`, {
      ArgumentName: 'partNumber',
      ArgumentValue: text,
    });
  }
  return { uploadId: exchange.request.query.get('uploadId') ?? '', partNumber: Number(text) };
}

export async function abortMultipartUpload(exchange: Exchange): Promise<void> {
  const { request, store } = exchange;
  await store.bucket(request.bucket).uploads.abort(request.key, request.query.get('uploadId') ?? '');
  exchange.answer(204);
}

export async function listParts(exchange: Exchange): Promise<void> {
  const { request, store } = exchange;
  const { uploads } = store.bucket(request.bucket);
  const uploadId = request.query.get('uploadId') ?? '';
  const upload = await uploads.get(request.key, uploadId);
  const partsMax = exchange.numberParameter('max-parts', PAGE_MAX, 0, PAGE_MAX);
  const marker = exchange.numberParameter('part-number-marker', 0, 0, PART_NUMBER_MAX);
  const { parts, isTruncated } = await uploads.listParts(uploadId, marker, partsMax);
  exchange.answerXml('ListPartsResult', {
    Bucket: request.bucket,
    Key: request.key,
    UploadId: uploadId,
    PartNumberMarker: marker,
    NextPartNumberMarker: parts.at(-1)?.partNumber ?? marker,
    MaxParts: partsMax,
    IsTruncated: isTruncated,
    StorageClass: 'STANDARD',
    ChecksumAlgorithm: upload.checksum?.algorithm,
    ChecksumType: upload.checksum?.type,
    Part: parts.map(({ partNumber, meta }) => ({
      PartNumber: partNumber,
      LastModified: new Date(meta.modifiedAtMs).toISOString(),
      ETag: `"${meta.etag}"`,
      Size: meta.bytes,
      ...(meta.checksum ? { [`Checksum${meta.checksum.algorithm}`]: meta.checksum.value } : {}),
    })),
  });
}

export async function listMultipartUploads(exchange: Exchange): Promise<void> {
  const { query, bucket } = exchange.request;
  const { uploads } = exchange.store.bucket(bucket);
  if (query.get('delimiter')) throw new S3Error('NotImplemented', 'ListMultipartUploads knows no delimiter here.');
  const prefix = query.get('prefix') ?? '';
  const uploadsMax = exchange.numberParameter('max-uploads', PAGE_MAX, 1, PAGE_MAX);
  const marker = sortKey(query.get('key-marker') ?? '', query.get('upload-id-marker') ?? '\uffff');
  const open: { uploadId: string; upload: Upload }[] = [];
  for await (const { uploadId, upload, state } of uploads.all()) {
    if (state !== 'open' || !upload.key.startsWith(prefix)) continue;
    if (!query.get('key-marker') || Buffer.compare(sortKey(upload.key, uploadId), marker) > 0) open.push({ uploadId, upload });
  }
  open.sort((a, b) => Buffer.compare(sortKey(a.upload.key, a.uploadId), sortKey(b.upload.key, b.uploadId)));
  const page = open.slice(0, uploadsMax);
  const isTruncated = open.length > page.length;
  exchange.answerXml('ListMultipartUploadsResult', {
    Bucket: bucket,
    KeyMarker: query.get('key-marker') ?? '',
    UploadIdMarker: query.get('upload-id-marker') ?? '',
    NextKeyMarker: isTruncated ? page.at(-1)?.upload.key : undefined,
    NextUploadIdMarker: isTruncated ? page.at(-1)?.uploadId : undefined,
    Prefix: prefix,
    MaxUploads: uploadsMax,
    IsTruncated: isTruncated,
    Upload: page.map(({ uploadId, upload }) => ({
      Key: upload.key,
      UploadId: uploadId,
      Initiated: new Date(upload.startedAtMs).toISOString(),
      StorageClass: 'STANDARD',
      ChecksumAlgorithm: upload.checksum?.algorithm,
    })),
  });
}

/** By key, then by id: a NUL sorts before anything that a key can hold. */
function sortKey(key: string, uploadId: string): Buffer {
  return Buffer.from(`${key}\u0000${uploadId}`, 'utf8');
}

function announcedUploadChecksum(exchange: Exchange): Upload['checksum'] {
  const algorithm = exchange.header('x-amz-checksum-algorithm')?.toUpperCase();
  const type = exchange.header('x-amz-checksum-type')?.toUpperCase();
  if (algorithm === undefined) {
    if (type !== undefined) throw new S3Error('InvalidRequest', 'x-amz-checksum-type needs x-amz-checksum-algorithm.');
    return undefined;
  }
  if (!isChecksumAlgorithm(algorithm)) throw new S3Error('NotImplemented', undefined, { Header: 'x-amz-checksum-algorithm' });
  // CRC64NVME exists for whole objects only, SHA for parts only: the checksum of the whole cannot be made of theirs.
  const chosen = type ?? (algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE');
  const possible = (chosen === 'FULL_OBJECT' && isCombinable(algorithm)) || (chosen === 'COMPOSITE' && algorithm !== 'CRC64NVME');
  if (!possible)
    throw new S3Error('InvalidRequest', `The ${chosen} checksum type cannot be used with the ${algorithm} checksum algorithm.`);
  return { algorithm, type: chosen === 'FULL_OBJECT' ? 'FULL_OBJECT' : 'COMPOSITE' };
}

/** As S3 does: an upload that promised a checksum takes no part without one. */
function assertPartChecksum(upload: Upload, given: string | undefined): void {
  const wanted = upload.checksum?.algorithm;
  if (wanted === undefined || wanted === given) return;
  throw new S3Error(
    'InvalidRequest',
    `Checksum Type mismatch occurred, expected checksum Type: ${wanted.toLowerCase()}, actual checksum Type: ${given?.toLowerCase() ?? 'null'}`,
    isChecksumAlgorithm(wanted) ? { Header: checksumHeader(wanted) } : {},
  );
}
