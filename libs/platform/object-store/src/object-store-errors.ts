import { AppError } from '@stead/platform/errors';

/** Nothing is stored under the key. Which answer that is (a 404, a bug, "not yet") only the caller knows. */
export class ObjectNotFound extends Error {
  constructor(
    readonly key: string,
    options?: ErrorOptions,
  ) {
    super(`Nothing is stored under "${key}"`, options);
    this.name = 'ObjectNotFound';
  }
}

/** The upload was completed or aborted, or never existed. */
export class UploadNotFound extends Error {
  constructor(
    readonly key: string,
    options?: ErrorOptions,
  ) {
    super(`There is no such upload of "${key}"; it was completed or aborted`, options);
    this.name = 'UploadNotFound';
  }
}

/** The parts named do not make an object: one is missing, has another etag, is out of order or too small. */
export class UploadPartsRejected extends Error {
  constructor(
    readonly key: string,
    detail: string,
    options?: ErrorOptions,
  ) {
    super(`The parts do not make "${key}": ${detail}`, options);
    this.name = 'UploadPartsRejected';
  }
}

/** `ifMatch` or `ifNoneMatch` did not hold; somebody else wrote the key. */
export class PreconditionFailed extends Error {
  constructor(
    readonly key: string,
    options?: ErrorOptions,
  ) {
    super(`"${key}" is not in the state that the request asked for`, options);
    this.name = 'PreconditionFailed';
  }
}

export class RangeNotSatisfiable extends Error {
  constructor(
    readonly key: string,
    options?: ErrorOptions,
  ) {
    super(`The range lies outside of "${key}"`, options);
    this.name = 'RangeNotSatisfiable';
  }
}

export class ObjectTooLarge extends Error {
  constructor(
    readonly key: string,
    readonly bytesMax: number,
    options?: ErrorOptions,
  ) {
    super(`"${key}" is larger than ${bytesMax} bytes`, options);
    this.name = 'ObjectTooLarge';
  }
}

/** The bytes that arrived are not the bytes that were announced. Nothing was stored. */
export class ChecksumMismatch extends Error {
  constructor(
    readonly key: string,
    options?: ErrorOptions,
  ) {
    super(`The content of "${key}" does not match its checksum`, options);
    this.name = 'ChecksumMismatch';
  }
}

export class InvalidObjectKey extends Error {
  constructor(readonly key: string) {
    super(`"${key.slice(0, 100)}" cannot be a key: 1 to 1024 bytes of UTF-8, no control characters`);
    this.name = 'InvalidObjectKey';
  }
}

/** The store understood and said no: wrong credentials, a missing bucket, a feature it lacks. Trying again does not help. */
export class ObjectStoreRefused extends Error {
  constructor(
    readonly storeCode: string,
    detail: string,
    options?: ErrorOptions,
  ) {
    super(`The object store refused (${storeCode}): ${detail}`, options);
    this.name = 'ObjectStoreRefused';
  }
}

/** No answer, or an answer that says "not now". Safe to try again; towards a client it is a 503. */
export class ObjectStoreUnavailable extends AppError {
  constructor(detail: string, cause?: unknown) {
    super('platform/unavailable', 'unavailable', 'A part of the service does not answer', detail, [], {}, { cause });
    this.name = 'ObjectStoreUnavailable';
  }
}
