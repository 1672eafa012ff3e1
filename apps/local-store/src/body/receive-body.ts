import { createHash } from 'node:crypto';
import { S3Error } from '../errors';
import type { Authenticated } from '../signature/authenticate';
import { decodeAwsChunked } from './aws-chunked';
import { BODY_BYTES_MAX, decodeDigest, type BodyExpectations } from './body-expectations';
import { checksumBytes, checksumHeader, newChecksum, type ChecksumAlgorithm } from './checksums';

export interface Received {
  bytes: number;
  md5: Buffer;
  checksum?: { algorithm: ChecksumAlgorithm; digest: Buffer };
}

/**
 * Passes a body on, chunk by chunk, and checks it against everything that was announced: length, MD5, checksum, the
 * SHA-256 or the chunk signatures of the request's signature. Throws when something differs, after the bytes were passed
 * on: the caller must not have shown them yet.
 */
export async function receiveBody(
  source: AsyncIterable<Buffer>,
  expectations: BodyExpectations,
  auth: Pick<Authenticated, 'payload' | 'seed'>,
  sink: (chunk: Buffer) => Promise<void>,
): Promise<Received> {
  const { payload, seed } = auth;
  const trailers = new Map<string, string>();
  const content =
    payload.kind === 'chunks'
      ? decodeAwsChunked(source, { seed: payload.signed ? seed : null, hasTrailer: payload.hasTrailer }, trailers)
      : source;
  const md5 = createHash('md5');
  const payloadSha256 = payload.kind === 'sha256' ? createHash('sha256') : null;
  const checksum = expectations.checksum ? newChecksum(expectations.checksum.algorithm) : null;
  let bytes = 0;
  for await (const chunk of content) {
    bytes += chunk.length;
    if (bytes > (expectations.bytes ?? BODY_BYTES_MAX))
      throw new S3Error('InvalidRequest', 'The body is longer than was announced.');
    // Not awaited yet: the disk takes the chunk while the hashes are computed.
    const stored = sink(chunk);
    md5.update(chunk);
    payloadSha256?.update(chunk);
    checksum?.update(chunk);
    await stored;
  }
  if (expectations.bytes !== undefined && bytes !== expectations.bytes) {
    throw new S3Error('IncompleteBody', undefined, { BytesReceived: String(bytes), BytesExpected: String(expectations.bytes) });
  }
  if (payload.kind === 'sha256' && payloadSha256?.digest('hex') !== payload.sha256)
    throw new S3Error('XAmzContentSHA256Mismatch');
  const md5Digest = md5.digest();
  if (expectations.md5 && !expectations.md5.equals(md5Digest))
    throw new S3Error('BadDigest', 'The Content-MD5 you specified did not match what we received.');
  if (!expectations.checksum || !checksum) return { bytes, md5: md5Digest };
  const { algorithm } = expectations.checksum;
  const digest = checksum.digest();
  const announced = expectations.checksum.value ?? trailerValue(algorithm, trailers);
  if (!announced.equals(digest)) throw new S3Error('BadDigest', `The ${algorithm} you specified did not match what we received.`);
  return { bytes, md5: md5Digest, checksum: { algorithm, digest } };
}

function trailerValue(algorithm: ChecksumAlgorithm, trailers: ReadonlyMap<string, string>): Buffer {
  const name = checksumHeader(algorithm);
  const value = trailers.get(name);
  if (value === undefined) throw new S3Error('InvalidRequest', `The trailer ${name} was announced and did not come.`);
  return decodeDigest(name, value, checksumBytes(algorithm));
}
