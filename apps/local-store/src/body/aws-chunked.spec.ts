import fc from 'fast-check';
import { signingKey } from '../signature/signature-v4';
import { decodeAwsChunked, type ChunkSeed } from './aws-chunked';

/** The example of <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html>: 64 KiB, 1 KiB and the end. */
const EXAMPLE_SIGNATURES = [
  'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648',
  '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497',
  'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9',
];
const EXAMPLE_SEED: ChunkSeed = {
  key: signingKey('wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', { date: '20130524', region: 'us-east-1' }),
  amzDate: '20130524T000000Z',
  scope: '20130524/us-east-1/s3/aws4_request',
  signature: '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9',
};
const [A, B] = [Buffer.alloc(65_536, 'a'), Buffer.alloc(1_024, 'a')];

function exampleBody(): Buffer {
  const header = (size: number, index: number) =>
    Buffer.from(`${size.toString(16)};chunk-signature=${EXAMPLE_SIGNATURES[index]}\r\n`);
  const end = Buffer.from('\r\n');
  return Buffer.concat([header(A.length, 0), A, end, header(B.length, 1), B, end, header(0, 2), end]);
}

async function* inPieces(body: Buffer, cuts: readonly number[]): AsyncGenerator<Buffer> {
  let at = 0;
  for (const cut of [...cuts].sort((a, b) => a - b)) {
    yield body.subarray(at, Math.max(at, cut));
    at = Math.max(at, cut);
  }
  yield body.subarray(at);
}

async function decode(pieces: AsyncIterable<Buffer>, seed: ChunkSeed | null, hasTrailer = false) {
  const trailers = new Map<string, string>();
  const chunks: Buffer[] = [];
  for await (const chunk of decodeAwsChunked(pieces, { seed, hasTrailer }, trailers)) chunks.push(chunk);
  return { content: Buffer.concat(chunks), trailers };
}

describe('decodeAwsChunked', () => {
  it("reads Amazon's example and finds its signatures right, however the network cuts it", async () => {
    const property = fc.asyncProperty(fc.array(fc.nat({ max: 67_000 }), { maxLength: 8 }), async (cuts) => {
      const { content } = await decode(inPieces(exampleBody(), cuts), EXAMPLE_SEED);
      expect(content.equals(Buffer.concat([A, B]))).toBe(true);
    });
    await fc.assert(property, { numRuns: 40 });
  });

  it('refuses the example with any one byte of it changed', async () => {
    const body = exampleBody();
    const property = fc.asyncProperty(fc.nat({ max: body.length - 1 }), async (position) => {
      const changed = Buffer.from(body);
      changed.writeUInt8(changed.readUInt8(position) ^ 0x01, position);
      await expect(decode(inPieces(changed, []), EXAMPLE_SEED)).rejects.toMatchObject({ name: 'S3Error' });
    });
    await fc.assert(property, { numRuns: 80 });
  });

  it('gives back any content and trailers, however it was chunked and cut', async () => {
    const chunks = fc.array(fc.uint8Array({ minLength: 1, maxLength: 50 }), { maxLength: 6 });
    const property = fc.asyncProperty(chunks, fc.array(fc.nat({ max: 400 }), { maxLength: 10 }), async (parts, cuts) => {
      const pieces = parts.flatMap((part) => [
        Buffer.from(`${part.length.toString(16)}\r\n`),
        Buffer.from(part),
        Buffer.from('\r\n'),
      ]);
      const body = Buffer.concat([...pieces, Buffer.from('0\r\nX-Amz-Checksum-Crc32: AAAAAA==\r\nx-other:1\r\n\r\n')]);
      const { content, trailers } = await decode(inPieces(body, cuts), null, true);
      expect(content.equals(Buffer.concat(parts))).toBe(true);
      expect([...trailers]).toEqual([
        ['x-amz-checksum-crc32', 'AAAAAA=='],
        ['x-other', '1'],
      ]);
    });
    await fc.assert(property, { numRuns: 200 });
  });

  it.each([
    ['', 'IncompleteBody'],
    ['3\r\nab', 'IncompleteBody'],
    ['3\r\nabcd\r\n0\r\n\r\n', 'IncompleteBody'],
    ['xyz\r\nabc\r\n0\r\n\r\n', 'InvalidRequest'],
    ['-1\r\n\r\n', 'InvalidRequest'],
    ['3\nabc\n0\n\n', 'InvalidRequest'],
    ['0\r\n\r\nmore', 'InvalidRequest'],
    ['0\r\nno colon\r\n\r\n', 'InvalidRequest'],
    [`${'0'.repeat(5_000)}\r\n`, 'InvalidRequest'],
    [`0\r\n${'a:b\r\n'.repeat(50)}\r\n`, 'InvalidRequest'],
  ])('refuses %j with %s', async (body, code) => {
    await expect(decode(inPieces(Buffer.from(body), []), null)).rejects.toMatchObject({ code });
  });
});
