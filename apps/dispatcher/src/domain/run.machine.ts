import type { RunState } from '@stead/contracts/dispatcher';
import type { TransitionTable } from '@stead/platform/machine';

/**
 * What can happen to a run. `place`: an attempt was reserved on a cluster. `admit`: its workflow exists there. `silence` and
 * `answer`: its cluster stopped and began to answer. `requeue`: the attempt is over and another one is due. `recover`: a lost
 * attempt was found alive before another one began. `finish`: a workflow of the run says that it succeeded. `verify`: its
 * result was checked. `fail`: the run itself is at fault. `give-up`: retries did not help. `cancel`: its owner wants it to end.
 * `revive`: an operator takes it out of the dead letters.
 */
export type RunEvent =
  | 'place'
  | 'admit'
  | 'silence'
  | 'answer'
  | 'requeue'
  | 'recover'
  | 'finish'
  | 'verify'
  | 'fail'
  | 'give-up'
  | 'cancel'
  | 'revive';

/**
 * Nothing that happens by itself moves a final run. Late news of any kind is dropped; only cancelling what has ended otherwise, and
 * reviving what was not given up on, is a mistake.
 */
const final = {
  place: 'ignore',
  admit: 'ignore',
  silence: 'ignore',
  answer: 'ignore',
  requeue: 'ignore',
  recover: 'ignore',
  finish: 'ignore',
  verify: 'ignore',
  fail: 'ignore',
  'give-up': 'ignore',
  cancel: 'reject',
  revive: 'reject',
} as const;

const ends = { fail: 'failed', 'give-up': 'dead-letter', cancel: 'cancelled', revive: 'reject' } as const;

export const runTransitions: TransitionTable<RunState, RunEvent> = {
  queued: {
    place: 'dispatching',
    admit: 'ignore',
    silence: 'ignore',
    answer: 'ignore',
    requeue: 'ignore',
    recover: 'active',
    // An attempt that was given up turns out to have finished: the first finisher wins.
    finish: 'verifying',
    verify: 'reject',
    ...ends,
  },
  dispatching: {
    place: 'reject',
    admit: 'active',
    silence: 'ignore',
    answer: 'ignore',
    requeue: 'queued',
    recover: 'ignore',
    finish: 'verifying',
    verify: 'reject',
    ...ends,
  },
  active: {
    place: 'reject',
    admit: 'ignore',
    silence: 'uncertain',
    answer: 'ignore',
    requeue: 'queued',
    recover: 'ignore',
    finish: 'verifying',
    verify: 'reject',
    ...ends,
  },
  uncertain: {
    place: 'reject',
    admit: 'ignore',
    silence: 'ignore',
    answer: 'active',
    requeue: 'queued',
    recover: 'ignore',
    finish: 'verifying',
    verify: 'reject',
    ...ends,
  },
  verifying: {
    place: 'reject',
    admit: 'ignore',
    silence: 'ignore',
    answer: 'ignore',
    // The workflow said "succeeded" and its result is missing or damaged.
    requeue: 'queued',
    recover: 'ignore',
    finish: 'ignore',
    verify: 'succeeded',
    ...ends,
  },
  succeeded: final,
  failed: final,
  cancelled: { ...final, cancel: 'ignore' },
  'dead-letter': { ...final, revive: 'queued' },
};

export const FINAL_RUN_STATES: ReadonlySet<RunState> = new Set(['succeeded', 'failed', 'cancelled', 'dead-letter']);

export function isFinal(state: RunState): boolean {
  return FINAL_RUN_STATES.has(state);
}
