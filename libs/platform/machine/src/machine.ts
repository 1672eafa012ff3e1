/**
 * A lifecycle as data: one row per state, one cell per event, none left open. `ignore` is a duplicate or a late delivery,
 * `reject` is a caller's mistake.
 */
export type TransitionTable<State extends string, Event extends string> = Readonly<
  Record<State, Readonly<Record<Event, State | 'ignore' | 'reject'>>>
>;

export type Verdict<State extends string> = { kind: 'move'; to: State } | { kind: 'ignore' } | { kind: 'reject' };

export function transition<State extends string, Event extends string>(
  table: TransitionTable<State, Event>,
  state: State,
  event: Event,
): Verdict<State> {
  const cell = table[state][event];
  if (cell === 'ignore') return { kind: 'ignore' };
  if (cell === 'reject') return { kind: 'reject' };
  return { kind: 'move', to: cell as State }; // a cell that is neither word is a state
}

/** All states that some order of events leads to, the first one included. */
export function reachableFrom<State extends string, Event extends string>(
  table: TransitionTable<State, Event>,
  first: State,
): Set<State> {
  const seen = new Set<State>([first]);
  const waiting: State[] = [first];
  for (let state = waiting.pop(); state !== undefined; state = waiting.pop()) {
    for (const event of Object.keys(table[state]) as Event[]) {
      const verdict = transition(table, state, event);
      if (verdict.kind === 'move' && !seen.has(verdict.to)) {
        seen.add(verdict.to);
        waiting.push(verdict.to);
      }
    }
  }
  return seen;
}

/** The diagram that READMEs show. */
export function toMermaid<State extends string, Event extends string>(
  table: TransitionTable<State, Event>,
  first: State,
): string {
  const lines = ['stateDiagram-v2', `  [*] --> ${first}`];
  for (const state of Object.keys(table) as State[]) {
    for (const event of Object.keys(table[state]) as Event[]) {
      const verdict = transition(table, state, event);
      if (verdict.kind === 'move') lines.push(`  ${state} --> ${verdict.to}: ${event}`);
    }
  }
  return lines.join('\n');
}
