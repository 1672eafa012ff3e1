import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, type ChecksumAlgorithm } from '@aws-sdk/client-s3';
import { errorCode, signedChunks, signedFetch, signRequest, type SignedRequest } from './signed-fetch';
import type { ContractRun } from './target';

const ALGORITHMS = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const satisfies readonly ChecksumAlgorithm[];
/** Of "123456789": the check values that each algorithm's definition gives, in base64. */
const CHECK_VALUES: Record<(typeof ALGORITHMS)[number], string> = {
  CRC32: Buffer.from('cbf43926', 'hex').toString('base64'),
  CRC32C: Buffer.from('e3069283', 'hex').toString('base64'),
  CRC64NVME: Buffer.from('ae8b14860a799888', 'hex').toString('base64'),
  SHA1: createHash('sha1').update('123456789').digest('base64'),
  SHA256: createHash('sha256').update('123456789').digest('base64'),
};
const CHUNKED = { 'content-encoding': 'aws-chunked' };

export function checksumContract(current: () => ContractRun): void {
  const at = (key: string) => ({ Bucket: current().target.bucket, Key: key });
  const read = async (key: string) => {
    const got = await current().client.send(new GetObjectCommand({ ...at(key), ChecksumMode: 'ENABLED' }));
    return { body: Buffer.from((await got.Body?.transformToByteArray()) ?? []), got };
  };
  const expectNothing = (key: string) =>
    expect(current().client.send(new HeadObjectCommand(at(key)))).rejects.toMatchObject({ $metadata: { httpStatusCode: 404 } });

  it.each(ALGORITHMS)('checks a body against its %s and gives it back', async (algorithm) => {
    const { client, target, freshPrefix } = current();
    const key = `${freshPrefix()}summed`;
    const name = `x-amz-checksum-${algorithm.toLowerCase()}`;
    await signedFetch(target, { method: 'PUT', key, body: '123456789', headers: { [name]: CHECK_VALUES[algorithm] } });
    const { body, got } = await read(key);
    expect(body.toString()).toBe('123456789');
    expect(got).toMatchObject({ [`Checksum${algorithm}`]: CHECK_VALUES[algorithm] });
    const head = await client.send(new HeadObjectCommand({ ...at(key), ChecksumMode: 'ENABLED' }));
    expect(head).toMatchObject({ [`Checksum${algorithm}`]: CHECK_VALUES[algorithm] });
  });

  it.each(ALGORITHMS)('stores nothing when the %s is of another body', async (algorithm) => {
    const { target, freshPrefix } = current();
    const key = `${freshPrefix()}wrong`;
    const name = `x-amz-checksum-${algorithm.toLowerCase()}`;
    const refused = await signedFetch(target, {
      method: 'PUT',
      key,
      body: '12345678',
      headers: { [name]: CHECK_VALUES[algorithm] },
    });
    expect([refused.status, await errorCode(refused)]).toEqual([400, 'BadDigest']);
    await expectNothing(key);
  });

  it('stores nothing when the Content-MD5 or the signed SHA-256 is of another body', async () => {
    const { target, freshPrefix } = current();
    const key = `${freshPrefix()}wrong`;
    const md5 = createHash('md5').update('other').digest('base64');
    const wrongMd5 = await signedFetch(target, { method: 'PUT', key, body: 'body', headers: { 'content-md5': md5 } });
    expect([wrongMd5.status, await errorCode(wrongMd5)]).toEqual([400, 'BadDigest']);
    const unreadable = await signedFetch(target, { method: 'PUT', key, body: 'body', headers: { 'content-md5': 'AAAA' } });
    expect([unreadable.status, await errorCode(unreadable)]).toEqual([400, 'InvalidDigest']);
    const payloadHash = createHash('sha256').update('other').digest('hex');
    const wrongSha = await signedFetch(target, { method: 'PUT', key, body: 'body', payloadHash });
    expect([wrongSha.status, await errorCode(wrongSha)]).toEqual([400, 'XAmzContentSHA256Mismatch']);
    await expectNothing(key);
  });

  it.each(ALGORITHMS)("takes the SDK's streamed body with a %s trailer", async (algorithm) => {
    const { client, freshPrefix } = current();
    const key = `${freshPrefix()}streamed`;
    const body = randomBytes(300_000);
    const pieces = [body.subarray(0, 1), body.subarray(1, 100_000), body.subarray(100_000)];
    await client.send(
      new PutObjectCommand({
        ...at(key),
        Body: Readable.from(pieces),
        ContentLength: body.length,
        ChecksumAlgorithm: algorithm,
        ContentEncoding: 'x-mine',
      }),
    );
    const { body: stored, got } = await read(key);
    expect(stored.equals(body)).toBe(true);
    expect(got).toMatchObject({ ContentEncoding: 'x-mine', [`Checksum${algorithm}`]: expect.any(String) });
  });

  const chunked = (key: string, payloadHash: string, bytes: number, headers: Record<string, string> = {}): SignedRequest => ({
    method: 'PUT',
    key,
    payloadHash,
    headers: { ...CHUNKED, 'x-amz-decoded-content-length': String(bytes), ...headers },
  });
  const send = (request: SignedRequest, bodyFor: (signing: ReturnType<typeof signRequest>['signing']) => Buffer) => {
    const { url, headers, signing } = signRequest(current().target, request);
    return fetch(url, { method: 'PUT', headers, body: new Uint8Array(bodyFor(signing)) });
  };
  /** S3 wants 8 KiB in every chunk but the last. */
  const CHUNKS = [randomBytes(65_536), randomBytes(65_536), randomBytes(1_000)];
  const CONTENT = Buffer.concat(CHUNKS);
  const SIGNED = 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD';
  const CRC32 = { 'x-amz-trailer': 'x-amz-checksum-crc32' };

  it('takes a body in signed chunks, and takes the chunking off', async () => {
    const key = `${current().freshPrefix()}signed-chunks`;
    const stored = await send(chunked(key, SIGNED, CONTENT.length), (signing) => signedChunks(signing, CHUNKS));
    expect([stored.status, await stored.text()]).toEqual([200, '']);
    const { body, got } = await read(key);
    expect(body.equals(CONTENT)).toBe(true);
    expect(got.ContentEncoding ?? '').not.toContain('aws-chunked');
  });

  it('stores nothing when one byte of a signed chunk was changed on the way', async () => {
    const key = `${current().freshPrefix()}tampered`;
    const refused = await send(chunked(key, SIGNED, CONTENT.length), (signing) => {
      const body = signedChunks(signing, CHUNKS);
      const position = 70_000;
      body.writeUInt8(body.readUInt8(position) ^ 1, position);
      return body;
    });
    expect([refused.status, await errorCode(refused)]).toEqual([403, 'SignatureDoesNotMatch']);
    await expectNothing(key);
  });

  it('stores nothing when signed chunks were left out or swapped', async () => {
    const key = `${current().freshPrefix()}reordered`;
    const [first = Buffer.alloc(0), second = Buffer.alloc(0)] = CHUNKS;
    const swapped = await send(chunked(key, SIGNED, first.length + second.length), (signing) => {
      const right = signedChunks(signing, [first, second]);
      const end = right.indexOf('\r\n', 0) + 2 + first.length + 2;
      const secondEnd = right.indexOf('\r\n', end) + 2 + second.length + 2;
      return Buffer.concat([right.subarray(end, secondEnd), right.subarray(0, end), right.subarray(secondEnd)]);
    });
    expect([swapped.status, await errorCode(swapped)]).toEqual([403, 'SignatureDoesNotMatch']);
    await expectNothing(key);
  });

  it('takes signed chunks with a signed trailer, and refuses a trailer with another checksum', async () => {
    const { freshPrefix } = current();
    const key = `${freshPrefix()}trailer`;
    const body = Buffer.from('123456789');
    const request = chunked(key, `${SIGNED}-TRAILER`, body.length, CRC32);
    const wrong = await send(request, (signing) => signedChunks(signing, [body], { 'x-amz-checksum-crc32': 'AAAAAA==' }));
    expect([wrong.status, await errorCode(wrong)]).toEqual([400, 'BadDigest']);
    await expectNothing(key);
    const stored = await send(request, (signing) =>
      signedChunks(signing, [body], { 'x-amz-checksum-crc32': CHECK_VALUES.CRC32 }),
    );
    expect(stored.status).toBe(200);
    expect((await read(key)).body.toString()).toBe('123456789');
  });

  it('refuses a trailer that was changed after it was signed', async () => {
    const key = `${current().freshPrefix()}trailer`;
    const body = Buffer.from('12345678');
    const refused = await send(chunked(key, `${SIGNED}-TRAILER`, body.length, CRC32), (signing) => {
      const signed = signedChunks(signing, [body], { 'x-amz-checksum-crc32': 'AAAAAA==' }).toString('latin1');
      return Buffer.from(signed.replace('AAAAAA==', CHECK_VALUES.CRC32), 'latin1');
    });
    expect(refused.status).toBe(403);
    await expectNothing(key);
  });

  it.each([
    ['is cut off', '5\r\n12345\r\n', 9],
    ['is shorter than was announced', '5\r\n12345\r\n0\r\nx-amz-checksum-crc32:y/U6HA==\r\n\r\n', 9],
    ['is longer than was announced', `9\r\n123456789\r\n0\r\nx-amz-checksum-crc32:${CHECK_VALUES.CRC32}\r\n\r\n`, 5],
    ['lacks the trailer it announced', '9\r\n123456789\r\n0\r\n\r\n', 9],
    ['is no chunk at all', '123456789', 9],
  ])('stores nothing when an unsigned chunked body %s', async (_, body, announced) => {
    const key = `${current().freshPrefix()}broken`;
    const request = chunked(key, 'STREAMING-UNSIGNED-PAYLOAD-TRAILER', announced, CRC32);
    const refused = await send(request, () => Buffer.from(body));
    expect(refused.status).toBe(400);
    expect(await errorCode(refused)).not.toBe('');
    await expectNothing(key);
  });
}
