import { ENTRYPOINTS, PIPELINE, type Entrypoint } from '@stead/contracts/pipeline';
import { meanMs, type Runtime } from './runtime';
import { predict, type RuntimeModel } from './runtime-model';

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
  redact: 4,
};
const UNKNOWN_S = 20;
/** The whole of a run, as if it were a step: some steps run side by side, and pods take a while to start. */
export const WHOLE = '*';

/** What is known of the steps of one kind of run, for one size of the work. */
export class StepTimes {
  constructor(
    private readonly learned: ReadonlyMap<string, RuntimeModel>,
    private readonly size: number,
  ) {}

  of(step: string): Runtime {
    return this.at(step, this.size);
  }

  meanS(step: string): number {
    return meanMs(this.of(step)) / 1000;
  }

  /** From the first pod to the last. */
  whole(steps: readonly string[]): Runtime {
    const priorS = steps.reduce((sum, step) => sum + this.at(step, 0).medianMs / 1000, 0);
    return predict(this.learned.get(WHOLE) ?? null, steps.length === 0 ? UNKNOWN_S : priorS, this.size);
  }

  private at(step: string, size: number): Runtime {
    return predict(this.learned.get(step) ?? null, PRIOR_S[step] ?? UNKNOWN_S, size);
  }
}

/** In the order of the DAG. Of a pipeline that is not ours, the steps that have been seen. */
export function expectedSteps(pipeline: string, entrypoint: Entrypoint, learned: Iterable<string>): readonly string[] {
  return pipeline === PIPELINE ? ENTRYPOINTS[entrypoint] : [...learned].filter((step) => step !== WHOLE);
}
