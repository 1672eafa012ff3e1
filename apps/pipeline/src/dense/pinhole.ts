import sharp from 'sharp';
import type { Camera } from '../domain/colmap-model';
import { lensOf, type Lens } from './lens';

/** An undistorted picture with its calibration. */
export interface PinholePicture {
  width: number;
  height: number;
  fx: number;
  fy: number;
  cx: number;
  cy: number;
  rgb: Uint8Array;
  /** For matching, 1 to 255; 0 where the lens showed nothing. Shared, so that worker threads see it without a copy. */
  grey: Uint8Array;
}

export interface PinholeSize {
  width: number;
  height: number;
  lens: Lens;
}

/** The calibration at the size at which depths are computed; null for a camera model that is not known here. */
export function pinholeSize(camera: Camera, maxPx: number): PinholeSize | null {
  const lens = lensOf(camera);
  if (lens === null) return null;
  const factor = Math.min(1, maxPx / Math.max(camera.width, camera.height));
  const width = Math.max(1, Math.round(camera.width * factor));
  const height = Math.max(1, Math.round(camera.height * factor));
  // Rounding to whole pixels scales the axes by slightly different factors.
  const [sx, sy] = [width / camera.width, height / camera.height];
  return { width, height, lens: { ...lens, fx: lens.fx * sx, fy: lens.fy * sy, cx: lens.cx * sx, cy: lens.cy * sy } };
}

/** Scales a photo down and takes the distortion of its lens out. */
export async function pinholePicture(path: string, { width, height, lens }: PinholeSize): Promise<PinholePicture> {
  const source = await sharp(path).resize(width, height, { fit: 'fill' }).removeAlpha().toColourspace('srgb').raw().toBuffer();
  const { fx, fy, cx, cy, distort } = lens;
  const rgb = new Uint8Array(width * height * 3);
  const grey = new Uint8Array(new SharedArrayBuffer(width * height));
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const [dx, dy] = distort((x + 0.5 - cx) / fx, (y + 0.5 - cy) / fy);
      const at = (y * width + x) * 3;
      if (!sample(source, width, height, dx * fx + cx - 0.5, dy * fy + cy - 0.5, rgb, at)) continue;
      // ITU-R BT.601 luma; 0 is kept for "nothing".
      const luma = 0.299 * (rgb[at] ?? 0) + 0.587 * (rgb[at + 1] ?? 0) + 0.114 * (rgb[at + 2] ?? 0);
      grey[y * width + x] = Math.max(1, Math.round(luma));
    }
  }
  return { width, height, fx, fy, cx, cy, rgb, grey };
}

/** Bilinear; up to half a pixel beyond the rim counts as the rim. False where the source shows nothing. */
function sample(source: Buffer, width: number, height: number, u: number, v: number, out: Uint8Array, at: number): boolean {
  if (!(u >= -0.5 && v >= -0.5 && u <= width - 0.5 && v <= height - 0.5)) return false;
  const x = Math.min(width - 1, Math.max(0, u));
  const y = Math.min(height - 1, Math.max(0, v));
  const x0 = Math.floor(x);
  const y0 = Math.floor(y);
  const right = x0 + 1 < width ? 3 : 0;
  const below = y0 + 1 < height ? width * 3 : 0;
  const [fx, fy] = [x - x0, y - y0];
  const i = (y0 * width + x0) * 3;
  for (let c = i; c < i + 3; c += 1) {
    const top = (source[c] ?? 0) * (1 - fx) + (source[c + right] ?? 0) * fx;
    const bottom = (source[c + below] ?? 0) * (1 - fx) + (source[c + below + right] ?? 0) * fx;
    out[at + c - i] = Math.round(top * (1 - fy) + bottom * fy);
  }
  return true;
}
