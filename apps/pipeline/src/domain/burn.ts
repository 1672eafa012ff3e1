import { grown } from './detection';
import type { Box, Corner, Detection, Picture } from './detection';

/** Ears, hair and chin tell who somebody is as well: more than the detector's box is covered. */
const FACE_GROWTH = 1.4;
const PLATE_GROWTH = 1.15;
/** Cells per side. Nine colours tell nobody apart; with 6 x 6 a detector still saw a face. */
const MOSAIC_CELLS = 3;

export type BurnAction = 'mosaic' | 'fill';

/**
 * Covers a detection in the picture itself, in place. `mosaic` leaves nine mean colours of a face, `fill` one; both throw the
 * pixels away, unlike a blur, which can be undone in part. Plates are always filled, since letters survive coarse mosaics.
 */
export function burn(picture: Picture, detection: Detection, wanted: BurnAction): BurnAction {
  if (detection.corners) {
    fillTurned(picture, detection.corners);
    return 'fill';
  }
  const region = grown(detection.box, detection.kind === 'face' ? FACE_GROWTH : PLATE_GROWTH, picture);
  const action = detection.kind === 'plate' ? 'fill' : wanted;
  const cells = action === 'fill' ? 1 : MOSAIC_CELLS;
  for (let row = 0; row < cells; row += 1) {
    for (let column = 0; column < cells; column += 1) {
      const x0 = region.x + Math.floor((column * region.width) / cells);
      const x1 = region.x + Math.floor(((column + 1) * region.width) / cells);
      const y0 = region.y + Math.floor((row * region.height) / cells);
      const y1 = region.y + Math.floor(((row + 1) * region.height) / cells);
      paint(picture, { x: x0, y: y0, width: x1 - x0, height: y1 - y0 }, () => true);
    }
  }
  return action;
}

function fillTurned(picture: Picture, corners: readonly [Corner, Corner, Corner, Corner]): void {
  const [a, b, , d] = corners;
  const along: Corner = [b[0] - a[0], b[1] - a[1]];
  const across: Corner = [d[0] - a[0], d[1] - a[1]];
  const xs = corners.map(([x]) => x);
  const ys = corners.map(([, y]) => y);
  const box = {
    x: Math.min(...xs),
    y: Math.min(...ys),
    width: Math.max(...xs) - Math.min(...xs),
    height: Math.max(...ys) - Math.min(...ys),
  };
  const margin = (PLATE_GROWTH - 1) / 2;
  const share = (dx: number, dy: number, [ex, ey]: Corner): number => (dx * ex + dy * ey) / (ex * ex + ey * ey);
  paint(picture, grown(box, PLATE_GROWTH, picture), (x, y) => {
    const u = share(x - a[0], y - a[1], along);
    const v = share(x - a[0], y - a[1], across);
    return u >= -margin && u <= 1 + margin && v >= -margin && v <= 1 + margin;
  });
}

/** Gives every pixel that is `inside` their mean colour. */
function paint({ width, rgb }: Picture, region: Box, inside: (x: number, y: number) => boolean): void {
  const places: number[] = [];
  const sums = [0, 0, 0];
  for (let y = region.y; y < region.y + region.height; y += 1) {
    for (let x = region.x; x < region.x + region.width; x += 1) {
      if (!inside(x + 0.5, y + 0.5)) continue;
      const at = 3 * (y * width + x);
      places.push(at);
      for (let channel = 0; channel < 3; channel += 1) sums[channel] = (sums[channel] ?? 0) + (rgb[at + channel] ?? 0);
    }
  }
  const mean = sums.map((sum) => Math.round(sum / Math.max(1, places.length)));
  for (const at of places) rgb.set(mean, at);
}
