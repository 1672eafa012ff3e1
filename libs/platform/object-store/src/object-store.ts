import type { Readable } from 'node:stream';

/**
 * Where the platform keeps bytes: one bucket of an S3-compatible store. Failures are the classes of
 * `object-store-errors.ts` and nothing else; what the adapter's library throws never gets out.
 */
export abstract class ObjectStore {
  /** Creates the bucket when it is missing. Safe to call from several processes at once. */
  abstract ensureBucket(): Promise<void>;

  /** A stream is sent in parts and may be of any length; nothing is visible under `key` until all of it is stored. */
  abstract put(key: string, body: Buffer | Readable, options: PutOptions): Promise<{ etag: string }>;
  abstract get(key: string, options?: GetOptions): Promise<ObjectBody>;
  /** The whole object in memory, or `ObjectTooLarge` before more than `bytesMax` of it were read. */
  abstract getBytes(key: string, bytesMax: number): Promise<Buffer>;
  abstract head(key: string, options?: HeadOptions): Promise<ObjectHead | null>;
  /** Deleting what is not there succeeds. */
  abstract delete(key: string): Promise<void>;
  /** Deletes every object below a prefix that ends in `/`; returns how many there were. Not atomic: call again after a failure. */
  abstract deletePrefix(prefix: string): Promise<number>;
  /** In the order of the keys' UTF-8 bytes. */
  abstract list(prefix: string, options?: ListOptions): Promise<ListPage>;
  /** Keeps the media type. Copies the version that was there when it started, or fails with `PreconditionFailed`. */
  abstract copy(fromKey: string, toKey: string): Promise<{ etag: string }>;

  abstract presignGet(key: string, options: PresignGetOptions): Promise<string>;
  abstract presignPut(key: string, options: PresignPutOptions): Promise<PresignedUpload>;

  abstract createMultipart(key: string, options: { mediaType: string; cacheControl?: string }): Promise<string>;
  abstract presignPart(key: string, uploadId: string, partNumber: number, options: PresignPartOptions): Promise<PresignedUpload>;
  /** Replaces a part of the same number. Every part but the last has at least 5 MiB. */
  abstract putPart(key: string, uploadId: string, partNumber: number, body: Buffer): Promise<{ etag: string }>;
  abstract listParts(key: string, uploadId: string): Promise<StoredPart[]>;
  abstract completeMultipart(
    key: string,
    uploadId: string,
    parts: readonly CompletedPart[],
    options?: WritePreconditions,
  ): Promise<{ etag: string }>;
  /** Aborting what is not there succeeds. */
  abstract abortMultipart(key: string, uploadId: string): Promise<void>;
}

/** etags are the store's own, quotes included, and opaque. */
export interface WritePreconditions {
  /** `'*'`: write only when nothing is there. */
  ifNoneMatch?: '*';
  /** Write only over the version with this etag. */
  ifMatch?: string;
}

export interface PutOptions extends WritePreconditions {
  mediaType: string;
  /** Hex. What was stored is checked against it; another content is `ChecksumMismatch` and nothing is stored. */
  sha256?: string;
  cacheControl?: string;
}

/** From `start` to `end`, both included; or to the end; or the last `suffix` bytes. */
export type ObjectRange = { start: number; end?: number } | { suffix: number };

export interface GetOptions {
  range?: ObjectRange;
  /** Fails with `PreconditionFailed` when the object is another version. */
  ifMatch?: string;
}

export interface HeadOptions {
  /** Ask the store what it knows of the content, too. */
  checksum?: boolean;
}

export interface ObjectHead {
  bytes: number;
  etag: string;
  mediaType: string;
  /**
   * Hex, of the whole object; only when it was asked for, and only where the uploader gave it and the store kept it. Of what
   * came in parts no store knows it: S3 has for such objects a checksum of the parts' checksums.
   */
  sha256?: string;
}

export interface ObjectBody {
  /** Must be read to its end or destroyed. */
  body: Readable;
  /** Of this answer: the length of the range when one was asked for. */
  bytes: number;
  mediaType: string;
  etag: string;
  contentRange?: string;
}

export interface ListOptions {
  /** At most 1 000, which is the default. */
  limit?: number;
  cursor?: string;
}

export interface ObjectSummary {
  key: string;
  bytes: number;
  etag: string;
  modifiedAt: Date;
}

export interface ListPage {
  objects: ObjectSummary[];
  /** `null` on the last page. */
  cursor: string | null;
}

export interface PresignGetOptions {
  expiresS: number;
  /** A browser saves the object under this name instead of showing it. */
  downloadName?: string;
  /**
   * URLs made within one window of this many seconds are the same, so that browsers and caches recognise what they have.
   * Such a URL lasts at least `expiresS`, at most that and the window.
   */
  stableForS?: number;
}

export interface PresignPutOptions extends WritePreconditions {
  expiresS: number;
  /** The uploader must send exactly this Content-Type. */
  mediaType?: string;
  /** The uploader must send exactly this many bytes. */
  bytes?: number;
  /** Hex. The store refuses another content. */
  sha256?: string;
}

export interface PresignPartOptions {
  expiresS: number;
  bytes?: number;
}

/** What an uploader without credentials needs: PUT to `url` with exactly these headers (Content-Length sets itself). */
export interface PresignedUpload {
  url: string;
  headers: Record<string, string>;
}

export interface CompletedPart {
  partNumber: number;
  etag: string;
}

export interface StoredPart extends CompletedPart {
  bytes: number;
}
