import { createHash } from 'node:crypto';
import { S3Error } from '../errors';
import { EMPTY_SHA256, hmac, sameSignature, sha256 } from '../signature/signature-v4';

/** Longest line between chunks: a size, a signature, or a trailer. */
const LINE_BYTES_MAX = 4096;
const TRAILER_LINES_MAX = 16;

export interface ChunkSeed {
  key: Buffer;
  amzDate: string;
  scope: string;
  signature: string;
}

export interface ChunkedOptions {
  /** Each chunk is signed; the first signature goes on from this one. */
  seed: ChunkSeed | null;
  hasTrailer: boolean;
}

/**
 * Reads a body of `Content-Encoding: aws-chunked`:
 *
 *     <hex size>[;chunk-signature=<hex>]\r\n <bytes> \r\n … 0[;chunk-signature=<hex>]\r\n [<name>:<value>\r\n …] \r\n
 *
 * Bytes go on as they come, before the signature of their chunk is known to be right; whoever stores them must not show
 * them until the whole body was read. <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html>
 */
export async function* decodeAwsChunked(
  source: AsyncIterable<Buffer>,
  options: ChunkedOptions,
  trailers: Map<string, string>,
): AsyncGenerator<Buffer> {
  const reader = new ByteReader(source);
  let previous = options.seed?.signature ?? '';
  for (;;) {
    const { bytes, signature } = parseChunkHeader(await reader.line());
    const hash = options.seed ? createHash('sha256') : null;
    for (let left = bytes; left > 0;) {
      const piece = await reader.atMost(left);
      hash?.update(piece);
      left -= piece.length;
      yield piece;
    }
    if (options.seed && hash) {
      const expected = chunkSignature(options.seed, previous, hash.digest('hex'));
      if (!sameSignature(expected, signature)) throw new S3Error('SignatureDoesNotMatch', 'The signature of a chunk is wrong.');
      previous = expected;
    }
    if (bytes === 0) break;
    if ((await reader.line()) !== '') throw new S3Error('IncompleteBody', 'A chunk is longer than its header says.');
  }
  await readTrailers(reader, options, previous, trailers);
  await reader.assertEnd();
}

async function readTrailers(
  reader: ByteReader,
  { seed, hasTrailer }: ChunkedOptions,
  previous: string,
  trailers: Map<string, string>,
): Promise<void> {
  let canonical = '';
  let signature = '';
  for (let lines = 0; ; lines += 1) {
    const line = await reader.line();
    if (line === '') break;
    if (lines >= TRAILER_LINES_MAX) throw new S3Error('InvalidRequest', 'The body has too many trailers.');
    const colon = line.indexOf(':');
    if (colon < 1) throw new S3Error('InvalidRequest', 'A trailer is not <name>:<value>.');
    const name = line.slice(0, colon).trim().toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (name === 'x-amz-trailer-signature') signature = value;
    else {
      trailers.set(name, value);
      canonical += `${name}:${value}\n`;
    }
  }
  if (!seed || !hasTrailer) return;
  const text = ['AWS4-HMAC-SHA256-TRAILER', seed.amzDate, seed.scope, previous, sha256(canonical)].join('\n');
  const expected = hmac(seed.key, text).toString('hex');
  if (!sameSignature(expected, signature)) throw new S3Error('SignatureDoesNotMatch', 'The signature of the trailers is wrong.');
}

function chunkSignature(seed: ChunkSeed, previous: string, chunkSha256: string): string {
  const text = ['AWS4-HMAC-SHA256-PAYLOAD', seed.amzDate, seed.scope, previous, EMPTY_SHA256, chunkSha256].join('\n');
  return hmac(seed.key, text).toString('hex');
}

function parseChunkHeader(line: string): { bytes: number; signature: string } {
  const match = /^([0-9a-f]{1,12})(?:;chunk-signature=([0-9a-f]{64}))?$/i.exec(line);
  if (!match?.[1]) throw new S3Error('InvalidRequest', 'A chunk does not begin with its size.');
  return { bytes: parseInt(match[1], 16), signature: match[2] ?? '' };
}

/** Hands out lines and bytes of a stream without ever holding more than the piece that came last. */
class ByteReader {
  private readonly iterator: AsyncIterator<Buffer>;
  private held: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Buffer>) {
    this.iterator = source[Symbol.asyncIterator]();
  }

  /** Without its CRLF. */
  async line(): Promise<string> {
    let line = '';
    for (;;) {
      if (this.held.length === 0) await this.pull();
      const end = this.held.indexOf(0x0a);
      const piece = end < 0 ? this.held : this.held.subarray(0, end);
      if (line.length + piece.length > LINE_BYTES_MAX)
        throw new S3Error('InvalidRequest', 'A line between the chunks is too long.');
      line += piece.toString('latin1');
      this.held = this.held.subarray(end < 0 ? this.held.length : end + 1);
      if (end >= 0) {
        if (!line.endsWith('\r')) throw new S3Error('InvalidRequest', 'A line between the chunks does not end in CRLF.');
        return line.slice(0, -1);
      }
    }
  }

  /** At least one byte. */
  async atMost(bytes: number): Promise<Buffer> {
    if (this.held.length === 0) await this.pull();
    const piece = this.held.subarray(0, bytes);
    this.held = this.held.subarray(piece.length);
    return piece;
  }

  async assertEnd(): Promise<void> {
    while (this.held.length === 0) {
      const next = await this.iterator.next();
      if (next.done) return;
      this.held = next.value;
    }
    throw new S3Error('InvalidRequest', 'There are bytes behind the last chunk.');
  }

  private async pull(): Promise<void> {
    while (this.held.length === 0) {
      const next = await this.iterator.next();
      if (next.done) throw new S3Error('IncompleteBody');
      this.held = next.value;
    }
  }
}
