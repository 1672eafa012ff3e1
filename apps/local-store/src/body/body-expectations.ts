import { S3Error } from '../errors';
import type { PayloadRule } from '../signature/authenticate';
import { CHECKSUM_ALGORITHMS, checksumBytes, checksumHeader, isChecksumAlgorithm, type ChecksumAlgorithm } from './checksums';

/** S3 takes no more in one request. */
export const BODY_BYTES_MAX = 5 * 1024 ** 3;

/** What a body was announced to be. A body that is something else is refused, and nothing of it is kept. */
export interface BodyExpectations {
  /** Absent for a file in a form, whose length nobody announces. */
  bytes?: number;
  md5?: Buffer;
  /** The value is absent when a trailer brings it. */
  checksum?: { algorithm: ChecksumAlgorithm; value?: Buffer } | undefined;
}

export function bodyExpectations(
  headers: ReadonlyMap<string, string>,
  payload: PayloadRule,
): BodyExpectations & { bytes: number } {
  return { bytes: announcedBytes(headers, payload), ...digestExpectations(headers, payload) };
}

export function digestExpectations(headers: ReadonlyMap<string, string>, payload: PayloadRule): Omit<BodyExpectations, 'bytes'> {
  const md5 = headers.get('content-md5');
  const checksum = announcedChecksum(headers, payload);
  return {
    ...(md5 === undefined ? {} : { md5: decodeDigest('Content-MD5', md5, 16) }),
    ...(checksum === undefined ? {} : { checksum }),
  };
}

export function decodeDigest(name: string, text: string, bytes: number): Buffer {
  const digest = Buffer.from(text, 'base64');
  if (digest.length !== bytes || digest.toString('base64') !== text)
    throw new S3Error('InvalidDigest', `The value of ${name} is not ${bytes} bytes in base64.`);
  return digest;
}

function announcedBytes(headers: ReadonlyMap<string, string>, payload: PayloadRule): number {
  const name = payload.kind === 'chunks' ? 'x-amz-decoded-content-length' : 'content-length';
  const text = headers.get(name);
  if (text === undefined) throw new S3Error('MissingContentLength', `You must provide the ${name} header.`);
  if (!/^\d{1,15}$/.test(text)) throw new S3Error('InvalidArgument', `${name} must be a number of bytes.`);
  const bytes = Number(text);
  if (bytes > BODY_BYTES_MAX) throw tooLarge(bytes, BODY_BYTES_MAX);
  return bytes;
}

export function tooLarge(bytes: number, bytesMax: number): S3Error {
  return new S3Error('EntityTooLarge', undefined, { ProposedSize: String(bytes), MaxSizeAllowed: String(bytesMax) });
}

function announcedChecksum(headers: ReadonlyMap<string, string>, payload: PayloadRule): BodyExpectations['checksum'] {
  const given = [...headers.keys()].filter((name) => /^x-amz-checksum-(?!algorithm$|type$|mode$)/.test(name));
  const unknown = given.find((name) => !CHECKSUM_ALGORITHMS.some((algorithm) => checksumHeader(algorithm) === name));
  if (unknown !== undefined) throw new S3Error('NotImplemented', undefined, { Header: unknown });
  const trailer =
    payload.kind === 'chunks' && payload.hasTrailer ? headers.get('x-amz-trailer')?.trim().toLowerCase() : undefined;
  if (given.length + (trailer === undefined ? 0 : 1) > 1) {
    throw new S3Error('InvalidRequest', 'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.');
  }
  const name = given[0] ?? trailer;
  if (name === undefined) {
    if (headers.has('x-amz-sdk-checksum-algorithm') && payload.kind !== 'unsigned') {
      throw new S3Error(
        'InvalidRequest',
        'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.',
      );
    }
    return undefined;
  }
  const algorithm = name.replace('x-amz-checksum-', '').toUpperCase();
  if (!isChecksumAlgorithm(algorithm))
    throw new S3Error('NotImplemented', `The trailer ${name} is not supported.`, { Header: 'x-amz-trailer' });
  const value = headers.get(name);
  return value === undefined || given.length === 0
    ? { algorithm }
    : { algorithm, value: decodeDigest(name, value, checksumBytes(algorithm)) };
}
