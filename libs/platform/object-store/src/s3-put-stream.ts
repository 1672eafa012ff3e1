import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { CompletedPart, PutOptions } from './object-store';
import { ChecksumMismatch, ObjectTooLarge } from './object-store-errors';

const MIB = 1024 * 1024;
/** Above S3's least part size (5 MiB). Grows with the number of parts, so that 10 000 parts reach about 500 GiB. */
const PART_BYTES_FIRST = 8 * MIB;
const PART_BYTES_MAX = 64 * MIB;
const PARTS_BEFORE_GROWTH = 1_000;
const PARTS_MAX = 10_000;
const PARTS_IN_FLIGHT_MAX = 3;

/** What a stream needs of the store; `S3ObjectStore` gives its own methods. */
export interface PartSink {
  putWhole(body: Buffer): Promise<{ etag: string }>;
  create(): Promise<string>;
  putPart(uploadId: string, partNumber: number, body: Buffer): Promise<{ etag: string }>;
  complete(uploadId: string, parts: CompletedPart[]): Promise<{ etag: string }>;
  abort(uploadId: string): Promise<void>;
}

/**
 * Sends a stream of unknown length in parts that are held in memory, a few at a time: unlike a streamed body each part can
 * be sent again after a failure, and no store has to know chunked signatures. What fits one part is an ordinary PUT.
 */
export async function putStream(
  key: string,
  body: Readable,
  options: Pick<PutOptions, 'sha256'>,
  sink: PartSink,
): Promise<{ etag: string }> {
  const hash = options.sha256 === undefined ? undefined : createHash('sha256');
  const parts = inParts(body, (chunk) => hash?.update(chunk));
  const verify = (): void => {
    if (hash && hash.digest('hex') !== options.sha256?.toLowerCase()) throw new ChecksumMismatch(key);
  };
  try {
    const first = await parts.next();
    const firstPart = first.done ? Buffer.alloc(0) : first.value;
    if (firstPart.length < PART_BYTES_FIRST) {
      verify();
      return await sink.putWhole(firstPart);
    }
    const uploadId = await sink.create();
    try {
      const sent = await sendParts(key, firstPart, parts, (number, part) => sink.putPart(uploadId, number, part));
      verify();
      return await sink.complete(uploadId, sent);
    } catch (error) {
      // The first failure is what the caller has to know; an upload that stays behind is swept by the store's own rule.
      await sink.abort(uploadId).catch(() => undefined);
      throw error;
    }
  } finally {
    await parts.return(undefined);
  }
}

async function sendParts(
  key: string,
  firstPart: Buffer,
  rest: AsyncGenerator<Buffer, void>,
  send: (partNumber: number, part: Buffer) => Promise<{ etag: string }>,
): Promise<CompletedPart[]> {
  const sent: CompletedPart[] = [];
  const inFlight = new Set<Promise<void>>();
  let failure: { error: unknown } | undefined;
  const start = (partNumber: number, part: Buffer): void => {
    const task = send(partNumber, part)
      .then(({ etag }) => void sent.push({ partNumber, etag }))
      .catch((error: unknown) => void (failure ??= { error }))
      .finally(() => inFlight.delete(task));
    inFlight.add(task);
  };
  start(1, firstPart);
  let partNumber = 1;
  try {
    for await (const part of rest) {
      partNumber += 1;
      if (partNumber > PARTS_MAX) throw new ObjectTooLarge(key, totalBytesMax());
      start(partNumber, part);
      if (inFlight.size >= PARTS_IN_FLIGHT_MAX) await Promise.race(inFlight);
      if (failure) break;
    }
  } finally {
    await Promise.all(inFlight);
  }
  if (failure) throw failure.error;
  return sent.sort((a, b) => a.partNumber - b.partNumber);
}

async function* inParts(body: Readable, seen: (chunk: Buffer) => void): AsyncGenerator<Buffer, void> {
  let held: Buffer[] = [];
  let heldBytes = 0;
  let partNumber = 1;
  for await (const piece of body) {
    const chunk: Buffer = Buffer.isBuffer(piece) ? piece : Buffer.from(piece);
    seen(chunk);
    held.push(chunk);
    heldBytes += chunk.length;
    while (heldBytes >= partBytes(partNumber)) {
      const whole = Buffer.concat(held, heldBytes);
      const size = partBytes(partNumber);
      yield whole.subarray(0, size);
      held = whole.length > size ? [whole.subarray(size)] : [];
      heldBytes = whole.length - size;
      partNumber += 1;
    }
  }
  if (heldBytes > 0) yield Buffer.concat(held, heldBytes);
}

/** Of an object that is sent in parts. Whoever copies one in the same parts gives the copy the same etag. */
export function partBytes(partNumber: number): number {
  return Math.min(PART_BYTES_MAX, PART_BYTES_FIRST * 2 ** Math.floor((partNumber - 1) / PARTS_BEFORE_GROWTH));
}

function totalBytesMax(): number {
  let total = 0;
  for (let partNumber = 1; partNumber <= PARTS_MAX; partNumber += 1) total += partBytes(partNumber);
  return total;
}
