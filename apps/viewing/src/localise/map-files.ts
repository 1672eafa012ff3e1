import { createHash } from 'node:crypto';
import { bundleManifestSchema, type BundleManifest } from '@stead/contracts/pipeline';
import { ByteCache } from '../application/byte-cache';
import type { BundleFiles } from '../application/ports';
import { viewingError } from '../domain/errors';
import type { Published } from '../domain/place';

/** The index of a map among the files of its bundle. */
export interface IndexFile {
  sha256: string;
  bytes: number;
  load(): Promise<Buffer>;
}

export type Georeference = BundleManifest['frame']['georeference'];

interface MapFacts {
  georeference: Georeference;
  /** Null where the map has none: it was made of a point cloud, or its features were not kept. */
  index: IndexFile | null;
}

const MANIFEST_BYTES_MAX = 32 * 1024 * 1024;
const INDEX_BYTES_MAX = 512 * 1024 * 1024;
const CACHE_MAX = 1_000;

/** What placing a photo needs of a bundle; visitors get none of these files. */
export class MapFiles {
  private readonly cache = new ByteCache<MapFacts>(CACHE_MAX, () => 1);

  constructor(private readonly files: BundleFiles) {}

  of({ bundlePrefix, manifestSha256 }: Published): Promise<MapFacts> {
    return this.cache.get(`${bundlePrefix} ${manifestSha256}`, () => this.load(bundlePrefix, manifestSha256));
  }

  private async load(prefix: string, sha256: string): Promise<MapFacts> {
    const bytes = await this.files.read(`${prefix}manifest.json`, MANIFEST_BYTES_MAX);
    if (digestOf(bytes) !== sha256) throw viewingError['publication-not-ready']('Its manifest is not the one that was announced');
    const { frame, entry, files } = bundleManifestSchema.parse(JSON.parse(bytes.toString('utf8')));
    const file = files.find(({ path }) => path === entry.localisation);
    if (file === undefined || file.bytes > INDEX_BYTES_MAX) return { georeference: frame.georeference, index: null };
    const load = (): Promise<Buffer> => this.files.read(prefix + file.path, INDEX_BYTES_MAX);
    return { georeference: frame.georeference, index: { sha256: file.sha256, bytes: file.bytes, load } };
  }
}

function digestOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
