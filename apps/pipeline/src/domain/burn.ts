import type { Cover } from '@stead/contracts/pipeline';
import { detectedRegion, regionOf } from './covered-region';
import type { Box, Detection, Picture } from './detection';

/** Cells per side. Nine colours tell nobody apart; with 6 x 6 a detector still saw a face. */
const MOSAIC_CELLS = 3;

export type BurnAction = 'mosaic' | 'fill';

/** Covers in the picture itself, in place, what a detector has found or a person has drawn. */
export function cover(picture: Picture, one: Cover): void {
  if (one.shape === 'detected') burn(picture, one, one.action);
  else fill(picture, regionOf(one, picture));
}

/**
 * Covers a detection in the picture itself, in place. `mosaic` leaves nine mean colours of a face, `fill` one; both throw the
 * pixels away, unlike a blur, which can be undone in part. Plates are always filled, since letters survive coarse mosaics.
 */
export function burn(picture: Picture, detection: Omit<Detection, 'score'>, wanted: BurnAction): BurnAction {
  const { box, inside } = detectedRegion(detection, picture);
  if (detection.corners) {
    fill(picture, { box, inside });
    return 'fill';
  }
  const action = detection.kind === 'plate' ? 'fill' : wanted;
  const cells = action === 'fill' ? 1 : MOSAIC_CELLS;
  for (let row = 0; row < cells; row += 1) {
    for (let column = 0; column < cells; column += 1) {
      const x0 = box.x + Math.floor((column * box.width) / cells);
      const x1 = box.x + Math.floor(((column + 1) * box.width) / cells);
      const y0 = box.y + Math.floor((row * box.height) / cells);
      const y1 = box.y + Math.floor(((row + 1) * box.height) / cells);
      fill(picture, { box: { x: x0, y: y0, width: x1 - x0, height: y1 - y0 }, inside: () => true });
    }
  }
  return action;
}

/** Gives every pixel that is `inside` their mean colour. */
export function fill({ width, rgb }: Picture, { box, inside }: { box: Box; inside: (x: number, y: number) => boolean }): void {
  const places: number[] = [];
  const sums = [0, 0, 0];
  for (let y = box.y; y < box.y + box.height; y += 1) {
    for (let x = box.x; x < box.x + box.width; x += 1) {
      if (!inside(x + 0.5, y + 0.5)) continue;
      const at = 3 * (y * width + x);
      places.push(at);
      for (let channel = 0; channel < 3; channel += 1) sums[channel] = (sums[channel] ?? 0) + (rgb[at + channel] ?? 0);
    }
  }
  const mean = sums.map((sum) => Math.round(sum / Math.max(1, places.length)));
  for (const at of places) rgb.set(mean, at);
}
