import type { OriginalsState } from '@stead/contracts/workspaces';
import { transition, type TransitionTable } from '@stead/platform/machine';

/** `erase` is the order, `finish` says that no byte is left; `delete` is that of the whole capture, and wins over both. */
export type OriginalsEvent = 'erase' | 'finish' | 'delete';

/**
 * What lies in the store of a capture's files. There is no way back from `erasing`: the key goes first, and without it the bytes
 * are noise, whatever else still has to be done.
 */
export const originalsTransitions: TransitionTable<OriginalsState, OriginalsEvent> = {
  present: { erase: 'erasing', finish: 'reject', delete: 'deleted' },
  erasing: { erase: 'ignore', finish: 'erased', delete: 'deleted' },
  erased: { erase: 'ignore', finish: 'ignore', delete: 'deleted' },
  deleted: { erase: 'ignore', finish: 'ignore', delete: 'ignore' },
};

/** Of a capture that is deleted as a whole. */
export function originalsOnceDeleted(state: OriginalsState): OriginalsState {
  const verdict = transition(originalsTransitions, state, 'delete');
  return verdict.kind === 'move' ? verdict.to : state;
}
