import type { TransitionTable } from '@stead/platform/machine';

/**
 * `planned`: somebody needs the objects elsewhere. `copying`: they are on their way, perhaps waiting for a store that is silent.
 * `done`: everything was there. `failed`: copying more would not help, `detail` says why. `abandoned`: nobody needs it any more.
 */
export type ReplicationState = 'planned' | 'copying' | 'done' | 'failed' | 'abandoned';

/**
 * `want`: somebody needs more than was asked for before, or needs it again. `start`: the first look at both stores. `finish`,
 * `fail`, `abandon`: how it ended.
 */
export type ReplicationEvent = 'want' | 'start' | 'finish' | 'fail' | 'abandon';

/** News of a copy that was ended meanwhile is late. Whoever needs the objects again begins again: what is there is recognised. */
const over = { want: 'planned', start: 'ignore', finish: 'ignore', fail: 'ignore', abandon: 'ignore' } as const;

export const replicationTransitions: TransitionTable<ReplicationState, ReplicationEvent> = {
  planned: {
    want: 'ignore',
    start: 'copying',
    // Nobody can have finished what nobody has started.
    finish: 'reject',
    fail: 'failed',
    abandon: 'abandoned',
  },
  copying: {
    // What was looked together is not enough any more: the one who copies is told by the revision, and looks again.
    want: 'planned',
    // A successor of a process that was killed goes on.
    start: 'ignore',
    finish: 'done',
    fail: 'failed',
    abandon: 'abandoned',
  },
  done: over,
  failed: over,
  abandoned: over,
};

export function isOpen(state: ReplicationState): boolean {
  return state === 'planned' || state === 'copying';
}
