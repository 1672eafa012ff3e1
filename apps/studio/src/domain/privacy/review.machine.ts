import type { ErasureState, ReviewState } from '@stead/contracts/studio';
import type { TransitionTable } from '@stead/platform/machine';

/**
 * What can happen to a review. `decide` is any change of what is to be covered. `apply` asks for a version in which it is; `applied`
 * and `failed` are what has come of that, perhaps told twice. `close` is the end of the map.
 */
export type ReviewEvent = 'read' | 'decide' | 'apply' | 'applied' | 'failed' | 'approve' | 'reopen' | 'close';

export const reviewTransitions: TransitionTable<ReviewState, ReviewEvent> = {
  reading: {
    ...{
      read: 'open',
      decide: 'reject',
      apply: 'reject',
      applied: 'ignore',
      failed: 'ignore',
      approve: 'reject',
      reopen: 'reject',
    },
    close: 'closed',
  },
  open: {
    ...{
      read: 'ignore',
      decide: 'open',
      apply: 'applying',
      applied: 'ignore',
      failed: 'ignore',
      approve: 'approved',
      reopen: 'ignore',
    },
    close: 'closed',
  },
  applying: {
    ...{
      read: 'ignore',
      decide: 'reject',
      apply: 'ignore',
      applied: 'open',
      failed: 'open',
      approve: 'reject',
      reopen: 'reject',
    },
    close: 'closed',
  },
  approved: {
    ...{
      read: 'ignore',
      decide: 'reject',
      apply: 'reject',
      applied: 'ignore',
      failed: 'ignore',
      approve: 'ignore',
      reopen: 'open',
    },
    close: 'closed',
  },
  closed: {
    ...{
      read: 'ignore',
      decide: 'reject',
      apply: 'reject',
      applied: 'ignore',
      failed: 'ignore',
      approve: 'reject',
      reopen: 'reject',
    },
    close: 'ignore',
  },
};

/** What can happen to the originals that a review was made of: `schedule` at an approval, `spare` where the review goes on. */
export type ErasureEvent = 'schedule' | 'spare' | 'order' | 'confirm';

export const erasureTransitions: TransitionTable<ErasureState, ErasureEvent> = {
  kept: { schedule: 'due', spare: 'ignore', order: 'reject', confirm: 'erased' },
  due: { schedule: 'due', spare: 'kept', order: 'ordered', confirm: 'erased' },
  // What was ordered is on its way: nothing calls it back.
  ordered: { schedule: 'ignore', spare: 'ignore', order: 'ignore', confirm: 'erased' },
  erased: { schedule: 'ignore', spare: 'ignore', order: 'ignore', confirm: 'ignore' },
};
