/**
 * Which images show the same place, told from their local features alone. Every image becomes one vector, a VLAD (Jégou et
 * al., "Aggregating local descriptors into a compact image representation", CVPR 2010) with intra-normalisation (Arandjelović
 * and Zisserman, "All about VLAD", CVPR 2013); the closer two vectors, the more the images have in common.
 */
export interface Vocabulary {
  centres: number;
  dimensions: number;
  /** `centres` vectors of `dimensions`, one after the other. */
  values: Float32Array;
}

const CENTRES = 64;
const ROUNDS = 8;
const TRAINING_MAX = 20_000;
/** Features of one image that are looked at; more cost time and change the order little. */
const FEATURES_PER_IMAGE_MAX = 1_000;

/** Descriptors of one image: whole vectors of `dimensions` bytes, one after the other. */
export type Descriptors = Uint8Array;

/** k-means over a sample of all images, from a fixed start so that the same images give the same vocabulary. */
export function trainVocabulary(images: Iterable<Descriptors>, imageCount: number, dimensions: number): Vocabulary {
  const perImage = Math.max(1, Math.floor(TRAINING_MAX / Math.max(1, imageCount)));
  const sample: Uint8Array[] = [];
  for (const image of images) sample.push(...spread(image, dimensions, perImage));
  const centres = Math.min(CENTRES, sample.length);
  const values = new Float32Array(centres * dimensions);
  for (let c = 0; c < centres; c += 1) {
    // Spread over the sample with a stride that is no divisor of the images' share.
    values.set(sample[Math.floor((c * sample.length) / centres)] ?? [], c * dimensions);
  }
  const vocabulary = { centres, dimensions, values };
  for (let round = 0; round < ROUNDS; round += 1) moveCentres(vocabulary, sample);
  return vocabulary;
}

/** The vector of an image, of length 1; all zeros for an image without features. */
export function describeImage(descriptors: Descriptors, vocabulary: Vocabulary): Float32Array {
  const { centres, dimensions, values } = vocabulary;
  const vector = new Float32Array(centres * dimensions);
  for (const feature of spread(descriptors, dimensions, FEATURES_PER_IMAGE_MAX)) {
    const at = nearestCentre(feature, vocabulary) * dimensions;
    for (let d = 0; d < dimensions; d += 1) vector[at + d] = (vector[at + d] ?? 0) + (feature[d] ?? 0) - (values[at + d] ?? 0);
  }
  for (let c = 0; c < centres; c += 1) normalise(vector, c * dimensions, dimensions);
  normalise(vector, 0, vector.length);
  return vector;
}

/** For each vector the indices of the `count` most similar others, best first. */
export function mostSimilar(vectors: readonly Float32Array[], count: number): number[][] {
  const scores = vectors.map(() => new Float32Array(vectors.length));
  vectors.forEach((a, i) => {
    for (let j = 0; j < i; j += 1) {
      const b = vectors[j];
      if (!b) continue;
      let dot = 0;
      for (let d = 0; d < a.length; d += 1) dot += (a[d] ?? 0) * (b[d] ?? 0);
      scores[i]?.fill(dot, j, j + 1);
      scores[j]?.fill(dot, i, i + 1);
    }
  });
  return scores.map((row, i) => {
    const others = Array.from(row.keys()).filter((j) => j !== i);
    return others.sort((a, b) => (row[b] ?? 0) - (row[a] ?? 0)).slice(0, count);
  });
}

function moveCentres(vocabulary: Vocabulary, sample: readonly Uint8Array[]): void {
  const { centres, dimensions, values } = vocabulary;
  const sums = new Float64Array(values.length);
  const members = new Uint32Array(centres);
  for (const feature of sample) {
    const nearest = nearestCentre(feature, vocabulary);
    members[nearest] = (members[nearest] ?? 0) + 1;
    const at = nearest * dimensions;
    for (let d = 0; d < dimensions; d += 1) sums[at + d] = (sums[at + d] ?? 0) + (feature[d] ?? 0);
  }
  for (let c = 0; c < centres; c += 1) {
    const count = members[c] ?? 0;
    // A centre that lost all its members stays where it is.
    if (count === 0) continue;
    for (let d = 0; d < dimensions; d += 1) values[c * dimensions + d] = (sums[c * dimensions + d] ?? 0) / count;
  }
}

function nearestCentre(feature: Uint8Array, { centres, dimensions, values }: Vocabulary): number {
  let nearest = 0;
  let least = Infinity;
  for (let c = 0; c < centres; c += 1) {
    let distance = 0;
    const at = c * dimensions;
    for (let d = 0; d < dimensions && distance < least; d += 1) {
      const difference = (feature[d] ?? 0) - (values[at + d] ?? 0);
      distance += difference * difference;
    }
    if (distance < least) {
      least = distance;
      nearest = c;
    }
  }
  return nearest;
}

/** At most `max` vectors, evenly over the image's features (COLMAP orders them by size). */
function spread(descriptors: Descriptors, dimensions: number, max: number): Uint8Array[] {
  const count = Math.floor(descriptors.length / dimensions);
  const take = Math.min(count, max);
  return Array.from({ length: take }, (_, i) => {
    const at = Math.floor((i * count) / take) * dimensions;
    return descriptors.subarray(at, at + dimensions);
  });
}

function normalise(vector: Float32Array, at: number, length: number): void {
  let squares = 0;
  for (let d = at; d < at + length; d += 1) squares += (vector[d] ?? 0) ** 2;
  if (squares === 0) return;
  const scale = 1 / Math.sqrt(squares);
  for (let d = at; d < at + length; d += 1) vector[d] = (vector[d] ?? 0) * scale;
}
