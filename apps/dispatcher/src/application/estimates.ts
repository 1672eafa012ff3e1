import type { Clock } from '@stead/platform/clock';
import type { ModelKind, StepStore, UnitOfWork } from './ports';
import type { Run } from '../domain/run';
import type { Runtime } from '../domain/runtime';
import { sizeOf, variantOf, type RuntimeModel } from '../domain/runtime-model';
import { StepTimes, expectedSteps } from '../domain/step-times';

const AGE_MS = 30_000;

/** What decides how long a run takes. */
export type Measurable = Pick<Run, 'pipeline' | 'entrypoint' | 'options' | 'features'>;

/** What is known of how long steps take, kept for half a minute. */
export class Estimates {
  private readonly known = new Map<string, { learned: Map<string, RuntimeModel>; atMs: number }>();

  constructor(
    private readonly work: UnitOfWork,
    private readonly steps: StepStore,
    private readonly clock: Clock,
  ) {}

  async load(runs: readonly Measurable[]): Promise<void> {
    const nowMs = this.clock.monotonicMs();
    for (const run of runs) {
      const kind = modelKindOf(run);
      const key = keyOf(kind);
      const known = this.known.get(key);
      if (known !== undefined && nowMs - known.atMs < AGE_MS) continue;
      const learned = await this.work.read((tx) => this.steps.models(tx, kind));
      this.known.set(key, { learned, atMs: nowMs });
    }
  }

  /** From its first pod to its last. */
  of(run: Measurable): Runtime {
    return this.times(run).whole(this.stepsOf(run));
  }

  times(run: Measurable): StepTimes {
    return new StepTimes(this.learned(run), sizeOf(run.features));
  }

  stepsOf(run: Measurable): readonly string[] {
    return expectedSteps(run.pipeline, run.entrypoint, this.learned(run).keys());
  }

  private learned(run: Measurable): ReadonlyMap<string, RuntimeModel> {
    return this.known.get(keyOf(modelKindOf(run)))?.learned ?? new Map();
  }
}

export function modelKindOf({ pipeline, entrypoint, options }: Measurable): ModelKind {
  return { pipeline, entrypoint, variant: variantOf(options) };
}

function keyOf({ pipeline, entrypoint, variant }: ModelKind): string {
  return `${pipeline} ${entrypoint} ${variant}`;
}
