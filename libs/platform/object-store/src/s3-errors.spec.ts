import { S3ServiceException } from '@aws-sdk/client-s3';
import * as errors from './object-store-errors';
import { toPortError } from './s3-errors';

function refusal(name: string, httpStatusCode: number): S3ServiceException {
  return new S3ServiceException({ name, message: 'as the store says it', $fault: 'client', $metadata: { httpStatusCode } });
}

describe('toPortError', () => {
  it.each([
    [refusal('NoSuchKey', 404), 'ObjectNotFound'],
    [refusal('NotFound', 404), 'ObjectNotFound'],
    [refusal('UnknownError', 404), 'ObjectNotFound'],
    [refusal('NoSuchBucket', 404), 'ObjectStoreRefused'],
    [refusal('NoSuchUpload', 404), 'UploadNotFound'],
    [refusal('PreconditionFailed', 412), 'PreconditionFailed'],
    [refusal('ConditionalRequestConflict', 409), 'PreconditionFailed'],
    [refusal('BucketAlreadyExists', 409), 'ObjectStoreRefused'],
    [refusal('InvalidRange', 416), 'RangeNotSatisfiable'],
    [refusal('BadDigest', 400), 'ChecksumMismatch'],
    [refusal('XAmzContentSHA256Mismatch', 400), 'ChecksumMismatch'],
    [refusal('InvalidPart', 400), 'UploadPartsRejected'],
    [refusal('EntityTooSmall', 400), 'UploadPartsRejected'],
    [refusal('AccessDenied', 403), 'ObjectStoreRefused'],
    [refusal('SignatureDoesNotMatch', 403), 'ObjectStoreRefused'],
    [refusal('SlowDown', 503), 'ObjectStoreUnavailable'],
    [refusal('InternalError', 500), 'ObjectStoreUnavailable'],
    [refusal('TooManyRequests', 429), 'ObjectStoreUnavailable'],
    [refusal('RequestTimeout', 400), 'ObjectStoreUnavailable'],
    [Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }), 'ObjectStoreUnavailable'],
    [new Error('socket hang up'), 'ObjectStoreUnavailable'],
  ])('calls %p by the name %s and keeps it as the cause', (thrown, name) => {
    const error = toPortError('a/key', thrown);
    expect(error.name).toBe(name);
    expect(error.cause).toBe(thrown);
    expect(error).not.toBeInstanceOf(S3ServiceException);
  });

  it('leaves its own errors, and bugs, as they are', () => {
    for (const own of [new errors.ObjectNotFound('k'), new errors.ObjectTooLarge('k', 1), new TypeError('x is not a function')]) {
      expect(toPortError('k', own)).toBe(own);
    }
  });
});
