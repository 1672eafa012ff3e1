import fc from 'fast-check';
import { reachableFrom, toMermaid, transition, type TransitionTable, type Verdict } from './machine';

const STATES = ['a', 'b', 'c', 'd', 'e'] as const;
const EVENTS = ['x', 'y', 'z'] as const;
type State = (typeof STATES)[number];
type Event = (typeof EVENTS)[number];

const cell = fc.constantFrom<State | 'ignore' | 'reject'>(...STATES, 'ignore', 'reject');
const row = fc.record<Record<Event, typeof cell extends fc.Arbitrary<infer C> ? C : never>>({ x: cell, y: cell, z: cell });
const table: fc.Arbitrary<TransitionTable<State, Event>> = fc.record({ a: row, b: row, c: row, d: row, e: row });

it('a transition says what its cell says', () => {
  const door: TransitionTable<'open' | 'shut', 'push' | 'pull'> = {
    open: { push: 'ignore', pull: 'shut' },
    shut: { push: 'open', pull: 'reject' },
  };
  expect(transition(door, 'open', 'pull')).toEqual({ kind: 'move', to: 'shut' });
  expect(transition(door, 'open', 'push')).toEqual({ kind: 'ignore' });
  expect(transition(door, 'shut', 'pull')).toEqual({ kind: 'reject' });
  expect(toMermaid(door, 'shut')).toBe('stateDiagram-v2\n  [*] --> shut\n  open --> shut: pull\n  shut --> open: push');
});

it('what is reachable is exactly what orders of events lead to', () => {
  fc.assert(
    fc.property(table, fc.array(fc.constantFrom(...EVENTS), { maxLength: 40 }), (anyTable, events) => {
      const reachable = reachableFrom(anyTable, 'a');
      let state: State = 'a';
      for (const event of events) {
        const verdict: Verdict<State> = transition(anyTable, state, event);
        if (verdict.kind === 'move') state = verdict.to;
        expect(reachable.has(state)).toBe(true);
      }
      // No more than that: each reachable state but the first has a reachable one that leads to it.
      for (const target of reachable) {
        const leads = [...reachable].some((from) => EVENTS.some((event) => anyTable[from][event] === target));
        expect(target === 'a' || leads).toBe(true);
      }
    }),
  );
});

it('the diagram has one arrow per cell that moves', () => {
  fc.assert(
    fc.property(table, (anyTable) => {
      const moves = STATES.flatMap((state) => EVENTS.filter((event) => transition(anyTable, state, event).kind === 'move'));
      expect(toMermaid(anyTable, 'a').split('\n')).toHaveLength(moves.length + 2);
    }),
  );
});
