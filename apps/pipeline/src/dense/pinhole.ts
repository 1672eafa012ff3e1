import sharp from 'sharp';
import type { Camera } from '../domain/colmap-model';

/** An undistorted picture: grey for matching, colour for the points, and its pinhole calibration in pixels. */
export interface PinholePicture {
  width: number;
  height: number;
  grey: Float32Array;
  rgb: Uint8Array;
  fx: number;
  fy: number;
  cx: number;
  cy: number;
}

interface Calibration {
  fx: number;
  fy: number;
  cx: number;
  cy: number;
  /** Where a ray of the ideal camera really lands, in normalised coordinates. */
  distort: (x: number, y: number) => [number, number];
}

/** Reads COLMAP's camera models (https://colmap.github.io/cameras.html). Null for one that is not known here. */
export function calibrationOf(camera: Camera): Calibration | null {
  const p = (i: number): number => camera.params[i] ?? 0;
  const radial =
    (k1: number, k2: number) =>
    (x: number, y: number): [number, number] => {
      const r2 = x * x + y * y;
      const factor = 1 + k1 * r2 + k2 * r2 * r2;
      return [x * factor, y * factor];
    };
  switch (camera.model) {
    case 'SIMPLE_PINHOLE':
      return { fx: p(0), fy: p(0), cx: p(1), cy: p(2), distort: radial(0, 0) };
    case 'PINHOLE':
      return { fx: p(0), fy: p(1), cx: p(2), cy: p(3), distort: radial(0, 0) };
    case 'SIMPLE_RADIAL':
      return { fx: p(0), fy: p(0), cx: p(1), cy: p(2), distort: radial(p(3), 0) };
    case 'RADIAL':
      return { fx: p(0), fy: p(0), cx: p(1), cy: p(2), distort: radial(p(3), p(4)) };
    case 'OPENCV':
      return {
        fx: p(0),
        fy: p(1),
        cx: p(2),
        cy: p(3),
        distort: (x, y) => {
          const [rx, ry] = radial(p(4), p(5))(x, y);
          const r2 = x * x + y * y;
          return [rx + 2 * p(6) * x * y + p(7) * (r2 + 2 * x * x), ry + p(6) * (r2 + 2 * y * y) + 2 * p(7) * x * y];
        },
      };
    default:
      return null;
  }
}

/** Scales a photo down to `maxPx` and takes its lens distortion out. */
export async function pinholePicture(path: string, camera: Camera, maxPx: number): Promise<PinholePicture | null> {
  const calibration = calibrationOf(camera);
  if (calibration === null) return null;
  const factor = Math.min(1, maxPx / Math.max(camera.width, camera.height));
  const width = Math.round(camera.width * factor);
  const height = Math.round(camera.height * factor);
  const source = await sharp(path).resize(width, height, { fit: 'fill' }).removeAlpha().toColourspace('srgb').raw().toBuffer();
  const [fx, fy, cx, cy] = [calibration.fx * factor, calibration.fy * factor, calibration.cx * factor, calibration.cy * factor];
  const rgb = new Uint8Array(width * height * 3);
  const grey = new Float32Array(width * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const [dx, dy] = calibration.distort((x + 0.5 - cx) / fx, (y + 0.5 - cy) / fy);
      sampleRgb(source, width, height, dx * fx + cx - 0.5, dy * fy + cy - 0.5, rgb, (y * width + x) * 3);
      const at = (y * width + x) * 3;
      // ITU-R BT.601 luma.
      grey[y * width + x] = 0.299 * (rgb[at] ?? 0) + 0.587 * (rgb[at + 1] ?? 0) + 0.114 * (rgb[at + 2] ?? 0);
    }
  }
  return { width, height, grey, rgb, fx, fy, cx, cy };
}

function sampleRgb(source: Buffer, width: number, height: number, x: number, y: number, out: Uint8Array, at: number): void {
  const x0 = Math.min(width - 2, Math.max(0, Math.floor(x)));
  const y0 = Math.min(height - 2, Math.max(0, Math.floor(y)));
  const [u, v] = [Math.min(1, Math.max(0, x - x0)), Math.min(1, Math.max(0, y - y0))];
  for (let c = 0; c < 3; c += 1) {
    const i = (y0 * width + x0) * 3 + c;
    const top = (source[i] ?? 0) * (1 - u) + (source[i + 3] ?? 0) * u;
    const bottom = (source[i + width * 3] ?? 0) * (1 - u) + (source[i + width * 3 + 3] ?? 0) * u;
    out[at + c] = Math.round(top * (1 - v) + bottom * v);
  }
}
