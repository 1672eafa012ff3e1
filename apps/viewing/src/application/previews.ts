import { createHash } from 'node:crypto';
import { ByteCache } from './byte-cache';
import type { BundleFiles } from './ports';
import type { Bundle, PublicFile } from '../domain/bundle';
import { viewingError } from '../domain/errors';
import type { Published } from '../domain/place';
import { previewOf } from '../domain/preview';

const TILESET_BYTES_MAX = 64 * 1024 * 1024;
const CACHE_BYTES_MAX = 32 * 1024 * 1024;
const PATH_BYTES = 100;

export interface Preview {
  file: PublicFile;
  bytes: Buffer;
  /** Paths of the tiles that may be had. */
  tiles: ReadonlySet<string>;
}

/** The parts of places with a price that are free: worked out once for each version and volume. */
export class Previews {
  private readonly cache = new ByteCache<Preview>(CACHE_BYTES_MAX, ({ bytes, tiles }) => bytes.length + tiles.size * PATH_BYTES);

  constructor(private readonly store: BundleFiles) {}

  of({ preview, manifestSha256 }: Published, bundle: Bundle): Promise<Preview> {
    return this.cache.get(`${bundle.prefix} ${manifestSha256} ${JSON.stringify(preview)}`, async () => {
      const { tilesetPath } = bundle;
      const whole = bundle.files.get(tilesetPath);
      if (preview === null || whole === undefined) throw viewingError['file-not-found']();
      const read = await this.store.read(bundle.prefix + tilesetPath, TILESET_BYTES_MAX);
      if (createHash('sha256').update(read).digest('hex') !== whole.sha256)
        throw viewingError['publication-not-ready'](`${tilesetPath} is not what its manifest says`);
      const { json, contents } = previewOf(JSON.parse(read.toString('utf8')), preview);
      const folder = tilesetPath.slice(0, tilesetPath.lastIndexOf('/') + 1);
      const sha256 = createHash('sha256').update(json).digest('hex');
      return {
        file: { ...whole, bytes: json.length, sha256 },
        bytes: json,
        tiles: new Set([...contents].map((uri) => folder + uri)),
      };
    });
  }
}
