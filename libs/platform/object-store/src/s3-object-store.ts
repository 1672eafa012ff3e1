import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { assertDeletablePrefix, assertObjectKey } from './object-key';
import {
  ObjectStore,
  type CompletedPart,
  type GetOptions,
  type HeadOptions,
  type ListOptions,
  type ListPage,
  type ObjectBody,
  type ObjectHead,
  type PresignedUpload,
  type PresignGetOptions,
  type PresignPartOptions,
  type PresignPutOptions,
  type PutOptions,
  type StoredPart,
  type WritePreconditions,
} from './object-store';
import type { ObjectStoreConfig } from './object-store-config';
import { ObjectNotFound, ObjectStoreRefused, ObjectStoreUnavailable, PreconditionFailed } from './object-store-errors';
import { readWhole, rangeHeader, withPortErrors } from './s3-body';
import { s3Client } from './s3-client';
import { conditional, toPortError, translated, wasRepeated } from './s3-errors';
import { S3Multipart } from './s3-multipart';
import { S3Presigner } from './s3-presign';
import { putStream } from './s3-put-stream';

const LIST_PAGE_MAX = 1_000;
/** 10 million objects below one prefix. */
const DELETE_ROUNDS_MAX = 10_000;
const READ_ATTEMPTS_MAX = 3;
const DEFAULT_MEDIA_TYPE = 'application/octet-stream';
const SHA256_BASE64 = /^[A-Za-z0-9+/]{43}=$/;

export interface S3ObjectStoreLimits {
  /** S3 copies no more than this in one call; larger objects are copied in parts. */
  copyBytesMax: number;
  copyPartBytes: number;
  /** A store that is silent for this long on a connection is taken to be dead. */
  idleTimeoutMs: number;
  /** The same while it copies or puts parts together, which is silent work on many gigabytes. */
  silentWorkTimeoutMs: number;
}
const LIMITS: S3ObjectStoreLimits = {
  copyBytesMax: 5 * 1024 ** 3,
  copyPartBytes: 1024 ** 3,
  idleTimeoutMs: 8_000,
  silentWorkTimeoutMs: 5 * 60_000,
};

export class S3ObjectStore extends ObjectStore {
  private readonly bucket: string;
  private readonly client: S3Client;
  /** Waits longer; for copies and completions. */
  private readonly patientClient: S3Client;
  private readonly multipart: S3Multipart;
  private readonly limits: S3ObjectStoreLimits;
  private readonly presigner: S3Presigner;

  constructor(config: ObjectStoreConfig, limits: Partial<S3ObjectStoreLimits> = {}, now: () => number = Date.now) {
    super();
    this.bucket = config.bucket;
    this.limits = { ...LIMITS, ...limits };
    this.client = s3Client(config, this.limits.idleTimeoutMs);
    this.patientClient = s3Client(config, this.limits.silentWorkTimeoutMs);
    this.multipart = new S3Multipart(this.client, this.patientClient, config.bucket);
    this.presigner = new S3Presigner(config, now);
  }

  /** Closes the idle connections. Later calls fail. */
  close(): void {
    this.client.destroy();
    this.patientClient.destroy();
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
      create: () => this.multipart.create(key, options),
      putPart: (uploadId, partNumber, part) => this.multipart.put(key, uploadId, partNumber, part),
      complete: (uploadId, parts) => this.multipart.complete(key, uploadId, parts, options),
      abort: (uploadId) => this.multipart.abort(key, uploadId),
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
        return await readWhole(key, await this.get(key), bytesMax);
      } catch (error) {
        // The SDK repeats what fails before the first byte; a connection that breaks in the body is ours to repeat.
        if (!(error instanceof ObjectStoreUnavailable) || attempt >= READ_ATTEMPTS_MAX) throw error;
      }
    }
  }

  async head(key: string, { checksum = false }: HeadOptions = {}): Promise<ObjectHead | null> {
    assertObjectKey(key);
    try {
      const asked = checksum ? { ChecksumMode: 'ENABLED' as const } : {};
      const answer = await this.client.send(new HeadObjectCommand({ Bucket: this.bucket, Key: key, ...asked }));
      const known = sha256Of(answer.ChecksumSHA256);
      return {
        ...{ bytes: answer.ContentLength ?? 0, etag: answer.ETag ?? '', mediaType: answer.ContentType ?? DEFAULT_MEDIA_TYPE },
        ...(known === undefined ? {} : { sha256: known }),
      };
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
    const head = await this.head(fromKey);
    if (head === null) throw new ObjectNotFound(fromKey);
    const source = { CopySource: `${this.bucket}/${encodeURIComponent(fromKey)}`, CopySourceIfMatch: head.etag };
    if (head.bytes > this.limits.copyBytesMax) {
      return this.multipart.copy({ ...head, key: fromKey, source }, toKey, this.limits.copyPartBytes);
    }
    const command = new CopyObjectCommand({ Bucket: this.bucket, Key: toKey, ...source });
    const answer = await translated(fromKey, () => this.patientClient.send(command));
    return { etag: answer.CopyObjectResult?.ETag ?? '' };
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
    return this.multipart.create(key, options);
  }

  putPart(key: string, uploadId: string, partNumber: number, body: Buffer): Promise<{ etag: string }> {
    return this.multipart.put(key, uploadId, partNumber, body);
  }

  listParts(key: string, uploadId: string): Promise<StoredPart[]> {
    return this.multipart.list(key, uploadId);
  }

  completeMultipart(
    key: string,
    uploadId: string,
    parts: readonly CompletedPart[],
    options: WritePreconditions = {},
  ): Promise<{ etag: string }> {
    return this.multipart.complete(key, uploadId, parts, options);
  }

  abortMultipart(key: string, uploadId: string): Promise<void> {
    return this.multipart.abort(key, uploadId);
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
    try {
      const answer = await conditional(key, options, () => this.client.send(command));
      return { etag: answer.ETag ?? '' };
    } catch (error) {
      if (error instanceof PreconditionFailed && wasRepeated(error)) return await this.ownWrite(key, body, error);
      throw error;
    }
  }

  /** The condition may have failed because the first try had stored the object and its answer was lost. */
  private async ownWrite(key: string, body: Buffer, failure: PreconditionFailed): Promise<{ etag: string }> {
    const stored = await this.head(key);
    const etag = `"${createHash('md5').update(body).digest('hex')}"`;
    if (stored?.etag !== etag) throw failure;
    return { etag };
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

/** Hex. A checksum of checksums (`…-3`, of what came in three parts) says nothing of the content as a whole. */
function sha256Of(base64: string | undefined): string | undefined {
  return base64 !== undefined && SHA256_BASE64.test(base64) ? Buffer.from(base64, 'base64').toString('hex') : undefined;
}
