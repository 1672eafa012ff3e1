/** Grey thumbnails of this size stand for pictures when they are compared. */
export const THUMBNAIL_PX = 32;
/** Pictures are nearly the same when their thumbnails differ by less than this share of their own contrast … */
const SHARE_OF_CONTRAST = 0.025;
/** … or by less than this many grey levels, for pictures of almost one colour. */
const LEVELS_MIN = 0.5;

/**
 * For each picture, the index of an earlier kept one that it repeats, or null. A picture saved twice or taken twice from a
 * tripod adds nothing to a reconstruction but time; a step aside changes the thumbnail by several times the threshold.
 */
export function repeats(thumbnails: readonly Uint8Array[]): (number | null)[] {
  const kept: number[] = [];
  return thumbnails.map((thumbnail, index) => {
    const threshold = Math.max(LEVELS_MIN, SHARE_OF_CONTRAST * contrast(thumbnail));
    const earlier = kept.find((other) => difference(thumbnail, thumbnails[other] ?? thumbnail, threshold) <= threshold);
    if (earlier !== undefined) return earlier;
    kept.push(index);
    return null;
  });
}

/**
 * Variance of the Laplacian of a grey picture: how sharp it is, compared with others of the same place at the same size
 * (Pech-Pacheco et al., "Diatom autofocusing in brightfield microscopy", ICPR 2000).
 */
export function sharpness(grey: Uint8Array, width: number, height: number): number {
  let sum = 0;
  let squares = 0;
  let count = 0;
  for (let y = 1; y < height - 1; y += 1) {
    for (let x = 1; x < width - 1; x += 1) {
      const at = y * width + x;
      const around = (grey[at - 1] ?? 0) + (grey[at + 1] ?? 0) + (grey[at - width] ?? 0) + (grey[at + width] ?? 0);
      const value = 4 * (grey[at] ?? 0) - around;
      sum += value;
      squares += value * value;
      count += 1;
    }
  }
  return count === 0 ? 0 : squares / count - (sum / count) ** 2;
}

/** Index of the sharpest of each window of consecutive pictures; windows are as even as whole numbers allow. */
export function sharpestOfWindows(values: readonly number[], windows: number): number[] {
  const count = Math.min(windows, values.length);
  return Array.from({ length: count }, (_, window) => {
    const start = Math.floor((window * values.length) / count);
    const end = Math.floor(((window + 1) * values.length) / count);
    let best = start;
    for (let index = start + 1; index < end; index += 1) if ((values[index] ?? 0) > (values[best] ?? 0)) best = index;
    return best;
  });
}

/** Mean difference in grey levels; leaves off once it is certain to be above `enough`. */
function difference(a: Uint8Array, b: Uint8Array, enough: number): number {
  const limit = enough * a.length;
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) {
    sum += Math.abs((a[i] ?? 0) - (b[i] ?? 0));
    if (sum > limit) return Infinity;
  }
  return sum / a.length;
}

function contrast(grey: Uint8Array): number {
  let sum = 0;
  let squares = 0;
  for (const value of grey) {
    sum += value;
    squares += value * value;
  }
  return Math.sqrt(Math.max(0, squares / grey.length - (sum / grey.length) ** 2));
}
