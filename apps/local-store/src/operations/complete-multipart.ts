import { createHash } from 'node:crypto';
import { z } from 'zod';
import { CHECKSUM_ALGORITHMS, checksumHeader, isChecksumAlgorithm, newChecksum } from '../body/checksums';
import { combineCrcs, isCombinable } from '../body/crc-combine';
import { S3Error } from '../errors';
import { writePreconditions } from '../http/conditions';
import type { Exchange } from '../http/exchange';
import { parseXml } from '../http/xml';
import type { ObjectMeta } from '../storage/object-meta';
import { parseEtags } from '../storage/preconditions';
import type { Upload, UploadedPart } from '../storage/upload-folder';

const DOCUMENT_BYTES_MAX = 8 * 1024 * 1024;
const PARTS_MAX = 10_000;
/** Of every part but the last. */
const PART_BYTES_MIN = 5 * 1024 * 1024;

const partSchema = z.looseObject({ PartNumber: z.string().regex(/^\s*\d{1,5}\s*$/), ETag: z.string().min(1) });
const documentSchema = z.object({ CompleteMultipartUpload: z.object({ Part: z.array(partSchema).min(1).max(PARTS_MAX) }) });
type NamedPart = z.infer<typeof partSchema>;

/**
 * Makes the object of its parts without copying a byte: the record that is published names the folder of the upload.
 * Answers again, with the same, when the object was already made of this upload: the first answer may have been lost.
 */
export async function completeMultipartUpload(exchange: Exchange): Promise<void> {
  const { request, store } = exchange;
  const { objects, uploads } = store.bucket(request.bucket);
  const uploadId = request.query.get('uploadId') ?? '';
  const preconditions = writePreconditions((name) => exchange.header(name));
  // A checksum in the headers is that of the object, not that of this document.
  const { text } = await exchange.receiveText(DOCUMENT_BYTES_MAX, 'object');
  const parsed = documentSchema.safeParse(parseXml(text, ['Part']));
  if (!parsed.success) throw new S3Error('MalformedXML');
  const named = parsed.data.CompleteMultipartUpload.Part;
  const meta = await uploads.exclusively(uploadId, async () => {
    const before = await objects.metaUnlessDamaged(request.key);
    if (before?.multipart?.uploadId === uploadId) return before;
    const upload = await uploads.get(request.key, uploadId);
    const numbers = ascending(named);
    const parts = matching(named, await uploads.readParts(uploadId, numbers));
    const made = objectOf(exchange, uploadId, upload, parts);
    const record = await store.newRecord();
    try {
      await record.finish(made);
      const files = new Set(parts.map((part) => part.file));
      await uploads.completeWith(uploadId, files, () => objects.publish(request.key, record, preconditions));
    } catch (error) {
      await record.discard();
      throw error;
    }
    return made;
  });
  exchange.answerXml('CompleteMultipartUploadResult', {
    Location: `http://${exchange.header('host') ?? ''}/${request.bucket}/${encodeURI(request.key)}`,
    Bucket: request.bucket,
    Key: request.key,
    ETag: `"${meta.etag}"`,
    ...(meta.checksum ? { [`Checksum${meta.checksum.algorithm}`]: meta.checksum.value, ChecksumType: meta.checksum.type } : {}),
  });
}

function ascending(named: readonly NamedPart[]): number[] {
  const numbers = named.map((part) => Number(part.PartNumber));
  if (numbers.some((number, index) => index > 0 && number <= (numbers[index - 1] ?? 0))) throw new S3Error('InvalidPartOrder');
  return numbers;
}

/** Every part that was named is there, is the one that was meant, and is large enough. */
function matching(named: readonly NamedPart[], stored: readonly UploadedPart[]): UploadedPart[] {
  const byNumber = new Map(stored.map((part) => [part.partNumber, part]));
  return named.map((part, index) => {
    const found = byNumber.get(Number(part.PartNumber));
    const checksum = found?.meta.checksum;
    const given = checksum === undefined ? undefined : part[`Checksum${checksum.algorithm}`];
    if (!found || !parseEtags(part.ETag).includes(found.meta.etag) || (given !== undefined && given !== checksum?.value)) {
      throw new S3Error('InvalidPart', undefined, { PartNumber: part.PartNumber, ETag: part.ETag });
    }
    if (index < named.length - 1 && found.meta.bytes < PART_BYTES_MIN) {
      throw new S3Error('EntityTooSmall', undefined, {
        PartNumber: part.PartNumber,
        ETag: part.ETag,
        ProposedSize: String(found.meta.bytes),
        MinSizeAllowed: String(PART_BYTES_MIN),
      });
    }
    return found;
  });
}

function objectOf(exchange: Exchange, uploadId: string, upload: Upload, parts: readonly UploadedPart[]): ObjectMeta {
  const md5 = createHash('md5');
  for (const part of parts) md5.update(part.meta.etag, 'hex');
  const checksum = checksumOf(upload, parts);
  const bytes = parts.reduce((sum, part) => sum + part.meta.bytes, 0);
  assertAnnounced(exchange, bytes, checksum);
  return {
    bytes,
    etag: `${md5.digest('hex')}-${parts.length}`,
    modifiedAtMs: exchange.now(),
    headers: upload.headers,
    userMeta: upload.userMeta,
    ...(checksum ? { checksum } : {}),
    multipart: { uploadId, parts: parts.map((part) => ({ file: part.file, bytes: part.meta.bytes })) },
  };
}

/** COMPOSITE is the checksum of the parts' checksums, and their number; FULL_OBJECT is that of the bytes. */
function checksumOf(upload: Upload, parts: readonly UploadedPart[]): ObjectMeta['checksum'] {
  if (!upload.checksum) return undefined;
  const { algorithm, type } = upload.checksum;
  if (!isChecksumAlgorithm(algorithm)) return undefined;
  const digests = parts.map((part) => ({
    digest: Buffer.from(part.meta.checksum?.value ?? '', 'base64'),
    bytes: part.meta.bytes,
  }));
  if (type === 'FULL_OBJECT') {
    return isCombinable(algorithm) ? { algorithm, type, value: combineCrcs(algorithm, digests).toString('base64') } : undefined;
  }
  const whole = newChecksum(algorithm);
  for (const { digest } of digests) whole.update(digest);
  return { algorithm, type, value: `${whole.digest().toString('base64')}-${parts.length}` };
}

/** The uploader may say what the whole must be. */
function assertAnnounced(exchange: Exchange, bytes: number, checksum: ObjectMeta['checksum']): void {
  for (const algorithm of CHECKSUM_ALGORITHMS) {
    const given = exchange.header(checksumHeader(algorithm));
    if (given === undefined) continue;
    if (checksum?.algorithm !== algorithm || (checksum.value !== given && checksum.value.replace(/-\d+$/, '') !== given)) {
      throw new S3Error('BadDigest', `The ${algorithm} you specified did not match the calculated checksum.`);
    }
  }
  const size = exchange.header('x-amz-mp-object-size');
  if (size !== undefined && size !== String(bytes)) {
    throw new S3Error('InvalidRequest', `The parts have ${bytes} bytes, and x-amz-mp-object-size says ${size}.`);
  }
}
