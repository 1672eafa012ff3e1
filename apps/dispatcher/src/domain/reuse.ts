import { STEPS, stepNameSchema } from '@stead/contracts/pipeline';
import type { Attempt } from './run';

const REUSE_EPOCHS_MAX = 50;

/** Earlier epochs that got as far as a cluster, newest first: their finished steps can be taken over. */
export function reusableEpochs(attempts: readonly Attempt[], before: number): number[] {
  return attempts
    .filter((attempt) => attempt.epoch < before && attempt.intentAt !== null && attempt.state !== 'rejected')
    .map((attempt) => attempt.epoch)
    .sort((a, b) => b - a)
    .slice(0, REUSE_EPOCHS_MAX);
}

/**
 * Whether a step of an attempt may take over the record of that step from another attempt: `bundle` names its own epoch and
 * is always made anew, and what the owner wants done again is done again. The pipeline decides; this saves copying in vain.
 */
export function isWorthCopying(step: string, ownRun: boolean, fromStep: string | null): boolean {
  if (step === 'bundle') return false;
  if (ownRun || fromStep === null) return true;
  const [name, from] = [stepNameSchema.safeParse(step), stepNameSchema.safeParse(fromStep)];
  return !name.success || !from.success || STEPS.indexOf(name.data) < STEPS.indexOf(from.data);
}
