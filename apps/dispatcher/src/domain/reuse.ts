import { ENTRYPOINTS, STEPS, stepNameSchema, type Entrypoint, type StepName } from '@stead/contracts/pipeline';
import type { Attempt } from './run';

const REUSE_EPOCHS_MAX = 50;
/** Steps whose files are a bundle: the last of each entrypoint. */
const PUBLISHING: ReadonlySet<string> = new Set(Object.values(ENTRYPOINTS).flatMap((steps) => steps.slice(-1)));

/** Earlier epochs that got as far as a cluster, newest first: their finished steps can be taken over. */
export function reusableEpochs(attempts: readonly Attempt[], before: number): number[] {
  return attempts
    .filter((attempt) => attempt.epoch < before && attempt.intentAt !== null && attempt.state !== 'rejected')
    .map((attempt) => attempt.epoch)
    .sort((a, b) => b - a)
    .slice(0, REUSE_EPOCHS_MAX);
}

export function publishes(step: string): boolean {
  return PUBLISHING.has(step);
}

/** The step of a run that makes its bundle. */
export function publishingStep(entrypoint: Entrypoint): StepName {
  return ENTRYPOINTS[entrypoint].at(-1) ?? 'bundle';
}

/**
 * Whether a step of an attempt may take over the record of that step from another attempt: what makes a bundle names its own epoch
 * and is always made anew, and what the owner wants done again is done again. The pipeline decides; this saves copying in vain.
 */
export function isWorthCopying(step: string, ownRun: boolean, fromStep: string | null): boolean {
  if (publishes(step)) return false;
  if (ownRun || fromStep === null) return true;
  const [name, from] = [stepNameSchema.safeParse(step), stepNameSchema.safeParse(fromStep)];
  return !name.success || !from.success || STEPS.indexOf(name.data) < STEPS.indexOf(from.data);
}
