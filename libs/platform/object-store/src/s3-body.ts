import { PassThrough, type Readable } from 'node:stream';
import type { ObjectBody, ObjectRange } from './object-store';
import { ObjectStoreUnavailable, ObjectTooLarge } from './object-store-errors';
import { toPortError } from './s3-errors';

const READ_AHEAD_BYTES = 256 * 1024;

/** Not `pipeline`, which would hand the source's own error to the reader. */
export function withPortErrors(key: string, source: Readable): Readable {
  const body = new PassThrough({ highWaterMark: READ_AHEAD_BYTES });
  source.once('error', (error) => body.destroy(toPortError(key, error)));
  source.once('close', () => {
    if (!source.readableEnded) body.destroy(new ObjectStoreUnavailable(`The connection broke while "${key}" was read`));
  });
  body.once('close', () => source.destroy());
  return source.pipe(body);
}

export async function readWhole(key: string, { body, bytes }: ObjectBody, bytesMax: number): Promise<Buffer> {
  if (bytes > bytesMax) {
    body.destroy();
    throw new ObjectTooLarge(key, bytesMax);
  }
  const chunks: Buffer[] = [];
  let read = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    read += chunk.length;
  }
  if (read !== bytes) throw new ObjectStoreUnavailable(`"${key}" ended after ${read} of ${bytes} bytes`);
  return Buffer.concat(chunks, read);
}

export function rangeHeader(range: ObjectRange): string {
  return 'suffix' in range ? `bytes=-${range.suffix}` : `bytes=${range.start}-${range.end ?? ''}`;
}
