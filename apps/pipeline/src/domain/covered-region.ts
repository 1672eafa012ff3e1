import type { Cover } from '@stead/contracts/pipeline';
import { grown, type Box, type Corner, type Detection } from './detection';

/** Ears, hair and chin tell who somebody is as well: more than the detector's box is covered. */
const FACE_GROWTH = 1.4;
const PLATE_GROWTH = 1.15;
/** A pixel that an outline only touches is covered as well: half its diagonal. */
const TOUCHES_PX = Math.SQRT1_2;

/** The pixels of a picture that a cover hides. */
export interface Region {
  /** Whole pixels, within the picture. */
  box: Box;
  /** Of the middle of a pixel. */
  inside: (x: number, y: number) => boolean;
  /** Within this many pixels of what is inside. */
  near: (x: number, y: number, px: number) => boolean;
}

interface Size {
  width: number;
  height: number;
}

export function regionOf(cover: Cover, picture: Size): Region {
  return cover.shape === 'outline' ? outlineRegion(cover.outline, picture) : detectedRegion(cover, picture);
}

export function detectedRegion({ kind, box, corners }: Omit<Detection, 'score'>, picture: Size): Region {
  if (corners) return turnedRegion(corners, picture);
  const region = grown(box, kind === 'face' ? FACE_GROWTH : PLATE_GROWTH, picture);
  const near = (x: number, y: number, px: number): boolean =>
    region.width > 0 &&
    region.height > 0 &&
    x >= region.x - px &&
    y >= region.y - px &&
    x <= region.x + region.width + px &&
    y <= region.y + region.height + px;
  return { box: region, near, inside: (x, y) => near(x, y, 0) };
}

function turnedRegion(corners: readonly [Corner, Corner, Corner, Corner], picture: Size): Region {
  const [a, b, , d] = corners;
  const along: Corner = [b[0] - a[0], b[1] - a[1]];
  const across: Corner = [d[0] - a[0], d[1] - a[1]];
  const margin = (PLATE_GROWTH - 1) / 2;
  const share = (dx: number, dy: number, [ex, ey]: Corner): number => (dx * ex + dy * ey) / (ex * ex + ey * ey);
  const inside = (x: number, y: number): boolean => {
    const u = share(x - a[0], y - a[1], along);
    const v = share(x - a[0], y - a[1], across);
    return u >= -margin && u <= 1 + margin && v >= -margin && v <= 1 + margin;
  };
  const corner = (u: number, v: number): Corner => [a[0] + u * along[0] + v * across[0], a[1] + u * along[1] + v * across[1]];
  const [low, high] = [-margin, 1 + margin];
  const rim = [corner(low, low), corner(high, low), corner(high, high), corner(low, high)];
  return {
    box: grown(boxAround(corners), PLATE_GROWTH, picture),
    inside,
    near: (x, y, px) => inside(x, y) || distanceTo(rim, x, y) <= px,
  };
}

function outlineRegion(outline: readonly Corner[], picture: Size): Region {
  const { x, y, width, height } = boxAround(outline);
  const near = (px: number, py: number, reach: number): boolean =>
    isInside(outline, px, py) || distanceTo(outline, px, py) <= TOUCHES_PX + reach;
  return {
    box: grown({ x: x - 1, y: y - 1, width: width + 2, height: height + 2 }, 1, picture),
    near,
    inside: (px, py) => near(px, py, 0),
  };
}

/** Nonzero winding: where an outline crosses itself, all that it goes around is inside. */
export function isInside(outline: readonly Corner[], x: number, y: number): boolean {
  let winding = 0;
  let before = outline[outline.length - 1];
  for (const corner of outline) {
    if (before === undefined) return false;
    const [[ax, ay], [bx, by]] = [before, corner];
    const side = (bx - ax) * (y - ay) - (x - ax) * (by - ay);
    if (ay <= y && by > y && side > 0) winding += 1;
    if (ay > y && by <= y && side < 0) winding -= 1;
    before = corner;
  }
  return winding !== 0;
}

function distanceTo(outline: readonly Corner[], x: number, y: number): number {
  let nearest = Infinity;
  let before = outline[outline.length - 1];
  for (const corner of outline) {
    if (before === undefined) return Infinity;
    const [[ax, ay], [bx, by]] = [before, corner];
    const length2 = (bx - ax) ** 2 + (by - ay) ** 2;
    const t = length2 === 0 ? 0 : Math.max(0, Math.min(1, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length2));
    nearest = Math.min(nearest, Math.hypot(x - ax - t * (bx - ax), y - ay - t * (by - ay)));
    before = corner;
  }
  return nearest;
}

export function boxAround(points: readonly Corner[]): Box {
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
}
