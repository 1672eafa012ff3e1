import { NotApplicable, Unmet, type Check, type Group, type Outcome } from './check';
import type { Recorder } from './recorder';
import type { Surroundings } from './surroundings';

export interface CheckResult {
  id: string;
  group: Group;
  title: string;
  outcome: Outcome;
  /** What was seen, or why there was nothing to look at. */
  detail: string;
  reference: string;
  dispatcher: string;
  /** What was sent and what was answered, the latest last; of checks that pass nothing is kept. */
  exchanges: readonly string[];
  ms: number;
}

/** A check that never comes back, because a server neither answers nor fails, must not keep the others from running. */
const CHECK_MS = 10 * 60_000;

/** Runs one after the other; stops between two, or in the middle of one, when the signal aborts. */
export async function runChecks(
  checks: readonly Check[],
  on: Surroundings,
  recorder: Recorder,
  signal: AbortSignal,
  onResult: (result: CheckResult) => void,
): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  for (const check of checks) {
    if (signal.aborted) break;
    const needed = results.find(({ id }) => id === check.needs);
    const result = needed?.outcome === 'fail' ? withoutOccasion(check, needed) : await runCheck(check, on, recorder, signal);
    if (signal.aborted) break;
    results.push(result);
    onResult(result);
  }
  return results;
}

async function runCheck(check: Check, on: Surroundings, recorder: Recorder, signal: AbortSignal): Promise<CheckResult> {
  const startedMs = performance.now();
  recorder.restart();
  const [outcome, detail] = await outcomeOf(check, on, signal);
  const exchanges = outcome === 'pass' || outcome === 'not-applicable' ? [] : recorder.lines();
  return { ...about(check), outcome, detail, exchanges, ms: Math.round(performance.now() - startedMs) };
}

async function outcomeOf(check: Check, on: Surroundings, signal: AbortSignal): Promise<[outcome: Outcome, detail: string]> {
  try {
    const seen = await bounded(check.run(on), signal);
    return typeof seen === 'string' ? ['pass', seen] : ['differs', seen.differs];
  } catch (error) {
    if (error instanceof NotApplicable) return ['not-applicable', error.message];
    if (error instanceof Unmet) return ['fail', error.message];
    return ['fail', `it could not be looked at: ${error instanceof Error ? error.message : String(error)}`];
  }
}

function bounded<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`it did not end within ${CHECK_MS / 1000} s`)), CHECK_MS);
    const stop = (): void => reject(new Error('interrupted'));
    signal.addEventListener('abort', stop);
    work.then(resolve, reject).finally(() => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
    });
  });
}

function withoutOccasion(check: Check, needed: CheckResult): CheckResult {
  const detail = `it needs ${needed.id}, which failed`;
  return { ...about(check), outcome: 'not-applicable', detail, exchanges: [], ms: 0 };
}

function about({ id, title, reference, dispatcher }: Check) {
  return { id, group: id.slice(0, id.indexOf('.')) as Group, title, reference, dispatcher }; // ids begin with their group
}
