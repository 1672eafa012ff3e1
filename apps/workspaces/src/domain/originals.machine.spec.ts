import fc from 'fast-check';
import type { OriginalsState } from '@stead/contracts/workspaces';
import { reachableFrom, transition, type Verdict } from '@stead/platform/machine';
import { originalsTransitions, type OriginalsEvent } from './originals.machine';

const states = Object.keys(originalsTransitions) as OriginalsState[];
const events = Object.keys(originalsTransitions.present) as OriginalsEvent[];

describe('the lifecycle of the originals of a capture', () => {
  it.each(states.flatMap((state) => events.map((event) => [state, event] as const)))('decides %s on %s', (state, event) => {
    const cell = originalsTransitions[state][event];
    const verdict = transition(originalsTransitions, state, event);
    expect(verdict).toEqual(cell === 'ignore' || cell === 'reject' ? { kind: cell } : { kind: 'move', to: cell });
  });

  it('reaches every state', () => {
    expect([...reachableFrom(originalsTransitions, 'present')].sort()).toEqual([...states].sort());
  });

  it('never brings originals back, and lets their deletion win in every state', () => {
    const order: readonly OriginalsState[] = ['present', 'erasing', 'erased', 'deleted'];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...events), { maxLength: 30 }), (happening) => {
        let state: OriginalsState = 'present';
        for (const event of happening) {
          const verdict: Verdict<OriginalsState> = transition(originalsTransitions, state, event);
          const next: OriginalsState = verdict.kind === 'move' ? verdict.to : state;
          expect(order.indexOf(next)).toBeGreaterThanOrEqual(order.indexOf(state));
          if (event === 'delete') expect(next).toBe('deleted');
          state = next;
        }
      }),
    );
  });

  it('calls nothing erased that was not being erased', () => {
    expect(transition(originalsTransitions, 'present', 'finish').kind).toBe('reject');
  });
});
