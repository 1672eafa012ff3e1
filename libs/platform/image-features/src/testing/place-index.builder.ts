import { DESCRIPTOR_BYTES } from '../colmap-database';
import { describeImage, trainVocabulary } from '../image-retrieval';
import type { PlaceIndex } from '../place-index';

/** Length of descriptors as COLMAP stores them. */
const LENGTH = 512;

/** Numbers from 0 to 1, the same for the same seed. */
export function randomOf(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The look of a feature: the same for the same seed, unlike that of any other, with a little noise of its own. */
export function lookOf(seed: number, noise: () => number = () => 0.5): Uint8Array {
  const random = randomOf(seed * 7919 + 1);
  const raw = Float64Array.from({ length: DESCRIPTOR_BYTES }, () => random() ** 4 + 0.05 * (noise() - 0.5)).map((v) =>
    Math.max(0, v),
  );
  const length = Math.hypot(...raw);
  return Uint8Array.from(raw, (value) => Math.round((value / length) * LENGTH));
}

/** Images with so many features each, of points that no other image sees; `pointOf` says which, and what they look like. */
export function anIndex(counts: readonly number[], pointOf: (image: number, feature: number) => number = lonely): PlaceIndex {
  const looks = counts.map((count, image) => Array.from({ length: count }, (_, feature) => lookOf(pointOf(image, feature))));
  const descriptors = looks.map((own) => Uint8Array.from(Buffer.concat(own)));
  const vocabulary = trainVocabulary(descriptors, counts.length, DESCRIPTOR_BYTES);
  const points = counts.flatMap((count, image) =>
    Array.from({ length: count }, (_, feature) => placeOf(pointOf(image, feature))).flat(),
  );
  let first = 0;
  const images = counts.map((count, image) => {
    first += count;
    return { image: `${image}.jpg`, first: first - count, count };
  });
  return {
    ...{ images, vocabulary, vectors: descriptors.map((own) => describeImage(own, vocabulary)) },
    ...{ points: Float32Array.from(points), descriptors: Uint8Array.from(Buffer.concat(descriptors)) },
  };
}

export function placeOf(point: number): [number, number, number] {
  return [point, point / 2, -point];
}

function lonely(image: number, feature: number): number {
  return image * 1000 + feature;
}
