/**
 * What a synthetic write came to: a workflow that is admitted and not stored. `failed`: the cluster could not, although it
 * should. `refused`: it says that our set-up is wrong. `inconclusive`: says nothing about whether it would store one.
 */
export type WriteOutcome = { kind: 'accepted' } | { kind: 'failed' | 'refused' | 'inconclusive'; detail: string };

/** `untellable`: asking gives no answer to build on, so nothing is held against the cluster. */
export type WriteVerdict = 'untested' | 'passed' | 'untellable' | 'failing' | 'refused';

export interface WriteSignal {
  verdict: WriteVerdict;
  /** In a row. */
  failures: number;
  detail: string | null;
}

export const UNTESTED: WriteSignal = { verdict: 'untested', failures: 0, detail: null };

/** One write that fails changes nothing: it may have been the line, and the next one follows soon. */
export function afterWrite(signal: WriteSignal, outcome: WriteOutcome, failuresMax: number): WriteSignal {
  switch (outcome.kind) {
    case 'accepted':
      return { verdict: 'passed', failures: 0, detail: null };
    case 'inconclusive':
      return { verdict: 'untellable', failures: 0, detail: outcome.detail };
    case 'refused':
      return { verdict: 'refused', failures: 0, detail: outcome.detail };
    case 'failed': {
      const failures = signal.failures + 1;
      if (failures < failuresMax) return { ...signal, failures };
      return { verdict: 'failing', failures, detail: outcome.detail };
    }
  }
}

export function wouldTakeWork({ verdict }: WriteSignal): boolean {
  return verdict === 'passed' || verdict === 'untellable';
}

/** Nothing to worry about: the slow pace will do. */
export function isSettled(signal: WriteSignal): boolean {
  return wouldTakeWork(signal) && signal.failures === 0;
}
