import type { AttemptState } from '@stead/contracts/dispatcher';
import type { TransitionTable } from '@stead/platform/machine';

/**
 * What can happen to an attempt. `intend`: what will be posted is committed. `create`: the cluster has the workflow. `start`: a
 * pod of it runs. `finish`: the workflow has ended. `lose`: the run goes on without it, and what may be left of it on its
 * cluster has to be swept. `recover`: it was found alive and the run takes it back. `fence`: nothing of it is left that could
 * still do harm. `refuse`: the cluster said no, so nothing was made.
 */
export type AttemptEvent = 'intend' | 'create' | 'start' | 'finish' | 'lose' | 'recover' | 'fence' | 'refuse';

const over = {
  intend: 'reject',
  create: 'ignore',
  start: 'ignore',
  finish: 'ignore',
  lose: 'ignore',
  recover: 'ignore',
  fence: 'ignore',
  refuse: 'ignore',
} as const;

export const attemptTransitions: TransitionTable<AttemptState, AttemptEvent> = {
  reserved: {
    intend: 'intent',
    create: 'reject',
    start: 'reject',
    finish: 'reject',
    // Nothing can have been posted without a committed intent, so there is nothing to sweep.
    lose: 'fenced',
    recover: 'reject',
    fence: 'fenced',
    refuse: 'rejected',
  },
  intent: {
    intend: 'ignore',
    create: 'created',
    start: 'running',
    finish: 'done',
    lose: 'lost',
    recover: 'ignore',
    fence: 'reject',
    refuse: 'rejected',
  },
  created: {
    intend: 'reject',
    create: 'ignore',
    start: 'running',
    finish: 'done',
    lose: 'lost',
    recover: 'ignore',
    fence: 'reject',
    refuse: 'reject',
  },
  running: {
    intend: 'reject',
    create: 'ignore',
    start: 'ignore',
    finish: 'done',
    lose: 'lost',
    recover: 'ignore',
    fence: 'reject',
    refuse: 'reject',
  },
  lost: {
    intend: 'reject',
    create: 'ignore',
    start: 'ignore',
    finish: 'done',
    lose: 'ignore',
    recover: 'running',
    fence: 'fenced',
    refuse: 'ignore',
  },
  done: over,
  fenced: over,
  rejected: over,
};

/** States in which an attempt holds room on its cluster and may still publish. */
export const LIVE_ATTEMPT_STATES: readonly AttemptState[] = ['reserved', 'intent', 'created', 'running'];

export function isLive(state: AttemptState): boolean {
  return LIVE_ATTEMPT_STATES.includes(state);
}

/** States that nothing leaves: what the attempt has used is known for good. */
export function isOver(state: AttemptState): boolean {
  return state === 'done' || state === 'fenced' || state === 'rejected';
}
