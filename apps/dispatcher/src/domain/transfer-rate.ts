/** Bytes a second between two stores before any copy has been measured, unless the operator says otherwise: 100 Mbit/s. */
const PRIOR_BYTES_PER_S = 12_500_000;
/** Looking both stores over, and the first answers. */
const SETUP_MS = 1_000;
/** A smaller copy measures how long stores take to answer, and nothing of the line. */
const SAMPLE_BYTES_MIN = 4 * 1024 * 1024;
/** Later ones weigh at least this much, so that another line shows after some copies and not after hundreds. */
const SAMPLES_MAX = 20;
/** The share of copies that are slower than `slowBytesPerS`. */
const SLOW_SHARE = 0.2;
/** How far one copy moves that figure, as a part of the mean. */
const SLOW_STEP = 0.1;

/** What finished copies from one store to another have shown. */
export interface TransferRate {
  samples: number;
  meanBytesPerS: number;
  /** Four of five copies were faster. */
  slowBytesPerS: number;
}

/** The rate after one more copy; the same one when the copy was too small to tell. */
export function withTransfer(before: TransferRate | null, bytes: number, seconds: number): TransferRate | null {
  if (bytes < SAMPLE_BYTES_MIN || seconds <= 0) return before;
  const rate = bytes / seconds;
  if (before === null) return { samples: 1, meanBytesPerS: rate, slowBytesPerS: rate };
  const samples = before.samples + 1;
  const meanBytesPerS = before.meanBytesPerS + (rate - before.meanBytesPerS) / Math.min(samples, SAMPLES_MAX);
  return { samples, meanBytesPerS, slowBytesPerS: slowAfter(before, rate, meanBytesPerS) };
}

/**
 * A quantile by stochastic approximation (Robbins and Monro, 1951): it rises by the share with each faster copy and falls by
 * the rest with each slower one, so it rests where that share of copies is slower.
 */
function slowAfter({ slowBytesPerS }: TransferRate, rate: number, meanBytesPerS: number): number {
  const step = SLOW_STEP * meanBytesPerS;
  const moved = rate < slowBytesPerS ? slowBytesPerS - step * (1 - SLOW_SHARE) : slowBytesPerS + step * SLOW_SHARE;
  return Math.min(meanBytesPerS, Math.max(meanBytesPerS / 100, moved));
}

/** How long so many bytes are expected to take; 0 for none. `priorMbps` is the operator's guess, in megabits a second. */
export function transferMs(bytes: number, rate: TransferRate | null, priorMbps: number | null): number {
  return durationMs(bytes, rate?.meanBytesPerS, priorMbps);
}

/** The same, with only one of five copies taking longer. */
export function slowTransferMs(bytes: number, rate: TransferRate | null, priorMbps: number | null): number {
  return durationMs(bytes, rate?.slowBytesPerS, priorMbps);
}

function durationMs(bytes: number, learntBytesPerS: number | undefined, priorMbps: number | null): number {
  if (bytes <= 0) return 0;
  const bytesPerS = learntBytesPerS ?? (priorMbps === null ? PRIOR_BYTES_PER_S : (priorMbps * 1e6) / 8);
  return Math.round(SETUP_MS + (1000 * bytes) / bytesPerS);
}
