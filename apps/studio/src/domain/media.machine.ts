import type { MediaState } from '@stead/contracts/studio';
import type { TransitionTable } from '@stead/platform/machine';

/** What can happen to a file of the library. `accept` and `refuse` are what looking into it has come to, perhaps for the second time. */
export type MediaEvent = 'check' | 'accept' | 'refuse' | 'delete';

export const mediaTransitions: TransitionTable<MediaState, MediaEvent> = {
  uploading: { check: 'checking', accept: 'ignore', refuse: 'ignore', delete: 'deleted' },
  checking: { check: 'ignore', accept: 'ready', refuse: 'rejected', delete: 'deleted' },
  ready: { check: 'ignore', accept: 'ignore', refuse: 'ignore', delete: 'deleted' },
  rejected: { check: 'ignore', accept: 'ignore', refuse: 'ignore', delete: 'deleted' },
  deleted: { check: 'reject', accept: 'ignore', refuse: 'ignore', delete: 'ignore' },
};
