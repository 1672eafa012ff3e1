import { SqliteReader } from './sqlite-reader';

/** SIFT, as COLMAP stores it: 128 bytes per feature. */
export const DESCRIPTOR_BYTES = 128;
/** pair_id = smaller image id x this + larger image id (COLMAP, `Database::ImagePairToPairId`). */
const PAIR_BASE = 2_147_483_647;

export interface ImageFeatures {
  name: string;
  count: number;
  /** `count` descriptors, one after the other. */
  descriptors: Uint8Array;
}

/** What COLMAP 3.x keeps in `database.db`: https://colmap.github.io/database.html. */
export class ColmapDatabase {
  constructor(private readonly path: string) {}

  /** Features of every image, one image at a time. */
  *features(): Generator<ImageFeatures> {
    const names = this.imageNames();
    for (const { id, values } of this.rows('descriptors')) {
      const [, count, columns, data] = values;
      const name = names.get(id);
      if (name === undefined || typeof count !== 'number' || columns !== DESCRIPTOR_BYTES) continue;
      yield { name, count, descriptors: Buffer.isBuffer(data) ? data : new Uint8Array() };
    }
  }

  /** Where the features of every image lie, in the order of their descriptors, as x and y in turn. */
  *keypoints(): Generator<{ name: string; pixels: Float32Array }> {
    const names = this.imageNames();
    for (const { id, values } of this.rows('keypoints')) {
      const [, count, columns, data] = values;
      const name = names.get(id);
      if (name === undefined || typeof count !== 'number' || typeof columns !== 'number' || !Buffer.isBuffer(data)) continue;
      // After x and y come scale and orientation, or an affine shape.
      if (columns < 2 || data.length < count * columns * 4) continue;
      const at = (feature: number, column: number): number => data.readFloatLE((feature * columns + column) * 4);
      yield { name, pixels: Float32Array.from({ length: count * 2 }, (_, i) => at(Math.floor(i / 2), i % 2)) };
    }
  }

  /** Number of features by image name; 0 for an image in which none were found. */
  featureCounts(): Map<string, number> {
    const names = this.imageNames();
    const counts = new Map([...names.values()].map((name) => [name, 0]));
    for (const { id, values } of this.rows('keypoints')) {
      const name = names.get(id);
      if (name !== undefined && typeof values[1] === 'number') counts.set(name, values[1]);
    }
    return counts;
  }

  /** Pairs of images whose matches agree with one geometry, with how many matches do. */
  verifiedPairs(): { a: string; b: string; inliers: number }[] {
    const names = this.imageNames();
    const pairs: { a: string; b: string; inliers: number }[] = [];
    for (const { id, values } of this.rows('two_view_geometries')) {
      const a = names.get(Math.floor(id / PAIR_BASE));
      const b = names.get(id % PAIR_BASE);
      const inliers = values[1];
      if (a !== undefined && b !== undefined && typeof inliers === 'number' && inliers > 0) pairs.push({ a, b, inliers });
    }
    return pairs;
  }

  private imageNames(): Map<number, string> {
    const names = new Map<number, string>();
    for (const { id, values } of this.rows('images')) if (typeof values[1] === 'string') names.set(id, values[1]);
    return names;
  }

  private *rows(table: string): ReturnType<SqliteReader['rows']> {
    const reader = new SqliteReader(this.path);
    try {
      yield* reader.rows(table);
    } finally {
      reader.close();
    }
  }
}
