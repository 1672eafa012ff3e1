import type { PublicationState } from '@stead/contracts/studio';
import type { TransitionTable } from '@stead/platform/machine';

/** What can happen to a publication. `change` is another title, visibility or version; `close` comes with the end of its map. */
export type PublicationEvent = 'publish' | 'change' | 'unpublish' | 'close';

/** What was unpublished keeps its address and can be published again; what was closed is gone for good. */
export const publicationTransitions: TransitionTable<PublicationState, PublicationEvent> = {
  published: { publish: 'ignore', change: 'published', unpublish: 'unpublished', close: 'closed' },
  unpublished: { publish: 'published', change: 'unpublished', unpublish: 'ignore', close: 'closed' },
  closed: { publish: 'reject', change: 'reject', unpublish: 'ignore', close: 'ignore' },
};
