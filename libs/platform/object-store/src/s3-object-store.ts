import { PassThrough, type Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { assertDeletablePrefix, assertObjectKey } from './object-key';
import {
  ObjectStore,
  type CompletedPart,
  type GetOptions,
  type ListOptions,
  type ListPage,
  type ObjectBody,
  type ObjectHead,
  type ObjectRange,
  type PresignedUpload,
  type PresignGetOptions,
  type PresignPartOptions,
  type PresignPutOptions,
  type PutOptions,
  type StoredPart,
  type WritePreconditions,
} from './object-store';
import type { ObjectStoreConfig } from './object-store-config';
import {
  ObjectNotFound,
  ObjectStoreRefused,
  ObjectStoreUnavailable,
  ObjectTooLarge,
  PreconditionFailed,
  UploadNotFound,
} from './object-store-errors';
import { s3Client } from './s3-client';
import { toPortError, translated } from './s3-errors';
import { S3Presigner } from './s3-presign';
import { putStream } from './s3-put-stream';

const LIST_PAGE_MAX = 1_000;
/** 10 million objects below one prefix. */
const DELETE_ROUNDS_MAX = 10_000;
const PART_PAGES_MAX = 11;
const READ_ATTEMPTS_MAX = 3;
const READ_AHEAD_BYTES = 256 * 1024;
const DEFAULT_MEDIA_TYPE = 'application/octet-stream';

export interface S3ObjectStoreLimits {
  /** S3 copies no more than this in one call; larger objects are copied in parts. */
  copyBytesMax: number;
  copyPartBytes: number;
}
const LIMITS: S3ObjectStoreLimits = { copyBytesMax: 5 * 1024 ** 3, copyPartBytes: 1024 ** 3 };

export class S3ObjectStore extends ObjectStore {
  private readonly bucket: string;
  private readonly client: S3Client;
  private readonly presigner: S3Presigner;

  constructor(
    config: ObjectStoreConfig,
    private readonly limits: S3ObjectStoreLimits = LIMITS,
    now: () => number = Date.now,
  ) {
    super();
    this.bucket = config.bucket;
    this.client = s3Client(config);
    this.presigner = new S3Presigner(config, now);
  }

  /** Closes the idle connections. Later calls fail. */
  close(): void {
    this.client.destroy();
  }

  async ensureBucket(): Promise<void> {
    try {
      await this.client.send(new HeadBucketCommand({ Bucket: this.bucket }));
      return;
    } catch (error) {
      if (!(toPortError(this.bucket, error) instanceof ObjectNotFound)) throw toPortError(this.bucket, error);
    }
    try {
      await this.client.send(new CreateBucketCommand({ Bucket: this.bucket }));
    } catch (error) {
      // Another process was faster; that is what was wanted.
      if (error instanceof Error && error.name === 'BucketAlreadyOwnedByYou') return;
      throw toPortError(this.bucket, error);
    }
  }

  async put(key: string, body: Buffer | Readable, options: PutOptions): Promise<{ etag: string }> {
    assertObjectKey(key);
    if (Buffer.isBuffer(body)) return this.putWhole(key, body, options);
    return putStream(key, body, options, {
      putWhole: (whole) => this.putWhole(key, whole, options),
      create: () => this.createMultipart(key, options),
      putPart: (uploadId, partNumber, part) => this.putPart(key, uploadId, partNumber, part),
      complete: (uploadId, parts) => this.completeMultipart(key, uploadId, parts, options),
      abort: (uploadId) => this.abortMultipart(key, uploadId),
    });
  }

  async get(key: string, options: GetOptions = {}): Promise<ObjectBody> {
    assertObjectKey(key);
    const answer = await translated(key, () =>
      this.client.send(
        new GetObjectCommand({
          Bucket: this.bucket,
          Key: key,
          Range: options.range === undefined ? undefined : rangeHeader(options.range),
          IfMatch: options.ifMatch,
        }),
      ),
    );
    if (answer.Body === undefined) throw new ObjectStoreUnavailable(`The object store sent no body for "${key}"`);
    // On Node the SDK's body is a Readable; its declared type also covers browsers.
    const body = withPortErrors(key, answer.Body as Readable);
    return {
      body,
      bytes: answer.ContentLength ?? 0,
      mediaType: answer.ContentType ?? DEFAULT_MEDIA_TYPE,
      etag: answer.ETag ?? '',
      ...(answer.ContentRange === undefined ? {} : { contentRange: answer.ContentRange }),
    };
  }

  async getBytes(key: string, bytesMax: number): Promise<Buffer> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.readWhole(key, bytesMax);
      } catch (error) {
        // The SDK repeats what fails before the first byte; a connection that breaks in the body is ours to repeat.
        if (!(error instanceof ObjectStoreUnavailable) || attempt >= READ_ATTEMPTS_MAX) throw error;
      }
    }
  }

  async head(key: string): Promise<ObjectHead | null> {
    assertObjectKey(key);
    try {
      const answer = await this.client.send(new HeadObjectCommand({ Bucket: this.bucket, Key: key }));
      return { bytes: answer.ContentLength ?? 0, etag: answer.ETag ?? '', mediaType: answer.ContentType ?? DEFAULT_MEDIA_TYPE };
    } catch (error) {
      const known = toPortError(key, error);
      if (known instanceof ObjectNotFound) return null;
      throw known;
    }
  }

  async delete(key: string): Promise<void> {
    assertObjectKey(key);
    await translated(key, () => this.client.send(new DeleteObjectCommand({ Bucket: this.bucket, Key: key })));
  }

  async deletePrefix(prefix: string): Promise<number> {
    assertDeletablePrefix(prefix);
    let count = 0;
    for (let round = 0; round < DELETE_ROUNDS_MAX; round += 1) {
      const page = await this.list(prefix, { limit: LIST_PAGE_MAX });
      if (page.objects.length === 0) return count;
      await this.deleteBatch(
        prefix,
        page.objects.map((object) => object.key),
      );
      count += page.objects.length;
      if (page.cursor === null) return count;
    }
    throw new ObjectStoreUnavailable(`"${prefix}" still holds objects after ${count} were deleted`);
  }

  async list(prefix: string, { limit = LIST_PAGE_MAX, cursor }: ListOptions = {}): Promise<ListPage> {
    const answer = await translated(prefix, () =>
      this.client.send(
        new ListObjectsV2Command({
          Bucket: this.bucket,
          Prefix: prefix,
          MaxKeys: Math.max(1, Math.min(limit, LIST_PAGE_MAX)),
          ContinuationToken: cursor,
        }),
      ),
    );
    const objects = (answer.Contents ?? []).map((entry) => ({
      key: entry.Key ?? '',
      bytes: entry.Size ?? 0,
      etag: entry.ETag ?? '',
      modifiedAt: entry.LastModified ?? new Date(0),
    }));
    return { objects, cursor: answer.NextContinuationToken ?? null };
  }

  async copy(fromKey: string, toKey: string): Promise<{ etag: string }> {
    assertObjectKey(toKey);
    const source = await this.head(fromKey);
    if (source === null) throw new ObjectNotFound(fromKey);
    const from = { CopySource: `${this.bucket}/${encodeURIComponent(fromKey)}`, CopySourceIfMatch: source.etag };
    const to = { Bucket: this.bucket, Key: toKey };
    if (source.bytes <= this.limits.copyBytesMax) {
      const answer = await translated(fromKey, () => this.client.send(new CopyObjectCommand({ ...to, ...from })));
      return { etag: answer.CopyObjectResult?.ETag ?? '' };
    }
    const uploadId = await this.createMultipart(toKey, source);
    try {
      const parts: CompletedPart[] = [];
      for (let start = 0; start < source.bytes; start += this.limits.copyPartBytes) {
        const end = Math.min(start + this.limits.copyPartBytes, source.bytes) - 1;
        const part = { UploadId: uploadId, PartNumber: parts.length + 1, CopySourceRange: `bytes=${start}-${end}` };
        const answer = await translated(fromKey, () => this.client.send(new UploadPartCopyCommand({ ...to, ...from, ...part })));
        parts.push({ partNumber: part.PartNumber, etag: answer.CopyPartResult?.ETag ?? '' });
      }
      return await this.completeMultipart(toKey, uploadId, parts);
    } catch (error) {
      // The copy's failure is what the caller has to know.
      await this.abortMultipart(toKey, uploadId).catch(() => undefined);
      throw error;
    }
  }

  async presignGet(key: string, options: PresignGetOptions): Promise<string> {
    assertObjectKey(key);
    return this.presigner.get(key, options);
  }

  async presignPut(key: string, options: PresignPutOptions): Promise<PresignedUpload> {
    assertObjectKey(key);
    return this.presigner.put(key, options);
  }

  async presignPart(key: string, uploadId: string, partNumber: number, options: PresignPartOptions): Promise<PresignedUpload> {
    assertObjectKey(key);
    return this.presigner.part(key, uploadId, partNumber, options);
  }

  async createMultipart(key: string, options: { mediaType: string; cacheControl?: string }): Promise<string> {
    assertObjectKey(key);
    const command = new CreateMultipartUploadCommand({
      Bucket: this.bucket,
      Key: key,
      ContentType: options.mediaType,
      CacheControl: options.cacheControl,
    });
    const answer = await translated(key, () => this.client.send(command));
    if (answer.UploadId === undefined) throw new ObjectStoreUnavailable(`The object store gave the upload of "${key}" no id`);
    return answer.UploadId;
  }

  async listParts(key: string, uploadId: string): Promise<StoredPart[]> {
    const parts: StoredPart[] = [];
    let marker: string | undefined;
    for (let page = 0; page < PART_PAGES_MAX; page += 1) {
      const command = new ListPartsCommand({ Bucket: this.bucket, Key: key, UploadId: uploadId, PartNumberMarker: marker });
      const answer = await translated(key, () => this.client.send(command));
      for (const part of answer.Parts ?? []) {
        parts.push({ partNumber: part.PartNumber ?? 0, etag: part.ETag ?? '', bytes: part.Size ?? 0 });
      }
      marker = answer.NextPartNumberMarker;
      if (!answer.IsTruncated || marker === undefined) return parts;
    }
    throw new ObjectStoreUnavailable(`The list of the parts of "${key}" does not end`);
  }

  async completeMultipart(
    key: string,
    uploadId: string,
    parts: readonly CompletedPart[],
    options: WritePreconditions = {},
  ): Promise<{ etag: string }> {
    const command = new CompleteMultipartUploadCommand({
      Bucket: this.bucket,
      Key: key,
      UploadId: uploadId,
      MultipartUpload: { Parts: parts.map((part) => ({ PartNumber: part.partNumber, ETag: part.etag })) },
      IfNoneMatch: options.ifNoneMatch,
      IfMatch: options.ifMatch,
    });
    const answer = await conditional(key, options, () => this.client.send(command));
    return { etag: answer.ETag ?? '' };
  }

  async abortMultipart(key: string, uploadId: string): Promise<void> {
    const command = new AbortMultipartUploadCommand({ Bucket: this.bucket, Key: key, UploadId: uploadId });
    await translated(key, () => this.client.send(command)).catch((error: unknown) => {
      if (!(error instanceof UploadNotFound)) throw error;
    });
  }

  private async putWhole(key: string, body: Buffer, options: PutOptions): Promise<{ etag: string }> {
    const command = new PutObjectCommand({
      Bucket: this.bucket,
      Key: key,
      Body: body,
      ContentLength: body.length,
      ContentType: options.mediaType,
      CacheControl: options.cacheControl,
      IfNoneMatch: options.ifNoneMatch,
      IfMatch: options.ifMatch,
      ChecksumSHA256: options.sha256 === undefined ? undefined : Buffer.from(options.sha256, 'hex').toString('base64'),
    });
    const answer = await conditional(key, options, () => this.client.send(command));
    return { etag: answer.ETag ?? '' };
  }

  private async putPart(key: string, uploadId: string, partNumber: number, body: Buffer): Promise<{ etag: string }> {
    const command = new UploadPartCommand({
      Bucket: this.bucket,
      Key: key,
      UploadId: uploadId,
      PartNumber: partNumber,
      Body: body,
    });
    const answer = await translated(key, () => this.client.send(command));
    return { etag: answer.ETag ?? '' };
  }

  private async readWhole(key: string, bytesMax: number): Promise<Buffer> {
    const { body, bytes } = await this.get(key);
    if (bytes > bytesMax) {
      body.destroy();
      throw new ObjectTooLarge(key, bytesMax);
    }
    const chunks: Buffer[] = [];
    let read = 0;
    for await (const chunk of body) {
      chunks.push(chunk);
      read += chunk.length;
    }
    if (read !== bytes) throw new ObjectStoreUnavailable(`"${key}" ended after ${read} of ${bytes} bytes`);
    return Buffer.concat(chunks, read);
  }

  private async deleteBatch(prefix: string, keys: string[]): Promise<void> {
    const command = new DeleteObjectsCommand({
      Bucket: this.bucket,
      Delete: { Quiet: true, Objects: keys.map((Key) => ({ Key })) },
    });
    const answer = await translated(prefix, () => this.client.send(command));
    const failed = answer.Errors?.[0];
    if (failed)
      throw new ObjectStoreRefused(failed.Code ?? 'Unknown', `"${failed.Key ?? ''}" was not deleted: ${failed.Message ?? ''}`);
  }
}

function rangeHeader(range: ObjectRange): string {
  return 'suffix' in range ? `bytes=-${range.suffix}` : `bytes=${range.start}-${range.end ?? ''}`;
}

/** S3 says NoSuchKey when If-Match meets nothing; to the caller the precondition failed. */
async function conditional<T>(key: string, { ifMatch }: WritePreconditions, call: () => Promise<T>): Promise<T> {
  try {
    return await translated(key, call);
  } catch (error) {
    if (ifMatch !== undefined && error instanceof ObjectNotFound) throw new PreconditionFailed(key, { cause: error });
    throw error;
  }
}

/** Not `pipeline`, which would hand the source's own error to the reader. */
function withPortErrors(key: string, source: Readable): Readable {
  const body = new PassThrough({ highWaterMark: READ_AHEAD_BYTES });
  source.once('error', (error) => body.destroy(toPortError(key, error)));
  source.once('close', () => {
    if (!source.readableEnded) body.destroy(new ObjectStoreUnavailable(`The connection broke while "${key}" was read`));
  });
  body.once('close', () => source.destroy());
  return source.pipe(body);
}
