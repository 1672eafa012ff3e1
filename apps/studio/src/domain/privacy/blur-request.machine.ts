import type { BlurRequestState } from '@stead/contracts/studio';
import type { TransitionTable } from '@stead/platform/machine';

/** `applied`: visitors see the part no more. Declining is possible until then, since what was accepted may turn out to be a mistake. */
export type BlurRequestEvent = 'accept' | 'decline' | 'applied';

export const blurRequestTransitions: TransitionTable<BlurRequestState, BlurRequestEvent> = {
  received: { accept: 'accepted', decline: 'declined', applied: 'ignore' },
  accepted: { accept: 'ignore', decline: 'declined', applied: 'done' },
  done: { accept: 'reject', decline: 'reject', applied: 'ignore' },
  declined: { accept: 'reject', decline: 'ignore', applied: 'ignore' },
};
