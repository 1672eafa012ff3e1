import { S3ServiceException } from '@aws-sdk/client-s3';
import type { WritePreconditions } from './object-store';
import {
  ChecksumMismatch,
  InvalidObjectKey,
  ObjectNotFound,
  ObjectStoreRefused,
  ObjectStoreUnavailable,
  ObjectTooLarge,
  PreconditionFailed,
  RangeNotSatisfiable,
  UploadNotFound,
  UploadPartsRejected,
} from './object-store-errors';

/** The codes of S3's error responses that mean something to a caller of the port. */
const BY_CODE: Readonly<Record<string, (key: string, cause: S3ServiceException) => Error>> = {
  NoSuchKey: (key, cause) => new ObjectNotFound(key, { cause }),
  NotFound: (key, cause) => new ObjectNotFound(key, { cause }),
  NoSuchUpload: (key, cause) => new UploadNotFound(key, { cause }),
  PreconditionFailed: (key, cause) => new PreconditionFailed(key, { cause }),
  // Two conditional writes met; the other one won.
  ConditionalRequestConflict: (key, cause) => new PreconditionFailed(key, { cause }),
  InvalidRange: (key, cause) => new RangeNotSatisfiable(key, { cause }),
  BadDigest: (key, cause) => new ChecksumMismatch(key, { cause }),
  XAmzContentChecksumMismatch: (key, cause) => new ChecksumMismatch(key, { cause }),
  XAmzContentSHA256Mismatch: (key, cause) => new ChecksumMismatch(key, { cause }),
  InvalidPart: (key, cause) => new UploadPartsRejected(key, cause.message, { cause }),
  InvalidPartOrder: (key, cause) => new UploadPartsRejected(key, cause.message, { cause }),
  EntityTooSmall: (key, cause) => new UploadPartsRejected(key, cause.message, { cause }),
};

const TRY_LATER_CODES: ReadonlySet<string> = new Set(['SlowDown', 'RequestTimeout', 'OperationAborted', 'ThrottlingException']);

/** Thrown below a call that is being translated: they say already what happened. */
const OWN = [
  ChecksumMismatch,
  InvalidObjectKey,
  ObjectNotFound,
  ObjectStoreRefused,
  ObjectStoreUnavailable,
  ObjectTooLarge,
] as const;

/** Runs one call to S3 and lets nothing but the errors of the port out. */
export async function translated<T>(key: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw toPortError(key, error);
  }
}

/** S3 says NoSuchKey when If-Match meets nothing; to the caller the precondition failed. */
export async function conditional<T>(key: string, { ifMatch }: WritePreconditions, call: () => Promise<T>): Promise<T> {
  try {
    return await translated(key, call);
  } catch (error) {
    if (ifMatch !== undefined && error instanceof ObjectNotFound) throw new PreconditionFailed(key, { cause: error });
    throw error;
  }
}

/** The store answered the request only when it was sent again: the first time it may have done what was asked. */
export function wasRepeated(error: Error): boolean {
  return error.cause instanceof S3ServiceException && (error.cause.$metadata.attempts ?? 1) > 1;
}

export function toPortError(key: string, error: unknown): Error {
  if (error instanceof Error && (OWN.some((own) => error instanceof own) || error instanceof TypeError)) return error;
  if (!(error instanceof S3ServiceException)) {
    return new ObjectStoreUnavailable(`The object store does not answer for "${key}"`, error);
  }
  const known = BY_CODE[error.name];
  if (known) return known(key, error);
  const status = error.$metadata.httpStatusCode ?? 0;
  // A HEAD has no body, hence no code: the SDK names such an error after its status, or not at all.
  if (status === 404 && error.name !== 'NoSuchBucket') return new ObjectNotFound(key, { cause: error });
  if (status === 412) return new PreconditionFailed(key, { cause: error });
  if (status === 416) return new RangeNotSatisfiable(key, { cause: error });
  if (status >= 500 || status === 429 || status === 0 || TRY_LATER_CODES.has(error.name)) {
    return new ObjectStoreUnavailable(`The object store answered ${error.name} for "${key}"`, error);
  }
  return new ObjectStoreRefused(error.name, error.message, { cause: error });
}
