import { EXIT } from '@stead/contracts/pipeline';
import type { StepFailure, StepName } from '@stead/contracts/pipeline';
import { hasCode, messageOf } from '../domain/error-code';
import { Malformed } from '@stead/platform/malformed';
import { StepError } from './step';

/** How the program ends: 143 is what a shell reports for a process that SIGTERM stopped. */
export const EXIT_BUG = 1;
export const EXIT_TERMINATED = 143;

/** SIGTERM: the node is drained or the pod is deleted. Not a failure of the step. */
export class Terminated extends Error {
  constructor() {
    super('The step was asked to stop');
    this.name = 'Terminated';
  }
}

/** Another epoch of the run was started in the meantime; whatever this one makes would not be read. */
export function fencedError(epoch: number): StepError {
  return new StepError('infrastructure', 'fenced', `Epoch ${epoch} of this run was replaced by a later one, so it stops`);
}

/** What anything thrown by a step means to the platform. */
export function toFailure(step: StepName, error: unknown): StepFailure {
  const of = (kind: StepFailure['kind'], code: string, detail: string, advice: string[] = []): StepFailure => ({
    schemaVersion: 1,
    step,
    kind,
    code,
    detail,
    advice,
  });
  if (isDiskFull(error)) {
    return of('infrastructure', 'disk-full', 'The machine that ran this step has no room left on its disk', [
      'Give the step more ephemeral storage, or point TMPDIR to a larger disk',
    ]);
  }
  if (error instanceof StepError) return of(error.kind, error.code, error.message, error.advice);
  if (error instanceof Malformed) return of('data', error.code, error.message);
  return of('bug', 'unexpected', messageOf(error));
}

export function exitCodeOf(failure: StepFailure): number {
  if (failure.kind === 'bug') return EXIT_BUG;
  return failure.kind === 'installation' ? EXIT.infrastructure : EXIT[failure.kind];
}

const CAUSES_MAX = 8;

function isDiskFull(error: unknown): boolean {
  let current: unknown = error;
  for (let depth = 0; depth < CAUSES_MAX && typeof current === 'object' && current !== null; depth += 1) {
    if (hasCode(current, 'ENOSPC', 'EDQUOT')) return true;
    if (/\bENOSPC\b|No space left on device/.test(messageOf(current))) return true;
    current = 'cause' in current ? current.cause : null;
  }
  return false;
}
