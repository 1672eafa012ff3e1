/** Sums of a least-squares problem in `size` unknowns: JᵀJ and Jᵀr, fed row by row. */
export class NormalEquations {
  private readonly matrix: Float64Array;
  private readonly right: Float64Array;

  constructor(private readonly size: number) {
    this.matrix = new Float64Array(size * size);
    this.right = new Float64Array(size);
  }

  add(row: readonly number[], residual: number): void {
    for (let i = 0; i < this.size; i += 1) {
      const slope = row[i] ?? 0;
      this.right[i] = (this.right[i] ?? 0) + slope * residual;
      for (let j = 0; j <= i; j += 1)
        this.matrix[i * this.size + j] = (this.matrix[i * this.size + j] ?? 0) + slope * (row[j] ?? 0);
    }
  }

  /** The step that lessens the residuals most, held back by `damping` (Marquardt 1963); null where it is not determined. */
  step(damping: number): number[] | null {
    const factor = this.cholesky(damping);
    return factor === null ? null : this.solve(factor, this.right).map((value) => -value);
  }

  /** The diagonal of the inverse of JᵀJ: variances of the unknowns for residuals of variance 1. */
  variances(): number[] | null {
    const factor = this.cholesky(0);
    if (factor === null) return null;
    return Array.from({ length: this.size }, (_, i) => {
      const unit = new Float64Array(this.size);
      unit[i] = 1;
      return this.solve(factor, unit)[i] ?? NaN;
    });
  }

  private cholesky(damping: number): Float64Array | null {
    const { size: n, matrix } = this;
    const l = new Float64Array(n * n);
    for (let i = 0; i < n; i += 1) {
      for (let j = 0; j <= i; j += 1) {
        let sum = (matrix[i * n + j] ?? 0) * (i === j ? 1 + damping : 1);
        for (let k = 0; k < j; k += 1) sum -= (l[i * n + k] ?? 0) * (l[j * n + k] ?? 0);
        if (i !== j) l[i * n + j] = sum / (l[j * n + j] ?? NaN);
        else if (sum > PIVOT_MIN * (matrix[i * n + i] ?? 0)) l[i * n + i] = Math.sqrt(sum);
        else return null;
      }
    }
    return l;
  }

  private solve(l: Float64Array, right: Float64Array): number[] {
    const n = this.size;
    const x = Array.from(right);
    for (let i = 0; i < n; i += 1) {
      for (let k = 0; k < i; k += 1) x[i] = (x[i] ?? 0) - (l[i * n + k] ?? 0) * (x[k] ?? 0);
      x[i] = (x[i] ?? 0) / (l[i * n + i] ?? NaN);
    }
    for (let i = n - 1; i >= 0; i -= 1) {
      for (let k = i + 1; k < n; k += 1) x[i] = (x[i] ?? 0) - (l[k * n + i] ?? 0) * (x[k] ?? 0);
      x[i] = (x[i] ?? 0) / (l[i * n + i] ?? NaN);
    }
    return x;
  }
}

/** What is left of a pivot, of what it was, below which rounding has eaten it. */
const PIVOT_MIN = 1e-13;
