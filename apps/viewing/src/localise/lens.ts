/** What is known of the lens that a photo was taken with. */
export interface KnownLens {
  /** In pixels of the photo as it came, said by whoever took it. */
  focalPx?: number | undefined;
  horizontalFovDeg?: number | undefined;
  /** From EXIF, in pixels; rounded to a millimetre there, and wrong after a crop. */
  exifFocalPx: number | null;
}

export interface FocalGuess {
  focalsPx: number[];
  refineFocal: boolean;
}

/** Of the longer side, from a wide lens of a phone (103°) to a threefold tele lens (26°), each a fifth longer than the one before. */
const GUESSES = Array.from({ length: 11 }, (_, i) => 0.36 * 1.2 ** i);

/** Focal lengths to start from, likeliest guess first: what was said is taken as it is, all else is refined. */
export function focalGuesses(lens: KnownLens, width: number, height: number): FocalGuess[] {
  if (lens.focalPx !== undefined) return [{ focalsPx: [lens.focalPx], refineFocal: false }];
  if (lens.horizontalFovDeg !== undefined) {
    const half = (lens.horizontalFovDeg * Math.PI) / 360;
    return [{ focalsPx: [width / 2 / Math.tan(half)], refineFocal: false }];
  }
  const longer = Math.max(width, height);
  const any: FocalGuess = { focalsPx: GUESSES.map((share) => share * longer), refineFocal: true };
  return lens.exifFocalPx === null ? [any] : [{ focalsPx: [lens.exifFocalPx], refineFocal: true }, any];
}
