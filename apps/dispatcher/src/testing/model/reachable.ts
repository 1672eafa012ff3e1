import type { TransitionTable } from '@stead/platform/machine';
import type { AttemptState, RunState } from '@stead/contracts/dispatcher';

const REACHABLE = new Map<object, Set<string>>();

/** Where one event may lead from a state. */
export function reachable<State extends RunState | AttemptState, Event extends string>(
  table: TransitionTable<State, Event>,
  state: State,
): ReadonlySet<string> {
  const row = table[state];
  const known = REACHABLE.get(row) ?? new Set<string>(Object.values(row));
  REACHABLE.set(row, known);
  return known;
}
