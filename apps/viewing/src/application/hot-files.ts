import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip as gzipCallback } from 'node:zlib';
import { ByteCache } from './byte-cache';
import type { BundleFiles } from './ports';
import type { PublicFile } from '../domain/bundle';
import { viewingError } from '../domain/errors';

const gzip = promisify(gzipCallback);

export interface HotFile {
  plain: Buffer;
  /** Null where it would not be smaller by much. */
  gzipped: Buffer | null;
}

/** Larger files are streamed: they are few, and would push out many small ones. */
export const HOT_FILE_BYTES_MAX = 1024 * 1024;
const GZIP_LEVEL = 5;
const WORTH_IT = 0.92;
const COMPRESSIBLE = /^(model\/gltf-binary|application\/(json|geo\+json|octet-stream)|image\/svg\+xml|text\/)/;

/** The tiles that visitors ask for again and again, in memory, checked against their manifest and packed once. */
export class HotFiles {
  private readonly cache: ByteCache<HotFile>;

  constructor(
    private readonly store: BundleFiles,
    bytesMax: number,
  ) {
    this.cache = new ByteCache(bytesMax, ({ plain, gzipped }) => plain.length + (gzipped?.length ?? 0));
  }

  get bytes(): number {
    return this.cache.bytes;
  }

  has(key: string): boolean {
    return this.cache.peek(key) !== null;
  }

  /** `own`: the bytes, where they are not in the store. */
  get(key: string, file: PublicFile, own: Buffer | null = null): Promise<HotFile> {
    return this.cache.get(key, () => this.load(key, file, own));
  }

  private async load(key: string, file: PublicFile, own: Buffer | null): Promise<HotFile> {
    const plain = own ?? (await this.store.read(key, HOT_FILE_BYTES_MAX));
    if (plain.length !== file.bytes || createHash('sha256').update(plain).digest('hex') !== file.sha256) {
      throw viewingError['publication-not-ready'](`${file.path} is not what its manifest says`);
    }
    if (!COMPRESSIBLE.test(file.mediaType)) return { plain, gzipped: null };
    const gzipped = await gzip(plain, { level: GZIP_LEVEL });
    return { plain, gzipped: gzipped.length < plain.length * WORTH_IT ? gzipped : null };
  }
}
