import { createHash } from 'node:crypto';
import { bundleManifestSchema } from '@stead/contracts/pipeline';
import { ByteCache } from './byte-cache';
import type { BundleFiles } from './ports';
import { bundleOf, type Bundle } from '../domain/bundle';
import { viewingError } from '../domain/errors';
import type { Published } from '../domain/place';

const MANIFEST = 'manifest.json';
const MANIFEST_BYTES_MAX = 32 * 1024 * 1024;
const CACHE_BYTES_MAX = 64 * 1024 * 1024;
/** What a file costs in memory, besides its path. */
const FILE_BYTES = 300;

/** The bundles behind publications, by what their manifests say. */
export class Bundles {
  private readonly cache = new ByteCache<Bundle>(CACHE_BYTES_MAX, ({ files }) => 1000 + files.size * FILE_BYTES);

  constructor(private readonly store: BundleFiles) {}

  /** Throws `publication-not-ready` while the manifest is not there, or not the one that was announced. */
  async of({ bundlePrefix, manifestSha256 }: Pick<Published, 'bundlePrefix' | 'manifestSha256'>): Promise<Bundle> {
    return this.cache.get(`${bundlePrefix} ${manifestSha256}`, () => this.load(bundlePrefix, manifestSha256));
  }

  private async load(prefix: string, sha256: string): Promise<Bundle> {
    const bytes = await this.store.read(prefix + MANIFEST, MANIFEST_BYTES_MAX);
    if (createHash('sha256').update(bytes).digest('hex') !== sha256) {
      throw viewingError['publication-not-ready']('Its manifest is not the one that was announced');
    }
    return bundleOf(prefix, bundleManifestSchema.parse(JSON.parse(bytes.toString('utf8'))));
  }
}
