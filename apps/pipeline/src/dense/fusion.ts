import type { CloudFile } from './cloud-file';
import { pixelOf, toWorld, type View } from './view';

const DEPTH_TOLERANCE = 0.01;
const AGREEING_MIN = 2;
/** Views further down the list confirm a point and keep their own samples of the surface: the cloud gets denser, not thicker. */
const CLAIMED_VIEWS = 4;
/** Edges of depth mix foreground and background. */
const ERODE_PX = 2;

/** Depths of one view. A value below zero was used for a point already: its magnitude still confirms others. */
export interface Confirming {
  view: View;
  depth: Float32Array;
}

export interface FusionView extends Confirming {
  rgb: Uint8Array;
}

/**
 * Writes the points of one view that at least two others agree on to 1 % of their depth, as the mean of what all of them say,
 * and marks the pixels of it and of the best neighbours that went into a point, so that these do not write it again. Returns how
 * many.
 */
export async function fuseView(
  { view, depth, rgb }: FusionView,
  others: readonly Confirming[],
  cloud: CloudFile,
): Promise<number> {
  const needed = Math.min(AGREEING_MIN, others.length);
  const seen = new Int32Array(others.length);
  const claimed = others.slice(0, CLAIMED_VIEWS);
  let written = 0;
  if (needed === 0) return 0;
  for (let i = 0; i < depth.length; i += 1) {
    const own = depth[i] ?? 0;
    if (own <= 0) continue;
    const point = toWorld(view, i % view.width, Math.floor(i / view.width), own);
    let [x, y, z] = point;
    let agreeing = 0;
    seen.fill(-1);
    for (const [o, other] of others.entries()) {
      const at = pixelOf(other.view, point);
      if (at === null) continue;
      const theirs = Math.abs(other.depth[at.pixel] ?? 0);
      if (theirs === 0 || Math.abs(theirs - at.depth) > DEPTH_TOLERANCE * at.depth) continue;
      const twin = toWorld(other.view, at.pixel % other.view.width, Math.floor(at.pixel / other.view.width), theirs);
      x += twin[0];
      y += twin[1];
      z += twin[2];
      agreeing += 1;
      seen[o] = at.pixel;
    }
    if (agreeing < needed) continue;
    depth[i] = -own;
    for (const [o, other] of claimed.entries()) {
      const pixel = seen[o] ?? -1;
      if (pixel >= 0) other.depth[pixel] = -Math.abs(other.depth[pixel] ?? 0);
    }
    const n = agreeing + 1;
    cloud.add(x / n, y / n, z / n, rgb[i * 3] ?? 0, rgb[i * 3 + 1] ?? 0, rgb[i * 3 + 2] ?? 0);
    written += 1;
    if (cloud.isFull) await cloud.flush();
  }
  return written;
}

/** Takes away the rim of each patch of depth, in place. */
export function erode(depth: Float32Array, width: number, height: number): void {
  let mask = Uint8Array.from(depth, (value) => (value > 0 ? 1 : 0));
  for (let pass = 0; pass < ERODE_PX; pass += 1) {
    const next = new Uint8Array(mask.length);
    for (let y = 1; y < height - 1; y += 1) {
      for (let i = y * width + 1, end = (y + 1) * width - 1; i < end; i += 1) {
        const across = (mask[i - 1] ?? 0) & (mask[i + 1] ?? 0);
        next[i] = (mask[i] ?? 0) & across & (mask[i - width] ?? 0) & (mask[i + width] ?? 0);
      }
    }
    mask = next;
  }
  for (let i = 0; i < depth.length; i += 1) if (mask[i] === 0) depth[i] = 0;
}
