import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { ObjectNotFound, ObjectStoreUnavailable, PreconditionFailed } from '@stead/platform/object-store';
import { CopyStopped, SourceChanged, SourceUnusable } from './copy-errors';
import type { NamedStore } from './stores';

/** What a read is allowed to do to others: wait for its turn on the line, and end when nobody needs it. */
export interface ReadLimits {
  pace(bytes: number): Promise<void>;
  signal: AbortSignal;
}

/** Bytes `start` to `end`, both included, of one version of an object, in memory. */
export async function readRange(
  store: NamedStore,
  key: string,
  etag: string,
  { start, end }: { start: number; end: number },
  limits: ReadLimits,
): Promise<Buffer> {
  const wanted = end - start + 1;
  if (wanted <= 0) return Buffer.alloc(0);
  await limits.pace(wanted);
  const chunks: Buffer[] = [];
  await eachChunk(store, key, etag, { start, end }, limits.signal, (chunk) => void chunks.push(chunk));
  const bytes = Buffer.concat(chunks);
  if (bytes.length !== wanted) throw new SourceChanged(key);
  return bytes;
}

/** sha256 in hex of one version of an object, however large. */
export async function digestOf(store: NamedStore, key: string, etag: string, limits: ReadLimits): Promise<string> {
  const hash = createHash('sha256');
  await eachChunk(store, key, etag, undefined, limits.signal, (chunk) => void hash.update(chunk));
  return hash.digest('hex');
}

async function eachChunk(
  store: NamedStore,
  key: string,
  etag: string,
  range: { start: number; end: number } | undefined,
  signal: AbortSignal,
  take: (chunk: Buffer) => void,
): Promise<void> {
  if (signal.aborted) throw new CopyStopped();
  try {
    await store.ask(async (objects) => {
      const { body, bytes } = await objects.get(key, { ifMatch: etag, ...(range === undefined ? {} : { range }) });
      const stop = (): void => void body.destroy();
      signal.addEventListener('abort', stop, { once: true });
      try {
        const read = await drain(body, take);
        if (read !== bytes) throw new ObjectStoreUnavailable(`"${key}" ended after ${read} of ${bytes} bytes`);
      } catch (error) {
        if (!signal.aborted) throw error;
      } finally {
        signal.removeEventListener('abort', stop);
      }
    });
  } catch (error) {
    if (error instanceof PreconditionFailed) throw new SourceChanged(key);
    if (error instanceof ObjectNotFound) throw new SourceUnusable(key, 'missing', `${key} is missing in ${store.name}`);
    throw error;
  }
  if (signal.aborted) throw new CopyStopped();
}

async function drain(body: Readable, take: (chunk: Buffer) => void): Promise<number> {
  let read = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    take(chunk);
    read += chunk.length;
  }
  return read;
}
