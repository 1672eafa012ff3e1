import { cornersOf, type Box, type Pixel } from './drawing';
import type { Mark } from './queries';

/** The corners of a mark in its picture. */
export function pointsOf(cover: Mark['cover']): Pixel[] {
  if (cover.shape === 'detected' && cover.corners === null) return cornersOf(cover.box);
  const points = cover.shape === 'outline' ? cover.outline : (cover.corners ?? []);
  return points.map(([x = 0, y = 0]) => [x, y]);
}

export function boundsOf(points: readonly Pixel[]): Box {
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
}

/** The pixel of a picture under a pointer, where the picture fills a rectangle of the page. */
export function pixelAt(
  { clientX, clientY }: { clientX: number; clientY: number },
  { left, top, width, height }: { left: number; top: number; width: number; height: number },
  picture: { width: number; height: number },
): Pixel {
  return [((clientX - left) / width) * picture.width, ((clientY - top) / height) * picture.height];
}

/** Seen from above: x to the right, y up; a frame around all of it, with room at its edges. */
export interface PlanFrame {
  /** For an SVG, whose y goes down. */
  viewBox: string;
  /** Of the longer side; what is drawn takes its size from it. */
  span: number;
}
const MARGIN_SHARE = 0.08;
/** All at one place: around it this much is shown. */
const SPAN_MIN = 1;

export function planFrame(points: readonly (readonly number[])[]): PlanFrame | null {
  if (points.length === 0) return null;
  const { x, y, width, height } = boundsOf(points.map(([px = 0, py = 0]) => [px, -py]));
  const span = Math.max(width, height, SPAN_MIN);
  const margin = span * MARGIN_SHARE;
  const [w, h] = [Math.max(width, span / 3) + 2 * margin, Math.max(height, span / 3) + 2 * margin];
  return { viewBox: [x + width / 2 - w / 2, y + height / 2 - h / 2, w, h].map((value) => value.toFixed(3)).join(' '), span };
}

export interface AroundPlace {
  /** Along x and y, and between these heights. */
  width: number;
  depth: number;
  bottom: number;
  top: number;
}
const SIDE_DEFAULT = 0.6;

/** What is taken away when nobody says otherwise. */
export function aroundPlace([, , z = 0]: readonly number[]): AroundPlace {
  const half = SIDE_DEFAULT / 2;
  return { width: SIDE_DEFAULT, depth: SIDE_DEFAULT, bottom: rounded(z - half), top: rounded(z + half) };
}

type Point = [number, number, number];

export function volumeAround(
  [x = 0, y = 0]: readonly number[],
  { width, depth, bottom, top }: AroundPlace,
): { min: Point; max: Point } {
  return {
    min: [rounded(x - width / 2), rounded(y - depth / 2), bottom],
    max: [rounded(x + width / 2), rounded(y + depth / 2), top],
  };
}

/** To the tenth of a millimetre: sums of binary fractions are not read by people. */
function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
