import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { PassThrough, pipeline as pipe } from 'node:stream';
import type { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  ChecksumMismatch,
  ObjectNotFound,
  ObjectStoreRefused,
  ObjectStoreUnavailable,
  ObjectTooLarge,
  PreconditionFailed,
} from '@stead/platform/object-store';
import type { ObjectStore } from '@stead/platform/object-store';
import { Blobs } from '../application/ports';
import type { DownloadOptions, Received, UploadOptions, UploadSource } from '../application/ports';
import { StepError } from '../application/step';
import { STORE_RETRY, withRetry } from './retry';
import type { RetryPolicy } from './retry';

/** Files up to this size go in one request; larger ones are sent in parts. */
const WHOLE_BYTES_MAX = 8 * 1024 * 1024;

/** Blobs in an S3-compatible store. */
export class S3Blobs extends Blobs {
  constructor(
    private readonly store: ObjectStore,
    private readonly signal: AbortSignal,
    private readonly retry: RetryPolicy = STORE_RETRY,
  ) {
    super();
  }

  read(key: string, bytesMax: number): Promise<Buffer | null> {
    return this.attempt(() => nullWhereMissing(() => this.store.getBytes(key, bytesMax)));
  }

  download(key: string, path: string, { through }: DownloadOptions = {}): Promise<Received | null> {
    return this.attempt(() =>
      nullWhereMissing(async () => {
        const { body } = await this.store.get(key, {});
        return receive(through === undefined ? body : pipelined(body, through()), path);
      }),
    );
  }

  upload(key: string, source: UploadSource, options: UploadOptions): Promise<'written' | 'present'> {
    return this.attempt(async () => {
      const body = Buffer.isBuffer(source) ? source : await bodyOf(source);
      const checked = options.sha256 === undefined ? {} : { sha256: options.sha256 };
      const condition = options.onlyIfAbsent ? { ifNoneMatch: '*' as const } : {};
      try {
        await this.store.put(key, body, { mediaType: options.mediaType, ...checked, ...condition });
        return 'written';
      } catch (error) {
        if (options.onlyIfAbsent && error instanceof PreconditionFailed) return 'present';
        throw error;
      }
    });
  }

  async copy(fromKey: string, toKey: string): Promise<void> {
    await this.attempt(() => this.store.copy(fromKey, toKey));
  }

  async exists(key: string): Promise<boolean> {
    return (await this.attempt(() => this.store.head(key))) !== null;
  }

  private async attempt<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await withRetry(this.retry, this.signal, work, (error) => isTransient(error));
    } catch (error) {
      throw this.signal.aborted ? this.signal.reason : toStepError(error);
    }
  }
}

async function bodyOf({ path, through }: Exclude<UploadSource, Buffer>): Promise<Buffer | Readable> {
  if (through !== undefined) return pipelined(createReadStream(path), through());
  const { size } = await stat(path);
  return size <= WHOLE_BYTES_MAX ? readFile(path) : createReadStream(path);
}

/** What the source fails with comes out of it. */
function pipelined(source: Readable, through: Transform): Readable {
  return pipe(source, through, () => undefined);
}

async function receive(body: Readable, path: string): Promise<Received> {
  const hash = createHash('sha256');
  let bytes = 0;
  const tap = new PassThrough();
  tap.on('data', (chunk: Buffer) => {
    hash.update(chunk);
    bytes += chunk.length;
  });
  await pipeline(body, tap, createWriteStream(path));
  return { bytes, sha256: hash.digest('hex') };
}

async function nullWhereMissing<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ObjectNotFound) return null;
    throw error;
  }
}

/** A checksum that does not match on the way in is the wire's fault: what is sent was hashed just before. */
function isTransient(error: unknown): boolean {
  return error instanceof ObjectStoreUnavailable || error instanceof ChecksumMismatch || error instanceof PreconditionFailed;
}

function toStepError(error: unknown): unknown {
  if (error instanceof ObjectNotFound) return new StepError('data', 'input-missing', error.message);
  if (error instanceof ObjectTooLarge) return new StepError('data', 'object-too-large', error.message);
  if (error instanceof ObjectStoreRefused) {
    return new StepError('installation', 'store-refused', error.message, ['Check S3_BUCKET and the credentials']);
  }
  if (isTransient(error) && error instanceof Error) return new StepError('infrastructure', 'store-unavailable', describe(error));
  return error;
}

function describe(error: Error): string {
  const detail = 'detail' in error && typeof error.detail === 'string' ? error.detail : '';
  return detail === '' ? error.message : `${error.message}: ${detail}`;
}
