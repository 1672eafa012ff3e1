/** A pair of image indices, the smaller first. */
export type Pair = readonly [number, number];

/** Up to this many photos, every pair is compared: 120 pairs. */
export const ALL_PAIRS_IMAGES_MAX = 16;

export function allPairs(count: number): Pair[] {
  const pairs: Pair[] = [];
  for (let a = 0; a < count; a += 1) for (let b = a + 1; b < count; b += 1) pairs.push([a, b]);
  return pairs;
}

/**
 * Pairs for larger sets: each image with the next `neighbours` in capture order, and with those that look most like it.
 * `similar` lists, for each image, the indices of others, best first.
 */
export function likelyPairs(similar: readonly (readonly number[])[], want: { neighbours: number; similar: number }): Pair[] {
  const seen = new Set<string>();
  const pairs: Pair[] = [];
  const add = (a: number, b: number): void => {
    const pair: Pair = a < b ? [a, b] : [b, a];
    const key = pair.join(' ');
    if (a === b || seen.has(key)) return;
    seen.add(key);
    pairs.push(pair);
  };
  similar.forEach((others, image) => {
    for (let next = image + 1; next <= image + want.neighbours && next < similar.length; next += 1) add(image, next);
    for (const other of others.slice(0, want.similar)) add(image, other);
  });
  return pairs;
}
