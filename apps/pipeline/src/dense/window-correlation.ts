import type { Matrix3 } from '@stead/platform/similarity';
import type { SweepView } from './view';

const RADIUS = 3;
const SPAN = 2 * RADIUS + 1;
const AREA = SPAN * SPAN;
/** Texture below which a window says nothing: variance of grey values. */
const VARIANCE_MIN = 4;
/** Grey values are taken relative to this: smaller squares, less rounding. */
const MIDDLE = 128;

/**
 * Zero-mean normalised cross-correlation of 7×7 windows between a picture and others that are warped onto it, for every pixel
 * at once. Rows stream through: of each row the running sums of seven values are kept for seven rows and added to sums per
 * column, so a window costs the same whatever its size and everything that is touched stays in the first-level cache.
 */
export class WindowCorrelation {
  readonly width: number;
  readonly height: number;
  private readonly grey: Float32Array;
  private readonly mean: Float32Array;
  /** One over the standard deviation; 0 where the window has no texture or is not whole. */
  private readonly inverseDeviation: Float32Array;
  private readonly row: Float32Array;
  private readonly rings: [Float32Array, Float32Array, Float32Array];
  private readonly columns: [Float64Array, Float64Array, Float64Array];
  /** How many whole rows of windows lie above, per column. */
  private readonly runs: Uint16Array;

  constructor(reference: SweepView) {
    const { width, height } = reference;
    this.width = width;
    this.height = height;
    this.grey = Float32Array.from(reference.grey, (value) => (value === 0 ? 0 : value - MIDDLE));
    this.row = new Float32Array(width);
    const ring = (): Float32Array => new Float32Array(SPAN * width);
    const column = (): Float64Array => new Float64Array(width);
    this.rings = [ring(), ring(), ring()];
    this.columns = [column(), column(), column()];
    this.runs = new Uint16Array(width);
    this.mean = new Float32Array(width * height);
    this.inverseDeviation = new Float32Array(width * height);
    this.measure(reference.grey);
  }

  /** Puts each score above zero where it belongs among the best two of its pixel. */
  correlate(neighbour: SweepView, h: Matrix3, best: Float32Array, second: Float32Array): void {
    const { width, height, mean, inverseDeviation } = this;
    const [sumW, sumWW, sumWR] = this.columns;
    this.restart();
    for (let y = 0; y < height; y += 1) {
      this.warpRow(neighbour, h, y);
      this.addRow(y, this.row);
      if (y < SPAN - 1) continue;
      const offset = (y - RADIUS) * width;
      for (let x = RADIUS; x < width - RADIUS; x += 1) {
        if ((this.runs[x] ?? 0) < SPAN) continue;
        const w = (sumW[x] ?? 0) / AREA;
        const variance = (sumWW[x] ?? 0) / AREA - w * w;
        if (variance < VARIANCE_MIN) continue;
        const i = offset + x;
        const covariance = (sumWR[x] ?? 0) / AREA - w * (mean[i] ?? 0);
        const score = (covariance * (inverseDeviation[i] ?? 0)) / Math.sqrt(variance);
        if (score > (best[i] ?? 0)) {
          second[i] = best[i] ?? 0;
          best[i] = score;
        } else if (score > (second[i] ?? 0)) second[i] = score;
      }
    }
  }

  private measure(own: Uint8Array): void {
    const { width, height } = this;
    const [sum, squares] = this.columns;
    this.restart();
    for (let y = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1) this.row[x] = own[y * width + x] === 0 ? NaN : (this.grey[y * width + x] ?? 0);
      this.addRow(y, this.row);
      if (y < SPAN - 1) continue;
      for (let x = RADIUS; x < width - RADIUS; x += 1) {
        const mean = (sum[x] ?? 0) / AREA;
        const variance = (squares[x] ?? 0) / AREA - mean * mean;
        const i = (y - RADIUS) * width + x;
        this.mean[i] = mean;
        this.inverseDeviation[i] = variance < VARIANCE_MIN || (this.runs[x] ?? 0) < SPAN ? 0 : 1 / Math.sqrt(variance);
      }
    }
  }

  private restart(): void {
    for (const ring of this.rings) ring.fill(0);
    for (const column of this.columns) column.fill(0);
    this.runs.fill(0);
  }

  /** What the neighbour shows where row `y` of the reference lies, by bilinear interpolation; NaN outside. */
  private warpRow({ grey, width, height }: SweepView, h: Matrix3, y: number): void {
    const { row } = this;
    const [maxX, maxY] = [width - 1, height - 1];
    let a = h[0] * 0.5 + h[1] * (y + 0.5) + h[2];
    let b = h[3] * 0.5 + h[4] * (y + 0.5) + h[5];
    let c = h[6] * 0.5 + h[7] * (y + 0.5) + h[8];
    for (let x = 0; x < row.length; x += 1) {
      const inverse = 1 / c;
      const u = a * inverse - 0.5;
      const v = b * inverse - 0.5;
      let value = NaN;
      if (c > 0 && u >= 0 && v >= 0 && u < maxX && v < maxY) {
        const x0 = u | 0;
        const y0 = v | 0;
        const at = y0 * width + x0;
        const p00 = grey[at] ?? 0;
        const p10 = grey[at + 1] ?? 0;
        const p01 = grey[at + width] ?? 0;
        const p11 = grey[at + width + 1] ?? 0;
        if (p00 !== 0 && p10 !== 0 && p01 !== 0 && p11 !== 0) {
          const fx = u - x0;
          const top = p00 + (p10 - p00) * fx;
          value = top + (p01 + (p11 - p01) * fx - top) * (v - y0) - MIDDLE;
        }
      }
      row[x] = value;
      a += h[0];
      b += h[3];
      c += h[6];
    }
  }

  /** Slides the windows down by one row. Values are added and taken away as they were rounded, so sums do not drift. */
  private addRow(y: number, row: Float32Array): void {
    const { width, grey, runs } = this;
    const [ringW, ringWW, ringWR] = this.rings;
    const [sumW, sumWW, sumWR] = this.columns;
    const slot = (y % SPAN) * width;
    const offset = y * width;
    let w = 0;
    let ww = 0;
    let wr = 0;
    let whole = 0;
    for (let x = 0; x < width; x += 1) {
      const value = row[x] ?? NaN;
      if (value === value) {
        whole += 1;
        w += value;
        ww += value * value;
        wr += value * (grey[offset + x] ?? 0);
      } else {
        whole = 0;
        row[x] = 0;
      }
      if (x >= SPAN) {
        const old = row[x - SPAN] ?? 0;
        w -= old;
        ww -= old * old;
        wr -= old * (grey[offset + x - SPAN] ?? 0);
      }
      if (x < SPAN - 1) continue;
      const at = x - RADIUS;
      const i = slot + at;
      const oldW = ringW[i] ?? 0;
      const oldWW = ringWW[i] ?? 0;
      const oldWR = ringWR[i] ?? 0;
      ringW[i] = w;
      ringWW[i] = ww;
      ringWR[i] = wr;
      sumW[at] = (sumW[at] ?? 0) + (ringW[i] ?? 0) - oldW;
      sumWW[at] = (sumWW[at] ?? 0) + (ringWW[i] ?? 0) - oldWW;
      sumWR[at] = (sumWR[at] ?? 0) + (ringWR[i] ?? 0) - oldWR;
      runs[at] = whole >= SPAN ? (runs[at] ?? 0) + 1 : 0;
    }
  }
}
