import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListPartsCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { CompletedPart, StoredPart, WritePreconditions } from './object-store';
import { ObjectStoreUnavailable, UploadNotFound } from './object-store-errors';
import { conditional, translated } from './s3-errors';

/** 10 000 parts in pages of 1 000, and one to spare. */
const PART_PAGES_MAX = 11;

/** Uploads in parts, as S3 has them. */
export class S3Multipart {
  constructor(
    private readonly client: S3Client,
    /** For what a store does in silence: it puts parts together, and copies. */
    private readonly patientClient: S3Client,
    private readonly bucket: string,
  ) {}

  async create(key: string, options: { mediaType: string; cacheControl?: string }): Promise<string> {
    const headers = { ContentType: options.mediaType, CacheControl: options.cacheControl };
    const command = new CreateMultipartUploadCommand({ Bucket: this.bucket, Key: key, ...headers });
    const answer = await translated(key, () => this.client.send(command));
    if (answer.UploadId === undefined) throw new ObjectStoreUnavailable(`The object store gave the upload of "${key}" no id`);
    return answer.UploadId;
  }

  async put(key: string, uploadId: string, partNumber: number, body: Buffer): Promise<{ etag: string }> {
    const part = { UploadId: uploadId, PartNumber: partNumber, Body: body };
    const answer = await translated(key, () =>
      this.client.send(new UploadPartCommand({ Bucket: this.bucket, Key: key, ...part })),
    );
    return { etag: answer.ETag ?? '' };
  }

  async list(key: string, uploadId: string): Promise<StoredPart[]> {
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

  async complete(
    key: string,
    uploadId: string,
    parts: readonly CompletedPart[],
    options: WritePreconditions,
  ): Promise<{ etag: string }> {
    const command = new CompleteMultipartUploadCommand({
      Bucket: this.bucket,
      Key: key,
      UploadId: uploadId,
      MultipartUpload: { Parts: parts.map((part) => ({ PartNumber: part.partNumber, ETag: part.etag })) },
      IfNoneMatch: options.ifNoneMatch,
      IfMatch: options.ifMatch,
    });
    const answer = await conditional(key, options, () => this.patientClient.send(command));
    return { etag: answer.ETag ?? '' };
  }

  async abort(key: string, uploadId: string): Promise<void> {
    const command = new AbortMultipartUploadCommand({ Bucket: this.bucket, Key: key, UploadId: uploadId });
    await translated(key, () => this.client.send(command)).catch((error: unknown) => {
      if (!(error instanceof UploadNotFound)) throw error;
    });
  }

  /** For what is too large to be copied in one call. */
  async copy(from: CopySource, toKey: string, partBytes: number): Promise<{ etag: string }> {
    const uploadId = await this.create(toKey, from);
    try {
      const parts: CompletedPart[] = [];
      for (let start = 0; start < from.bytes; start += partBytes) {
        const command = new UploadPartCopyCommand({
          ...from.source,
          Bucket: this.bucket,
          Key: toKey,
          UploadId: uploadId,
          PartNumber: parts.length + 1,
          CopySourceRange: `bytes=${start}-${Math.min(start + partBytes, from.bytes) - 1}`,
        });
        const answer = await translated(from.key, () => this.patientClient.send(command));
        parts.push({ partNumber: parts.length + 1, etag: answer.CopyPartResult?.ETag ?? '' });
      }
      return await this.complete(toKey, uploadId, parts, {});
    } catch (error) {
      // The copy's failure is what the caller has to know.
      await this.abort(toKey, uploadId).catch(() => undefined);
      throw error;
    }
  }
}

export interface CopySource {
  key: string;
  bytes: number;
  mediaType: string;
  source: { CopySource: string; CopySourceIfMatch: string };
}
