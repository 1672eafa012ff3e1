import { DESCRIPTOR_BYTES, readPlaceIndex, writePlaceIndex } from '@stead/platform/image-features';
import type { Space } from '../../domain/volumes';
import type { Shown } from './listed-pictures';

/** A feature describes its surroundings, too: what is this much farther away than the border of points goes as well. */
const FEATURE_BORDERS = 2;

/**
 * The index without what must not be found by: points in a volume, and what a listed picture shows where something changed. Null
 * when it stays as it is.
 */
export function thinIndex(bytes: Buffer, spaces: readonly Space[], shown: ReadonlyMap<string, Shown>): Buffer | null {
  const index = readPlaceIndex(bytes);
  const kept: number[] = [];
  const images = index.images.map(({ image, first, count }) => {
    const row = { image, first: kept.length, count: 0 };
    const sight = shown.get(image);
    for (let i = first; i < first + count; i += 1) {
      const point = [index.points[i * 3] ?? NaN, index.points[i * 3 + 1] ?? NaN, index.points[i * 3 + 2] ?? NaN] as const;
      if (spaces.some((space) => space.contains(...point)) || (sight !== undefined && isHidden(sight, point))) continue;
      kept.push(i);
      row.count += 1;
    }
    return row;
  });
  if (kept.length * 3 === index.points.length) return null;
  const points = new Float32Array(kept.length * 3);
  const descriptors = Buffer.alloc(kept.length * DESCRIPTOR_BYTES);
  kept.forEach((from, to) => {
    points.set(index.points.subarray(from * 3, from * 3 + 3), to * 3);
    descriptors.set(index.descriptors.subarray(from * DESCRIPTOR_BYTES, (from + 1) * DESCRIPTOR_BYTES), to * DESCRIPTOR_BYTES);
  });
  return writePlaceIndex({ ...index, images, points, descriptors });
}

function isHidden({ camera, changed, borderPx }: Shown, point: readonly [number, number, number]): boolean {
  const pixel = camera.pixelOf(...point);
  return pixel !== null && changed.some((region) => region.near(pixel.u, pixel.v, FEATURE_BORDERS * borderPx));
}
