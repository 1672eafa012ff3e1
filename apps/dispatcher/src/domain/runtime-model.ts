import type { PipelineOptions } from '@stead/contracts/pipeline';
import { PRESETS } from '@stead/contracts/pipeline';
import type { Features } from './run';
import type { Runtime } from './runtime';

/**
 * How the time of a step grows with the size of the work, learned one finished step after the other: a line through
 * log(seconds) over log(size), kept as its sums. Older samples fade, so that faster machines show after some runs.
 */
export interface RuntimeModel {
  n: number;
  sx: number;
  sy: number;
  sxx: number;
  sxy: number;
  syy: number;
}

const EMPTY: RuntimeModel = { n: 0, sx: 0, sy: 0, sxx: 0, sxy: 0, syy: 0 };
/** Weight that a sample keeps with each later one: about the last fifty count. */
const FADE = 0.98;
/** The sample capture's: there, times before any sample are those of docs/figures.md. */
const REFERENCE_MEGAPIXELS = 40;
const REFERENCE_POINTS = 1_000_000;
const REFERENCE_BYTES = 40e6;
const SECONDS_MIN = 0.05;

/** How sure the prior is of its intercept and its slope, in samples; and of the spread around them. */
const INTERCEPT_SAMPLES = 0.1;
const SLOPE_SAMPLES = 4;
const SLOPE = 0.9;
const SHAPE = 3;
const SIGMA = 0.5;

/** log of the work's size, 0 at that of the sample capture. */
export function sizeOf({ megapixels, points, bytes }: Features): number {
  const size =
    points !== null
      ? points / REFERENCE_POINTS
      : megapixels !== null
        ? megapixels / REFERENCE_MEGAPIXELS
        : bytes / REFERENCE_BYTES;
  return Math.log(Math.max(1e-3, size));
}

/** Runs with other options are other work: each preset is learned by itself, and everything else together. */
export function variantOf(options: PipelineOptions): string {
  const known = VARIANTS.get(options);
  if (known !== undefined) return known;
  const variant = PRESET_BY_TEXT.get(textOf(options)) ?? 'custom';
  VARIANTS.set(options, variant);
  return variant;
}

/** Asked for every live run many times a second. */
const VARIANTS = new WeakMap<PipelineOptions, string>();

function textOf(options: PipelineOptions): string {
  return JSON.stringify(Object.entries(options).sort(([a], [b]) => (a < b ? -1 : 1)));
}

const PRESET_BY_TEXT: ReadonlyMap<string, string> = new Map(
  Object.entries(PRESETS).map(([preset, options]) => [textOf(options), preset]),
);

export function withSample(before: RuntimeModel | null, size: number, seconds: number): RuntimeModel {
  const { n, sx, sy, sxx, sxy, syy } = before ?? EMPTY;
  const y = Math.log(Math.max(SECONDS_MIN, seconds));
  return {
    n: n * FADE + 1,
    sx: sx * FADE + size,
    sy: sy * FADE + y,
    sxx: sxx * FADE + size * size,
    sxy: sxy * FADE + size * y,
    syy: syy * FADE + y * y,
  };
}

/**
 * Posterior predictive of a Bayesian line with a normal-inverse-gamma prior, its Student's t taken as a normal of the same
 * variance (Bishop, "Pattern Recognition and Machine Learning", 3.3 and 2.3.6). Without any sample it is the prior: `priorS`
 * at the reference size, growing a little slower than the work.
 */
export function predict(model: RuntimeModel | null, priorS: number, size: number): Runtime {
  const { n, sx, sy, sxx, sxy, syy } = model ?? EMPTY;
  const prior = Math.log(Math.max(SECONDS_MIN, priorS));
  // Precision matrix, its inverse, and the line (intercept, slope).
  const [a, b, d] = [INTERCEPT_SAMPLES + n, sx, SLOPE_SAMPLES + sxx];
  const determinant = a * d - b * b;
  const u = INTERCEPT_SAMPLES * prior + sy;
  const v = SLOPE_SAMPLES * SLOPE + sxy;
  const intercept = (d * u - b * v) / determinant;
  const slope = (a * v - b * u) / determinant;
  const shape = SHAPE + n / 2;
  const priorTerm = INTERCEPT_SAMPLES * prior ** 2 + SLOPE_SAMPLES * SLOPE ** 2;
  const explained = a * intercept ** 2 + 2 * b * intercept * slope + d * slope ** 2;
  const rate = SIGMA ** 2 * (SHAPE - 1) + Math.max(0, syy + priorTerm - explained) / 2;
  const leverage = (d - 2 * b * size + a * size ** 2) / determinant;
  // With no sample the intercept is a guess of the sample capture's, not a tenth of one: its leverage would say "anything".
  const spread = Math.min(1, leverage);
  const variance = (rate / shape) * (1 + spread) * (shape / (shape - 1));
  return { medianMs: 1000 * Math.exp(intercept + slope * size), sigma: Math.sqrt(variance) };
}
