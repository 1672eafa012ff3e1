/** How long one machine took, from the wish for it to its being ready for pods. */
export interface BootSample {
  /** The uid of its claim: the same machine counts once, however often it is seen. */
  claim: string;
  bootMs: number;
}

export type BootQuantile = 'p50' | 'p90';

/** What is older says little about images, regions and machine types of today. */
const SAMPLES_MAX = 50;
/** With fewer than this, what the operator said fills up. */
const SAMPLES_MIN = 5;
/** Where nobody has seen a boot, nearly all are over after twice the time that the operator expects. */
const PRIOR_P90_FACTOR = 2;
const RANK: Readonly<Record<BootQuantile, number>> = { p50: 0.5, p90: 0.9 };

/** With one more boot; the oldest is forgotten, and a machine that is known changes nothing. */
export function withBoot(samples: readonly BootSample[], sample: BootSample): readonly BootSample[] {
  if (samples.some(({ claim }) => claim === sample.claim)) return samples;
  return [...samples, sample].slice(-SAMPLES_MAX);
}

/** Within how long half of the machines, or nine of ten, are ready. `priorMs`: what the operator expects. */
export function bootQuantileMs(samples: readonly BootSample[], priorMs: number, quantile: BootQuantile): number {
  return rank(filledUp(samples, priorMs), RANK[quantile]);
}

/**
 * How much longer a machine takes that was asked for `ageMs` ago: of the boots that lasted at least as long, the quantile. One
 * that takes longer than any before may come at any moment, or never.
 */
export function remainingBootMs(samples: readonly BootSample[], priorMs: number, ageMs: number, quantile: BootQuantile): number {
  const all = filledUp(samples, priorMs);
  const longer = all.filter((bootMs) => bootMs > ageMs);
  if (longer.length > 0) return rank(longer, RANK[quantile]) - ageMs;
  return rank(all, 0.5) * (quantile === 'p50' ? 0.25 : 1);
}

function filledUp(samples: readonly BootSample[], priorMs: number): number[] {
  const missing = Math.max(0, SAMPLES_MIN - samples.length);
  const prior = Array.from({ length: missing }, (_, i) => (i === 0 ? priorMs * PRIOR_P90_FACTOR : priorMs));
  return [...samples.map(({ bootMs }) => bootMs), ...prior].sort((a, b) => a - b);
}

/** The nearest rank: a value that occurred. */
function rank(ascending: readonly number[], part: number): number {
  return ascending[Math.max(0, Math.ceil(part * ascending.length) - 1)] ?? 0;
}
