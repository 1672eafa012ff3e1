import { homography, type SweepView } from './view';
import { WindowCorrelation } from './window-correlation';

export interface SweepOptions {
  near: number;
  far: number;
  planes: number;
}

/** Correlation below which a match is chance. */
const SCORE_MIN = 0.55;

/**
 * Depth of each pixel of `reference` by sweeping fronto-parallel planes (Collins, "A space-sweep approach to true multi-image
 * matching", CVPR 1996): for each plane the neighbours are warped by its homography and compared in windows; the mean of the
 * best two neighbours is smoothed 3×3, and the best plane refined by a parabola in inverse depth. 0 where nothing is known.
 * Scores of past planes are not kept: memory does not grow with the number of planes.
 */
export function sweep(reference: SweepView, neighbours: readonly SweepView[], options: SweepOptions): Float32Array {
  const { width, height } = reference;
  const pixels = width * height;
  const windows = new WindowCorrelation(reference);
  const [best, second, smoothed] = [new Float32Array(pixels), new Float32Array(pixels), new Float32Array(pixels)];
  const peaks = new Peaks(pixels, options);
  for (let plane = 0; plane < options.planes; plane += 1) {
    const depth = depthOfPlane(plane, options);
    best.fill(0);
    second.fill(0);
    for (const neighbour of neighbours) windows.correlate(neighbour, homography(reference, neighbour, depth), best, second);
    // One look at a pixel is no agreement, unless there is only one to be had.
    if (neighbours.length > 1) for (let i = 0; i < pixels; i += 1) best[i] = ((best[i] ?? 0) + (second[i] ?? 0)) / 2;
    smooth(best, width, height, second, smoothed);
    peaks.add(plane, smoothed);
  }
  return peaks.depths();
}

/** Planes lie evenly in inverse depth, where a pixel of disparity is as much near as far. */
export function depthOfPlane(plane: number, { near, far, planes }: SweepOptions): number {
  return 1 / (1 / far + (plane / (planes - 1)) * (1 / near - 1 / far));
}

/** 3×3 means, along rows and then along columns. The rim has none. */
function smooth(source: Float32Array, width: number, height: number, rows: Float32Array, out: Float32Array): void {
  for (let i = 1; i < source.length - 1; i += 1) rows[i] = (source[i - 1] ?? 0) + (source[i] ?? 0) + (source[i + 1] ?? 0);
  for (let y = 1; y < height - 1; y += 1) {
    for (let i = y * width + 1, end = (y + 1) * width - 1; i < end; i += 1) {
      out[i] = ((rows[i - width] ?? 0) + (rows[i] ?? 0) + (rows[i + width] ?? 0)) / 9;
    }
  }
}

/** The best plane of each pixel with the scores on both of its sides. */
class Peaks {
  private readonly top: Float32Array;
  private readonly plane: Int16Array;
  private readonly before: Float32Array;
  private readonly after: Float32Array;
  private readonly last: Float32Array;

  constructor(
    pixels: number,
    private readonly options: SweepOptions,
  ) {
    this.top = new Float32Array(pixels).fill(SCORE_MIN);
    this.plane = new Int16Array(pixels).fill(-1);
    this.before = new Float32Array(pixels);
    this.after = new Float32Array(pixels);
    this.last = new Float32Array(pixels);
  }

  add(plane: number, scores: Float32Array): void {
    const { top, before, after, last } = this;
    for (let i = 0; i < scores.length; i += 1) {
      const score = scores[i] ?? 0;
      if (score > (top[i] ?? 0)) {
        top[i] = score;
        this.plane[i] = plane;
        before[i] = last[i] ?? 0;
      } else if (this.plane[i] === plane - 1) after[i] = score;
      last[i] = score;
    }
  }

  /** At the first and the last plane the true surface may lie beyond, so these say nothing. */
  depths(): Float32Array {
    const { near, far, planes } = this.options;
    const depths = new Float32Array(this.top.length);
    const step = (1 / near - 1 / far) / (planes - 1);
    for (let i = 0; i < depths.length; i += 1) {
      const plane = this.plane[i] ?? -1;
      if (plane <= 0 || plane >= planes - 1) continue;
      const [l, r] = [this.before[i] ?? 0, this.after[i] ?? 0];
      const curvature = l - 2 * (this.top[i] ?? 0) + r;
      const shift = curvature < 0 ? Math.max(-0.5, Math.min(0.5, (0.5 * (l - r)) / curvature)) : 0;
      depths[i] = 1 / (1 / far + (plane + shift) * step);
    }
    return depths;
  }
}
