/** Of a face, cut out and laid flat. */
export const SIDE = 48;
/** What is finer than this is what one knows a face by: a cover leaves no more than nine colours. */
const COARSE = SIDE / 3;

/** Brightness, row by row; NaN where nothing is known. */
export type Patch = Float64Array;

export function patchOf(colourAt: (x: number, y: number) => readonly [number, number, number] | null): Patch {
  return Float64Array.from({ length: SIDE * SIDE }, (_, i) => {
    const colour = colourAt(((i % SIDE) + 0.5) / SIDE, (Math.floor(i / SIDE) + 0.5) / SIDE);
    return colour === null ? NaN : 0.2126 * colour[0] + 0.7152 * colour[1] + 0.0722 * colour[2];
  });
}

/**
 * How much two patches have of the same detail: the correlation of what is left of each without what is coarse. 1 for the same face,
 * about 0 for a face and its cover; null where too little of either is known.
 */
export function likeness(a: Patch, b: Patch): number | null {
  const [fineA, fineB] = [fine(a), fine(b)];
  let [n, ab, aa, bb] = [0, 0, 0, 0];
  for (let i = 0; i < fineA.length; i += 1) {
    const [x, y] = [fineA[i] ?? NaN, fineB[i] ?? NaN];
    if (!Number.isFinite(x + y)) continue;
    n += 1;
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  if (n < a.length / 2 || aa === 0) return null;
  return bb === 0 ? 0 : ab / Math.sqrt(aa * bb);
}

/** Less the mean of what lies around. */
function fine(patch: Patch): Patch {
  return patch.map((value, i) => {
    const [x, y] = [i % SIDE, Math.floor(i / SIDE)];
    let [sum, count] = [0, 0];
    for (let v = Math.max(0, y - COARSE / 2); v < Math.min(SIDE, y + COARSE / 2); v += 2) {
      for (let u = Math.max(0, x - COARSE / 2); u < Math.min(SIDE, x + COARSE / 2); u += 2) {
        const other = patch[v * SIDE + u] ?? NaN;
        if (!Number.isFinite(other)) continue;
        sum += other;
        count += 1;
      }
    }
    return value - sum / count;
  });
}
