import { burn } from '../../domain/burn';
import type { BurnAction } from '../../domain/burn';
import type { Detection, Picture } from '../../domain/detection';
import type { Detector } from './detector';

/** A detector may see a new face in what is left of another; each round covers more. */
const ROUNDS_MAX = 4;

export interface Burned extends Detection {
  action: BurnAction;
  /** 0 for what was found at first, 1 and up for what was found again after covering. */
  round: number;
}

export interface Cleaned {
  burned: Burned[];
  /** Still detected after the last round; covered all the same, and in need of a look by a person. */
  left: number;
}

/**
 * Covers every detection in the picture, in place, and looks again until nothing is found: first with a mosaic, then with
 * one colour.
 */
export async function cleanPicture(picture: Picture, detectors: readonly Detector[]): Promise<Cleaned> {
  const burned: Burned[] = [];
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const found = await detectAll(picture, detectors);
    if (found.length === 0) return { burned, left: 0 };
    for (const detection of found) {
      burned.push({ ...detection, action: burn(picture, detection, round === 0 ? 'mosaic' : 'fill'), round });
    }
  }
  const left = await detectAll(picture, detectors);
  for (const detection of left) burned.push({ ...detection, action: burn(picture, detection, 'fill'), round: ROUNDS_MAX });
  return { burned, left: left.length };
}

async function detectAll(picture: Picture, detectors: readonly Detector[]): Promise<Detection[]> {
  const found: Detection[] = [];
  for (const detector of detectors) found.push(...(await detector.detect(picture)));
  return found;
}
