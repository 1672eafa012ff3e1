import { InferenceSession, Tensor } from 'onnxruntime-node';
import { DESCRIPTOR_BYTES } from './colmap-database';
import { OnnxGraph } from '@stead/platform/onnx-graph';

/** COLMAP's defaults: angles between descriptors in radians, and the nearest against the second nearest (Lowe 2004, section 7.1). */
const DISTANCE_MAX = 0.7;
const RATIO_MAX = 0.8;
/** COLMAP scales descriptors to length 512. */
const LENGTH = 512;
/** Of one product of descriptors, so that large images are compared in strips. */
const SCORES_MAX = 4_500_000;
const SEVERITY_ERROR = 3;

/** Which features of two images look alike, as index after index: first, second, first, second … */
export type Matches = Uint32Array;

/**
 * Mutual nearest neighbours among SIFT descriptors by the rules of COLMAP's matcher. Without a GPU that one searches trees, which
 * is slower and misses some; here the cosines of all pairs are one matrix product on ONNX Runtime, and every pair is looked at.
 * Bytes and the sums of their products stay below 2^24, so that single precision is exact.
 */
export class DescriptorMatcher {
  private constructor(private readonly session: InferenceSession) {}

  static async load(): Promise<DescriptorMatcher> {
    const graph = new OnnxGraph('descriptor-products');
    const a = graph.input('a', ['n', DESCRIPTOR_BYTES]);
    const b = graph.input('b', ['m', DESCRIPTOR_BYTES]);
    graph.output(graph.add('MatMul', [a, graph.add('Transpose', [b], { perm: [1, 0] })]), 'products', ['n', 'm']);
    // One thread a product: several pairs are compared at once.
    const options = { executionProviders: ['cpu'], intraOpNumThreads: 1, logSeverityLevel: SEVERITY_ERROR } as const;
    return new DescriptorMatcher(await InferenceSession.create(graph.toModel(), options));
  }

  async match(a: Uint8Array, b: Uint8Array): Promise<Matches> {
    const [n, m] = [Math.floor(a.length / DESCRIPTOR_BYTES), Math.floor(b.length / DESCRIPTOR_BYTES)];
    if (n === 0 || m === 0) return new Uint32Array(0);
    const second = new Tensor('float32', Float32Array.from(b.subarray(0, m * DESCRIPTOR_BYTES)), [m, DESCRIPTOR_BYTES]);
    const [rows, columns] = [new Nearest(n), new Nearest(m)];
    const strip = Math.ceil(n / Math.ceil((n * m) / SCORES_MAX));
    for (let from = 0; from < n; from += strip) {
      const count = Math.min(strip, n - from);
      const part = a.subarray(from * DESCRIPTOR_BYTES, (from + count) * DESCRIPTOR_BYTES);
      const first = new Tensor('float32', Float32Array.from(part), [count, DESCRIPTOR_BYTES]);
      const { products } = await this.session.run({ a: first, b: second });
      if (products === undefined) throw new Error('The product of descriptors has no result');
      scan(products.data as ArrayLike<number>, from, count, m, rows, columns); // float32 out, as the graph says
    }
    return mutual(rows, columns);
  }

  async close(): Promise<void> {
    await this.session.release();
  }
}

/** For each feature the two highest products, and whose the highest is. */
class Nearest {
  readonly best: Float32Array;
  readonly second: Float32Array;
  readonly whose: Int32Array;

  constructor(count: number) {
    this.best = new Float32Array(count);
    this.second = new Float32Array(count);
    this.whose = new Int32Array(count).fill(-1);
  }

  /** The feature that is near enough and clearly nearer than any other; -1 without one. */
  of(index: number): number {
    const angle = (product: number): number => Math.acos(Math.min(1, product / (LENGTH * LENGTH)));
    const nearest = angle(this.best[index] ?? 0);
    const clear = nearest <= DISTANCE_MAX && nearest < RATIO_MAX * angle(this.second[index] ?? 0);
    return clear ? (this.whose[index] ?? -1) : -1;
  }
}

function scan(products: ArrayLike<number>, from: number, count: number, m: number, rows: Nearest, columns: Nearest): void {
  const { best, second, whose } = columns;
  for (let y = 0; y < count; y += 1) {
    let [high, next, at] = [0, 0, -1];
    for (let x = 0, i = y * m; x < m; x += 1, i += 1) {
      const value = products[i] ?? 0;
      if (value > next) {
        if (value > high) {
          next = high;
          high = value;
          at = x;
        } else next = value;
      }
      if (value > (second[x] ?? 0)) {
        if (value > (best[x] ?? 0)) {
          second[x] = best[x] ?? 0;
          best[x] = value;
          whose[x] = from + y;
        } else second[x] = value;
      }
    }
    rows.best[from + y] = high;
    rows.second[from + y] = next;
    rows.whose[from + y] = at;
  }
}

function mutual(rows: Nearest, columns: Nearest): Matches {
  const found: number[] = [];
  for (let i = 0; i < rows.best.length; i += 1) {
    const other = rows.of(i);
    if (other >= 0 && columns.of(other) === i) found.push(i, other);
  }
  return Uint32Array.from(found);
}
