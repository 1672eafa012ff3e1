import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  ObjectNotFound,
  ObjectStore,
  ObjectTooLarge,
  PreconditionFailed,
  type HeadOptions,
  type ListOptions,
  type ListPage,
  type ObjectBody,
  type ObjectHead,
  type PutOptions,
} from '@stead/platform/object-store';

interface Stored {
  body: Buffer;
  mediaType: string;
  atMs: number;
}

const PAGE = 1_000;

/** Called before an operation and, when it is done, before its caller hears of it. What it throws is the store's answer. */
export type ObjectStoreSeam = (operation: string, key: string) => Promise<void> | undefined;

/**
 * What the dispatcher asks of an object store, in memory. Nobody in it signs URLs, uploads in parts or asks for
 * other conditions than that nothing is there yet, so that this store refuses to.
 */
export class MemoryObjectStore extends ObjectStore {
  constructor(
    private readonly seam: ObjectStoreSeam = () => undefined,
    /** Several may look at the same bytes, each through a seam of its own. */
    readonly stored = new Map<string, Stored>(),
    private readonly nowMs: () => number = Date.now,
  ) {
    super();
  }

  async ensureBucket(): Promise<void> {}

  put(key: string, body: Buffer | Readable, options: PutOptions): Promise<{ etag: string }> {
    if (options.ifMatch !== undefined || options.sha256 !== undefined) return refused();
    return this.do('put', key, async () => {
      if (options.ifNoneMatch === '*' && this.stored.has(key)) throw new PreconditionFailed(key);
      const bytes = Buffer.isBuffer(body) ? Buffer.from(body) : await wholeOf(body);
      this.stored.set(key, { body: bytes, mediaType: options.mediaType, atMs: this.nowMs() });
      return { etag: etagOf(bytes) };
    });
  }

  get(key: string): Promise<ObjectBody> {
    return this.do('get', key, () => {
      const { body, mediaType } = this.found(key);
      return { body: Readable.from([body]), bytes: body.length, mediaType, etag: etagOf(body) };
    });
  }

  getBytes(key: string, bytesMax: number): Promise<Buffer> {
    return this.do('get', key, () => {
      const { body } = this.found(key);
      if (body.length > bytesMax) throw new ObjectTooLarge(key, bytesMax);
      return Buffer.from(body);
    });
  }

  head(key: string, { checksum = false }: HeadOptions = {}): Promise<ObjectHead | null> {
    return this.do('head', key, () => {
      const there = this.stored.get(key);
      if (there === undefined) return null;
      const { body, mediaType } = there;
      return { bytes: body.length, etag: etagOf(body), mediaType, ...(checksum && { sha256: sha256Of(body) }) };
    });
  }

  delete(key: string): Promise<void> {
    return this.do('delete', key, () => void this.stored.delete(key));
  }

  deletePrefix(prefix: string): Promise<number> {
    return this.do('delete', prefix, () => {
      const below = [...this.stored.keys()].filter((key) => key.startsWith(prefix));
      for (const key of below) this.stored.delete(key);
      return below.length;
    });
  }

  list(prefix: string, { limit = PAGE, cursor }: ListOptions = {}): Promise<ListPage> {
    return this.do('list', prefix, () => {
      const keys = [...this.stored.keys()]
        .filter((key) => key.startsWith(prefix) && (cursor === undefined || compare(key, cursor) > 0))
        .sort(compare);
      const page = keys.slice(0, limit);
      const objects = page.map((key) => {
        const { body, atMs } = this.found(key);
        return { key, bytes: body.length, etag: etagOf(body), modifiedAt: new Date(atMs) };
      });
      return { objects, cursor: keys.length > page.length ? (page.at(-1) ?? null) : null };
    });
  }

  copy(fromKey: string, toKey: string): Promise<{ etag: string }> {
    return this.do('copy', fromKey, () => {
      const { body, mediaType } = this.found(fromKey);
      this.stored.set(toKey, { body, mediaType, atMs: this.nowMs() });
      return { etag: etagOf(body) };
    });
  }

  presignGet(): Promise<string> {
    return refused();
  }
  presignPut(): Promise<never> {
    return refused();
  }
  createMultipart(): Promise<string> {
    return refused();
  }
  presignPart(): Promise<never> {
    return refused();
  }
  putPart(): Promise<never> {
    return refused();
  }
  listParts(): Promise<never> {
    return refused();
  }
  completeMultipart(): Promise<never> {
    return refused();
  }
  abortMultipart(): Promise<void> {
    return refused();
  }

  private async do<T>(operation: string, key: string, work: () => T | Promise<T>): Promise<T> {
    const before = this.seam(operation, key);
    if (before !== undefined) await before;
    const result = await work();
    const after = this.seam(operation, key);
    if (after !== undefined) await after;
    return result;
  }

  private found(key: string): Stored {
    const there = this.stored.get(key);
    if (there === undefined) throw new ObjectNotFound(key);
    return there;
  }
}

function refused(): Promise<never> {
  return Promise.reject(new Error('a store in memory signs no URLs, takes no parts and checks no other conditions'));
}

async function wholeOf(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk); // a byte stream
  return Buffer.concat(chunks);
}

function sha256Of(body: Buffer): string {
  return createHash('sha256').update(body).digest('hex');
}

function etagOf(body: Buffer): string {
  return `"${createHash('md5').update(body).digest('hex')}"`;
}

function compare(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
