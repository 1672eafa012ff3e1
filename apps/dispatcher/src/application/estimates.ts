import type { CaptureKind } from '@stead/contracts/pipeline';
import type { Clock } from '@stead/platform/clock';
import type { StepStore, UnitOfWork } from './ports';
import type { Run } from '../domain/run';
import { StepTimes, expectedSteps, type StepTime } from '../domain/step-times';

const AGE_MS = 30_000;

/** What is known of how long steps take, kept for half a minute. */
export class Estimates {
  private readonly known = new Map<string, { learned: Map<string, StepTime>; atMs: number }>();

  constructor(
    private readonly work: UnitOfWork,
    private readonly steps: StepStore,
    private readonly clock: Clock,
  ) {}

  async load(runs: readonly Pick<Run, 'pipeline' | 'entrypoint'>[]): Promise<void> {
    const nowMs = this.clock.monotonicMs();
    for (const { pipeline, entrypoint } of runs) {
      const key = keyOf(pipeline, entrypoint);
      const known = this.known.get(key);
      if (known !== undefined && nowMs - known.atMs < AGE_MS) continue;
      const learned = await this.work.read((tx) => this.steps.times(tx, pipeline, entrypoint));
      this.known.set(key, { learned, atMs: nowMs });
    }
  }

  /** Expected time of a whole run, in milliseconds. */
  of(run: Pick<Run, 'pipeline' | 'entrypoint'>): number {
    return this.times(run).totalMs(this.stepsOf(run));
  }

  times({ pipeline, entrypoint }: Pick<Run, 'pipeline' | 'entrypoint'>): StepTimes {
    return new StepTimes(this.known.get(keyOf(pipeline, entrypoint))?.learned ?? new Map());
  }

  stepsOf({ pipeline, entrypoint }: Pick<Run, 'pipeline' | 'entrypoint'>): readonly string[] {
    return expectedSteps(pipeline, entrypoint, this.known.get(keyOf(pipeline, entrypoint))?.learned.keys() ?? []);
  }
}

function keyOf(pipeline: string, entrypoint: CaptureKind): string {
  return `${pipeline} ${entrypoint}`;
}
