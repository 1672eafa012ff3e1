import type { ShareLinkState } from '@stead/contracts/studio';
import type { TransitionTable } from '@stead/platform/machine';

/** What can happen to a share link. That its time is over, or its views are used up, is seen when somebody comes: no event says it. */
export type ShareLinkEvent = 'change' | 'revoke';

/** What was revoked is not given back: somebody may have been told that the address is dead. */
export const shareLinkTransitions: TransitionTable<ShareLinkState, ShareLinkEvent> = {
  active: { change: 'active', revoke: 'revoked' },
  revoked: { change: 'reject', revoke: 'ignore' },
};
