import type { Box, Corner } from './detection';

/** A line of text: a rectangle that may be turned. */
export interface TextRegion {
  box: Box;
  corners: readonly [Corner, Corner, Corner, Corner];
  /** Longer side over shorter side. */
  aspect: number;
  /** Shorter side in pixels. */
  thicknessPx: number;
  score: number;
}

/** Thresholds of the paper's reference: pixels that are text, regions that are, and how far the shrunken region is grown. */
const PIXEL_MIN = 0.3;
const REGION_MIN = 0.5;
const UNCLIP_RATIO = 1.6;
const PIXELS_MIN = 12;
const REGIONS_MAX = 1000;

/**
 * Lines of text from a map that says for every pixel how likely it is the (shrunken) inside of one (Liao et al., "Real-time
 * scene text detection with differentiable binarization", AAAI 2020): connected pixels, a rectangle along their main
 * direction, grown by area x ratio / perimeter.
 */
export function textRegions(map: Float32Array, width: number, height: number): TextRegion[] {
  const seen = new Uint8Array(map.length);
  const regions: TextRegion[] = [];
  for (let start = 0; start < map.length && regions.length < REGIONS_MAX; start += 1) {
    if (seen[start] || (map[start] ?? 0) < PIXEL_MIN) continue;
    const pixels = connected(map, seen, start, width, height);
    if (pixels.length < PIXELS_MIN) continue;
    const score = pixels.reduce((sum, pixel) => sum + (map[pixel] ?? 0), 0) / pixels.length;
    if (score >= REGION_MIN) regions.push({ ...rectangleAround(pixels, width), score });
  }
  return regions;
}

function connected(map: Float32Array, seen: Uint8Array, start: number, width: number, height: number): number[] {
  const pixels = [start];
  seen[start] = 1;
  // `pixels` grows while it is walked: each pixel enters once.
  for (const pixel of pixels) {
    const x = pixel % width;
    const y = (pixel - x) / width;
    for (const [nx, ny] of [
      [x - 1, y],
      [x + 1, y],
      [x, y - 1],
      [x, y + 1],
    ] as const) {
      const next = ny * width + nx;
      if (nx < 0 || ny < 0 || nx >= width || ny >= height || seen[next] || (map[next] ?? 0) < PIXEL_MIN) continue;
      seen[next] = 1;
      pixels.push(next);
    }
  }
  return pixels;
}

function rectangleAround(pixels: readonly number[], width: number): Omit<TextRegion, 'score'> {
  const points = pixels.map((pixel): [number, number] => [(pixel % width) + 0.5, Math.floor(pixel / width) + 0.5]);
  const n = points.length;
  const mx = points.reduce((sum, [x]) => sum + x, 0) / n;
  const my = points.reduce((sum, [, y]) => sum + y, 0) / n;
  let xx = 0;
  let xy = 0;
  let yy = 0;
  for (const [x, y] of points) {
    xx += (x - mx) ** 2;
    xy += (x - mx) * (y - my);
    yy += (y - my) ** 2;
  }
  const angle = 0.5 * Math.atan2(2 * xy, xx - yy);
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  let [u0, u1, v0, v1] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const [x, y] of points) {
    const u = c * (x - mx) + s * (y - my);
    const v = -s * (x - mx) + c * (y - my);
    u0 = Math.min(u0, u - 0.5);
    u1 = Math.max(u1, u + 0.5);
    v0 = Math.min(v0, v - 0.5);
    v1 = Math.max(v1, v + 0.5);
  }
  const grow = ((u1 - u0) * (v1 - v0) * UNCLIP_RATIO) / (2 * (u1 - u0 + v1 - v0));
  [u0, u1, v0, v1] = [u0 - grow, u1 + grow, v0 - grow, v1 + grow];
  const corner = (u: number, v: number): Corner => [mx + c * u - s * v, my + s * u + c * v];
  const corners = [corner(u0, v0), corner(u1, v0), corner(u1, v1), corner(u0, v1)] as const;
  const sides = [u1 - u0, v1 - v0];
  const thicknessPx = Math.min(...sides);
  return { box: boundsOf(corners), corners, aspect: Math.max(...sides) / thicknessPx, thicknessPx };
}

export function boundsOf(corners: readonly Corner[]): Box {
  const xs = corners.map(([x]) => x);
  const ys = corners.map(([, y]) => y);
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
}
