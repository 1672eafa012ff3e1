import { describeImage, mostSimilar, trainVocabulary } from './image-retrieval';

const DIMENSIONS = 16;

/** Features of an image that sees the places `from` to `to` of a corridor: each place looks like itself, with noise. */
function view(from: number, to: number, seed: number): Uint8Array {
  const features: number[] = [];
  let state = seed;
  const random = (): number => (state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff) / 0x7fffffff;
  for (let place = from; place < to; place += 1) {
    for (let d = 0; d < DIMENSIONS; d += 1) {
      features.push(Math.max(0, Math.min(255, 128 + 110 * Math.sin(place * 7.7 + d * (place % 5) + d) + 16 * (random() - 0.5))));
    }
  }
  return Uint8Array.from(features);
}

describe('retrieval', () => {
  // Twelve views, each sharing two thirds with the next; the last two see the start again.
  const starts = [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 5, 15];
  const views = starts.map((start, i) => view(start, start + 30, i + 1));
  const vocabulary = trainVocabulary(views, views.length, DIMENSIONS);
  const vectors = views.map((descriptors) => describeImage(descriptors, vocabulary));

  it('puts the views that share the most of the place first', () => {
    mostSimilar(vectors, 2).forEach((others, i) => {
      for (const other of others) expect(Math.abs((starts[i] ?? 0) - (starts[other] ?? 0))).toBeLessThanOrEqual(20);
    });
  });

  it('finds the loop back to the start, which capture order does not tell', () => {
    expect(mostSimilar(vectors, 3)[10]).toEqual(expect.arrayContaining([0, 1]));
  });

  it('gives vectors of length one, and zeros for an image without features', () => {
    for (const vector of vectors) expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
    expect(Math.hypot(...describeImage(new Uint8Array(), vocabulary))).toBe(0);
  });

  it('gives the same result for the same images', () => {
    expect(trainVocabulary(views, views.length, DIMENSIONS)).toEqual(vocabulary);
  });

  it('never lists an image as similar to itself, also among images without features', () => {
    const none = Array.from({ length: 4 }, () => new Float32Array(8));
    mostSimilar(none, 10).forEach((others, i) => {
      expect(others).toHaveLength(3);
      expect(others).not.toContain(i);
    });
    expect(trainVocabulary([], 0, DIMENSIONS).centres).toBe(0);
  });
});
