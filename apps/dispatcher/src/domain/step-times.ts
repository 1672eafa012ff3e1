import { ENTRYPOINTS, PIPELINE, type CaptureKind } from '@stead/contracts/pipeline';

/**
 * Seconds that steps take before any has been seen: those of the sample capture on two cores (docs/figures.md), generously
 * rounded, and forgotten after the first few runs.
 */
const PRIOR_S: Readonly<Record<string, number>> = {
  ingest: 2,
  frames: 5,
  anonymize: 8,
  reconstruct: 15,
  densify: 12,
  georeference: 1,
  tile: 2,
  plan: 2,
  localisation: 3,
  bundle: 2,
};
const UNKNOWN_S = 20;
/** Later ones weigh at least this much, so that a faster machine shows after some runs and not after hundreds. */
const SAMPLES_MAX = 20;

export interface StepTime {
  samples: number;
  meanS: number;
}

/** Learned means of one pipeline and entrypoint, by step. */
export class StepTimes {
  constructor(private readonly learned: ReadonlyMap<string, StepTime>) {}

  meanS(step: string): number {
    return this.learned.get(step)?.meanS ?? PRIOR_S[step] ?? UNKNOWN_S;
  }

  /** The whole of a run, one step after the other. */
  totalMs(steps: readonly string[]): number {
    return 1000 * steps.reduce((sum, step) => sum + this.meanS(step), 0);
  }
}

/** In the order of the DAG. Of a pipeline that is not ours, the steps that have been seen. */
export function expectedSteps(pipeline: string, entrypoint: CaptureKind, learned: Iterable<string>): readonly string[] {
  return pipeline === PIPELINE ? ENTRYPOINTS[entrypoint] : [...learned];
}

/** The mean after one more sample. */
export function withSample(before: StepTime | null, seconds: number): StepTime {
  if (before === null) return { samples: 1, meanS: seconds };
  const samples = before.samples + 1;
  return { samples, meanS: before.meanS + (seconds - before.meanS) / Math.min(samples, SAMPLES_MAX) };
}
