import type { ClusterHealth } from '@stead/contracts/dispatcher';
import type { TransitionTable } from '@stead/platform/machine';

/**
 * What is found out about a cluster. `answer`: it answers, takes writes, and has nothing to prove. `return`: it does so again
 * after it was gone, and has to prove itself. `doubt`: its answer is late. `silence`: it gives no sign of life. `refuse`: it says
 * that our set-up is wrong. `impair`: it answers and could do no work. `fail`: a trial run failed, by the cluster's fault.
 * `trust`: the trials have proved it.
 */
export type HealthEvent = 'answer' | 'return' | 'doubt' | 'silence' | 'refuse' | 'impair' | 'fail' | 'trust';

/** Trials are over, or were never asked for. */
const noTrials = { fail: 'ignore', trust: 'ignore' } as const;

export const healthTransitions: TransitionTable<ClusterHealth, HealthEvent> = {
  unknown: {
    ...noTrials,
    answer: 'ok',
    return: 'half-open',
    doubt: 'ignore',
    silence: 'open',
    refuse: 'misconfigured',
    impair: 'degraded',
  },
  ok: {
    ...noTrials,
    answer: 'ignore',
    return: 'reject',
    doubt: 'suspect',
    silence: 'open',
    refuse: 'misconfigured',
    impair: 'degraded',
  },
  suspect: {
    ...noTrials,
    answer: 'ok',
    return: 'half-open',
    doubt: 'ignore',
    silence: 'open',
    refuse: 'misconfigured',
    impair: 'degraded',
  },
  // Whatever it answers, it has been gone: work that was given up there may still go on, so there is no way back to `ok` but
  // through trials.
  open: {
    ...noTrials,
    answer: 'reject',
    return: 'half-open',
    doubt: 'ignore',
    silence: 'ignore',
    refuse: 'misconfigured',
    impair: 'degraded',
  },
  'half-open': {
    answer: 'reject',
    return: 'ignore',
    doubt: 'suspect',
    silence: 'open',
    refuse: 'misconfigured',
    impair: 'degraded',
    fail: 'degraded',
    trust: 'ok',
  },
  misconfigured: {
    ...noTrials,
    answer: 'ok',
    return: 'half-open',
    doubt: 'ignore',
    silence: 'open',
    refuse: 'ignore',
    impair: 'degraded',
  },
  degraded: {
    ...noTrials,
    answer: 'reject',
    return: 'half-open',
    doubt: 'ignore',
    silence: 'open',
    refuse: 'misconfigured',
    impair: 'ignore',
  },
};
