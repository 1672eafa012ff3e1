/**
 * What a synthetic write came to: a workflow that is offered with `dryRun=All`. It passes authorization, quotas, admission
 * webhooks and validation as any other, and stops before the storage
 * (<https://kubernetes.io/docs/reference/using-api/api-concepts/#dry-run>). `failed`: the cluster could not, although it
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

/**
 * What real submissions came to. Only they reach the storage: an etcd that has become read-only (its NOSPACE alarm) answers
 * reads and dry runs, and refuses these.
 */
export interface Submissions {
  /** Answered with a failure of the cluster, in a row. */
  failures: number;
  failedMs: number;
  detail: string | null;
}

export const NO_SUBMISSIONS: Submissions = { failures: 0, failedMs: -Infinity, detail: null };

/** `failure`: null for one that was taken. */
export function afterSubmission(submissions: Submissions, failure: string | null, nowMs: number): Submissions {
  if (failure === null) return NO_SUBMISSIONS;
  return { failures: submissions.failures + 1, failedMs: nowMs, detail: failure };
}

/** For a while only: where nothing is submitted any more nothing can show that it would be taken, but a trial. */
export function areRefused({ failures, failedMs }: Submissions, failuresMax: number, forMs: number, nowMs: number): boolean {
  return failures >= failuresMax && nowMs - failedMs < forMs;
}
