/**
 * How long something takes, as a lognormal distribution: many small causes multiply, nothing takes less than no time, and a
 * few take very long. `medianMs` is exp(μ); `sigma` is the standard deviation of the logarithm, 0 where it is certain.
 */
export interface Runtime {
  medianMs: number;
  sigma: number;
}

export function meanMs({ medianMs, sigma }: Runtime): number {
  return medianMs * Math.exp(sigma ** 2 / 2);
}

/** The time that it takes at most with this probability, 0 < p < 1. */
export function quantileMs({ medianMs, sigma }: Runtime, p: number): number {
  return medianMs * Math.exp(sigma * normalQuantile(p));
}

/** Probability that it takes longer than `ms`. */
export function chanceBeyond({ medianMs, sigma }: Runtime, ms: number): number {
  if (ms <= 0) return 1;
  if (sigma === 0) return ms < medianMs ? 1 : 0;
  return 1 - normalCdf(Math.log(ms / medianMs) / sigma);
}

/**
 * Mean of what is left once it has gone on for `elapsedMs`: E[X | X > t] − t. What has taken long is expected to take longer
 * still. <https://en.wikipedia.org/wiki/Log-normal_distribution#Partial_expectation>
 */
export function meanLeftMs(runtime: Runtime, elapsedMs: number): number {
  if (elapsedMs <= 0) return meanMs(runtime);
  const { medianMs, sigma } = runtime;
  if (sigma === 0) return Math.max(0, medianMs - elapsedMs);
  const z = Math.log(elapsedMs / medianMs) / sigma;
  const beyond = normalCdf(-z);
  // So far out that the quotient of two vanishing numbers says nothing: it lasts about as long again, by the tail's shape.
  if (beyond < 1e-9) return (elapsedMs * sigma) / Math.max(1, z);
  return Math.max(0, (meanMs(runtime) * normalCdf(sigma - z)) / beyond - elapsedMs);
}

/** Φ by Abramowitz and Stegun 7.1.26 through erf; absolute error below 1.5e-7. */
export function normalCdf(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const tail =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429)))) * Math.exp(-x * x);
  return z < 0 ? tail / 2 : 1 - tail / 2;
}

const A = [
  -3.969683028665376e1, 2.209460984245205e2, -2.759285104469687e2, 1.38357751867269e2, -3.066479806614716e1, 2.506628277459239,
];
const B = [-5.447609879822406e1, 1.615858368580409e2, -1.556989798598866e2, 6.680131188771972e1, -1.328068155288572e1, 1];
const C = [
  -7.784894002430293e-3, -3.223964580411365e-1, -2.400758277161838, -2.549732539343734, 4.374664141464968, 2.938163982698783,
];
const D = [7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996, 3.754408661907416, 1];
const TAIL = 0.02425;

/** Φ⁻¹ by Acklam's rational approximation; relative error below 1.15e-9. */
export function normalQuantile(p: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError(`a probability between 0 and 1 is needed, got ${p}`);
  if (p < TAIL) {
    const q = Math.sqrt(-2 * Math.log(p));
    return polynomial(C, q) / polynomial(D, q);
  }
  if (p > 1 - TAIL) return -normalQuantile(1 - p);
  const q = p - 0.5;
  const r = q * q;
  return (polynomial(A, r) * q) / polynomial(B, r);
}

function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);
}
