import type { Sighting } from '@stead/platform/camera-pose';
import { DESCRIPTOR_BYTES } from './colmap-database';
import type { DescriptorMatcher } from './descriptor-matcher';
import { describeImage } from './image-retrieval';
import type { PlaceIndex } from './place-index';

/** What is seen in a photo: pixels as x and y in turn, and a descriptor for each. */
export interface PhotoFeatures {
  pixels: Float32Array;
  descriptors: Uint8Array;
}

/** Images of a map that a photo is compared with, likest first. More cost time and seldom know a point that these do not. */
const IMAGES_MAX = 8;

/** Which points of a map are seen where in a photo, as far as descriptors tell: of these some are wrong. */
export async function sightingsOf(
  photo: PhotoFeatures,
  index: PlaceIndex,
  matcher: DescriptorMatcher,
  imagesMax = IMAGES_MAX,
): Promise<Sighting[]> {
  const votes = new Map<number, Map<string, Vote>>();
  for (const { first, count } of likestImages(photo.descriptors, index, imagesMax)) {
    const rows = index.descriptors.subarray(first * DESCRIPTOR_BYTES, (first + count) * DESCRIPTOR_BYTES);
    const matches = await matcher.match(photo.descriptors, rows);
    for (let i = 0; i + 1 < matches.length; i += 2) vote(votes, matches[i] ?? 0, pointAt(index, first + (matches[i + 1] ?? 0)));
  }
  return [...votes].map(([feature, candidates]) => {
    // Images of one place name one point; where they differ, the first of those that most agree on.
    const [best] = [...candidates.values()].sort((a, b) => b.count - a.count);
    const pixel: Sighting['pixel'] = [photo.pixels[feature * 2] ?? NaN, photo.pixels[feature * 2 + 1] ?? NaN];
    return { pixel, point: best?.point ?? [NaN, NaN, NaN] };
  });
}

interface Vote {
  point: Sighting['point'];
  count: number;
}

function vote(votes: Map<number, Map<string, Vote>>, feature: number, point: Sighting['point']): void {
  const candidates = votes.get(feature) ?? new Map<string, Vote>();
  votes.set(feature, candidates);
  // A point has the very same coordinates in every image that sees it.
  const key = point.join();
  candidates.set(key, { point, count: (candidates.get(key)?.count ?? 0) + 1 });
}

function likestImages(descriptors: Uint8Array, index: PlaceIndex, imagesMax: number): PlaceIndex['images'] {
  if (index.images.length <= imagesMax) return index.images;
  const own = describeImage(descriptors, index.vocabulary);
  const likeness = index.vectors.map((vector) => vector.reduce((sum, value, i) => sum + value * (own[i] ?? 0), 0));
  const order = [...index.images.keys()].sort((a, b) => (likeness[b] ?? 0) - (likeness[a] ?? 0));
  return order.slice(0, imagesMax).flatMap((i) => index.images[i] ?? []);
}

function pointAt({ points }: PlaceIndex, row: number): Sighting['point'] {
  return [points[row * 3] ?? NaN, points[row * 3 + 1] ?? NaN, points[row * 3 + 2] ?? NaN];
}
