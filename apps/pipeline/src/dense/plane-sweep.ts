import type { Matrix3, Vec3 } from '../domain/colmap-model';

/** A picture with its place in the world, as the sweep needs it. */
export interface SweepView {
  width: number;
  height: number;
  grey: Float32Array;
  fx: number;
  fy: number;
  cx: number;
  cy: number;
  /** World to camera, row-major. */
  rotation: Matrix3;
  translation: Vec3;
}

export interface SweepOptions {
  near: number;
  far: number;
  planes: number;
}

const WINDOW_RADIUS = 3;
/** Correlation below which a match is chance. */
const SCORE_MIN = 0.55;
/** Texture below which a window says nothing: variance of grey values. */
const VARIANCE_MIN = 4;

/**
 * Depth of each pixel of `reference` by sweeping fronto-parallel planes (Collins, CVPR 1996): for each plane the neighbours
 * are warped by its homography and compared in 7×7 windows by zero-mean normalised correlation; the mean of the best two
 * neighbours is smoothed 3×3, and the best plane refined by a parabola in inverse depth. 0 where nothing is known.
 */
export function sweep(reference: SweepView, neighbours: readonly SweepView[], { near, far, planes }: SweepOptions): Float32Array {
  const { width, height } = reference;
  const pixels = width * height;
  const scores = new Float32Array(pixels * planes).fill(-1);
  const box = new BoxSums(width, height, WINDOW_RADIUS);
  const refMean = box.mean(reference.grey, new Float32Array(pixels));
  const refVariance = varianceOf(box, reference.grey, refMean);
  const warped = new Float32Array(pixels);
  const product = new Float32Array(pixels);
  const [meanW, meanWW, meanRW] = [new Float32Array(pixels), new Float32Array(pixels), new Float32Array(pixels)];
  const [best, second] = [new Float32Array(pixels), new Float32Array(pixels)];

  for (let plane = 0; plane < planes; plane += 1) {
    const depth = depthOfPlane(plane, near, far, planes);
    best.fill(-1);
    second.fill(-1);
    for (const neighbour of neighbours) {
      warp(reference, neighbour, depth, warped);
      box.mean(warped, meanW);
      for (let i = 0; i < pixels; i += 1) product[i] = (warped[i] ?? 0) ** 2;
      box.mean(product, meanWW);
      for (let i = 0; i < pixels; i += 1) product[i] = (warped[i] ?? 0) * (reference.grey[i] ?? 0);
      box.mean(product, meanRW);
      for (let i = 0; i < pixels; i += 1) {
        const w = meanW[i] ?? 0;
        const varianceW = (meanWW[i] ?? 0) - w * w;
        const varianceR = refVariance[i] ?? 0;
        if ((warped[i] ?? -1) < 0 || varianceW < VARIANCE_MIN || varianceR < VARIANCE_MIN) continue;
        const score = ((meanRW[i] ?? 0) - w * (refMean[i] ?? 0)) / Math.sqrt(varianceW * varianceR);
        if (score > (best[i] ?? 0)) {
          second[i] = best[i] ?? -1;
          best[i] = score;
        } else if (score > (second[i] ?? 0)) second[i] = score;
      }
    }
    const offset = plane * pixels;
    for (let i = 0; i < pixels; i += 1) {
      const [a, b] = [best[i] ?? -1, second[i] ?? -1];
      product[i] = neighbours.length > 1 ? (b < 0 ? a * 0.5 : (a + b) / 2) : a;
    }
    smooth(product, width, height, scores, offset);
  }
  return winners(scores, width, height, near, far, planes);
}

/** Planes lie evenly in inverse depth, where a pixel of disparity is as much near as far. */
function depthOfPlane(plane: number, near: number, far: number, planes: number): number {
  return 1 / (1 / far + (plane / (planes - 1)) * (1 / near - 1 / far));
}

function warp(reference: SweepView, neighbour: SweepView, depth: number, out: Float32Array): void {
  const h = homography(reference, neighbour, depth);
  const { width, height } = reference;
  const { width: nw, height: nh, grey } = neighbour;
  const [maxX, maxY] = [nw - 1.001, nh - 1.001];
  for (let y = 0; y < height; y += 1) {
    let a = h[1] * (y + 0.5) + h[2] + h[0] * 0.5;
    let b = h[4] * (y + 0.5) + h[5] + h[3] * 0.5;
    let c = h[7] * (y + 0.5) + h[8] + h[6] * 0.5;
    for (let i = y * width, end = i + width; i < end; i += 1) {
      const u = a / c - 0.5;
      const v = b / c - 0.5;
      if (c > 0 && u >= 0 && v >= 0 && u <= maxX && v <= maxY) {
        const x0 = u | 0;
        const y0 = v | 0;
        const at = y0 * nw + x0;
        const [fx, fy] = [u - x0, v - y0];
        const top = (grey[at] ?? 0) * (1 - fx) + (grey[at + 1] ?? 0) * fx;
        const bottom = (grey[at + nw] ?? 0) * (1 - fx) + (grey[at + nw + 1] ?? 0) * fx;
        out[i] = top * (1 - fy) + bottom * fy;
      } else out[i] = -1;
      a += h[0];
      b += h[3];
      c += h[6];
    }
  }
}

/** Kn (R + t nᵀ / depth) Kr⁻¹ for the plane z = depth of the reference camera (Hartley and Zisserman, §13.1). */
export function homography(reference: SweepView, neighbour: SweepView, depth: number): Matrix3 {
  const [R, t] = relativePose(reference, neighbour);
  const m: Matrix3 = [R[0], R[1], R[2] + t[0] / depth, R[3], R[4], R[5] + t[1] / depth, R[6], R[7], R[8] + t[2] / depth];
  const { fx, fy, cx, cy } = reference;
  const columns = (r: number): [number, number, number] => {
    const [p, q, s] = [m[r * 3] ?? 0, m[r * 3 + 1] ?? 0, m[r * 3 + 2] ?? 0];
    return [p / fx, q / fy, s - (p * cx) / fx - (q * cy) / fy];
  };
  const [r0, r1, r2] = [columns(0), columns(1), columns(2)];
  const n = neighbour;
  return [
    ...[n.fx * r0[0] + n.cx * r2[0], n.fx * r0[1] + n.cx * r2[1], n.fx * r0[2] + n.cx * r2[2]],
    ...[n.fy * r1[0] + n.cy * r2[0], n.fy * r1[1] + n.cy * r2[1], n.fy * r1[2] + n.cy * r2[2]],
    ...r2,
  ] as Matrix3; // nine numbers, row by row
}

/** From the first camera's frame to the second's: R = R₂R₁ᵀ, t = t₂ − R t₁. */
export function relativePose(
  from: Pick<SweepView, 'rotation' | 'translation'>,
  to: Pick<SweepView, 'rotation' | 'translation'>,
): [Matrix3, Vec3] {
  const [a, b] = [to.rotation, from.rotation];
  const R = [0, 1, 2].flatMap((i) =>
    [0, 1, 2].map((j) => [0, 1, 2].reduce((sum, k) => sum + (a[i * 3 + k] ?? 0) * (b[j * 3 + k] ?? 0), 0)),
  ) as Matrix3; // 3 × 3
  const moved = [0, 1, 2].map((i) => [0, 1, 2].reduce((sum, k) => sum + (R[i * 3 + k] ?? 0) * (from.translation[k] ?? 0), 0));
  return [R, [0, 1, 2].map((i) => (to.translation[i] ?? 0) - (moved[i] ?? 0)) as Vec3];
}

/** Means over square windows in constant time per pixel: running sums along rows, then along columns. */
class BoxSums {
  private readonly rows: Float32Array;

  constructor(
    private readonly width: number,
    private readonly height: number,
    private readonly radius: number,
  ) {
    this.rows = new Float32Array(width * height);
  }

  mean(source: Float32Array, out: Float32Array): Float32Array {
    const { width, height, radius, rows } = this;
    const span = 2 * radius + 1;
    for (let y = 0; y < height; y += 1) {
      const row = y * width;
      let sum = 0;
      for (let x = -radius; x < width; x += 1) {
        const enter = x + radius;
        if (enter < width) sum += source[row + enter] ?? 0;
        const leave = x - radius - 1;
        if (leave >= 0) sum -= source[row + leave] ?? 0;
        if (x >= 0) rows[row + x] = sum;
      }
    }
    const inverse = 1 / (span * span);
    for (let x = 0; x < width; x += 1) {
      let sum = 0;
      for (let y = -radius; y < height; y += 1) {
        const enter = y + radius;
        if (enter < height) sum += rows[enter * width + x] ?? 0;
        const leave = y - radius - 1;
        if (leave >= 0) sum -= rows[leave * width + x] ?? 0;
        if (y >= 0) out[y * width + x] = sum * inverse;
      }
    }
    return out;
  }
}

function varianceOf(box: BoxSums, grey: Float32Array, mean: Float32Array): Float32Array {
  const squares = box.mean(
    grey.map((value) => value * value),
    new Float32Array(grey.length),
  );
  return squares.map((value, i) => value - (mean[i] ?? 0) ** 2);
}

function smooth(source: Float32Array, width: number, height: number, out: Float32Array, offset: number): void {
  for (let y = 1; y < height - 1; y += 1) {
    for (let i = y * width + 1, end = (y + 1) * width - 1; i < end; i += 1) {
      let sum = 0;
      for (let dy = -width; dy <= width; dy += width)
        sum += (source[i + dy - 1] ?? 0) + (source[i + dy] ?? 0) + (source[i + dy + 1] ?? 0);
      out[offset + i] = sum / 9;
    }
  }
}

function winners(scores: Float32Array, width: number, height: number, near: number, far: number, planes: number): Float32Array {
  const pixels = width * height;
  const depths = new Float32Array(pixels);
  const step = (1 / near - 1 / far) / (planes - 1);
  for (let i = 0; i < pixels; i += 1) {
    let winner = -1;
    let top = SCORE_MIN;
    for (let plane = 0; plane < planes; plane += 1) {
      const score = scores[plane * pixels + i] ?? -1;
      if (score > top) {
        top = score;
        winner = plane;
      }
    }
    if (winner <= 0 || winner >= planes - 1) continue; // the true surface may lie beyond the ends
    const [l, r] = [scores[(winner - 1) * pixels + i] ?? 0, scores[(winner + 1) * pixels + i] ?? 0];
    const curvature = l - 2 * top + r;
    const shift = curvature < 0 ? Math.max(-0.5, Math.min(0.5, (0.5 * (l - r)) / curvature)) : 0;
    depths[i] = 1 / (1 / far + (winner + shift) * step);
  }
  return depths;
}
