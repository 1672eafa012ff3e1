/** The last intervals between answers, the oldest first. */
export type Intervals = readonly number[];

export interface IntervalPolicy {
  windowMax: number;
  /** What an interval is expected to be; also the least that its mean can be. */
  probeMs: number;
  deviationMinMs: number;
}

/**
 * Takes one more interval. Answers to probes that were sent in between because another was late come quicker than the pace: they
 * say nothing about it, and would make the next ordinary pause look like a death.
 */
export function withInterval(intervals: Intervals, intervalMs: number, { windowMax, probeMs }: IntervalPolicy): Intervals {
  return intervalMs < probeMs / 2 ? intervals : [...intervals.slice(1 - windowMax), intervalMs];
}

/**
 * How unlikely it is that the cluster is well and merely late: φ = −log₁₀(1 − F(t)), where t is the time since the last answer
 * and F the normal distribution with the mean and the deviation of the last intervals. φ 5 means: once in 10⁵ answers it takes
 * so long by itself. After N. Hayashibara, X. Défago, R. Yared, T. Katayama, "The φ Accrual Failure Detector", SRDS 2004, §4.
 */
export function phi(intervals: Intervals, elapsedMs: number, policy: IntervalPolicy): number {
  const { meanMs, deviationMs } = spreadOf(intervals, policy);
  return -log10Tail((elapsedMs - meanMs) / deviationMs);
}

/** With no history yet the pace of the probes stands for it. */
function spreadOf(intervals: Intervals, { probeMs, deviationMinMs }: IntervalPolicy): { meanMs: number; deviationMs: number } {
  if (intervals.length < 2) return { meanMs: probeMs, deviationMs: deviationMinMs };
  const meanMs = intervals.reduce((sum, one) => sum + one, 0) / intervals.length;
  const variance = intervals.reduce((sum, one) => sum + (one - meanMs) ** 2, 0) / intervals.length;
  return { meanMs: Math.max(probeMs, meanMs), deviationMs: Math.max(deviationMinMs, Math.sqrt(variance)) };
}

/** log₁₀ of the chance that a standard normal variable is beyond z. */
function log10Tail(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  if (z >= 0) return (logErfc(x) - Math.LN2) / Math.LN10;
  return Math.log1p(-Math.exp(logErfc(x)) / 2) / Math.LN10;
}

/**
 * ln erfc(x) for x ≥ 0, as a logarithm because erfc itself is 0 beyond x = 27. The Chebyshev fit of Press et al., Numerical
 * Recipes, 2nd edition, §6.2; its relative error is below 1.2·10⁻⁷ everywhere.
 */
function logErfc(x: number): number {
  const t = 1 / (1 + x / 2);
  return Math.log(t) - x * x + FIT.reduceRight((sum, coefficient) => sum * t + coefficient, 0);
}

const FIT = [
  -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223, 0.17087277,
];
