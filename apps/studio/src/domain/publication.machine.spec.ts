import fc from 'fast-check';
import type { PublicationState } from '@stead/contracts/studio';
import { reachableFrom, transition, type Verdict } from '@stead/platform/machine';
import { publicationTransitions, type PublicationEvent } from './publication.machine';

const states = Object.keys(publicationTransitions) as PublicationState[];
const events = Object.keys(publicationTransitions.published) as PublicationEvent[];

describe('the lifecycle of a publication', () => {
  it.each(states.flatMap((state) => events.map((event) => [state, event] as const)))('decides %s on %s', (state, event) => {
    const cell = publicationTransitions[state][event];
    const verdict = transition(publicationTransitions, state, event);
    expect(verdict).toEqual(cell === 'ignore' || cell === 'reject' ? { kind: cell } : { kind: 'move', to: cell });
  });

  it('reaches every state', () => {
    expect([...reachableFrom(publicationTransitions, 'published')].sort()).toEqual([...states].sort());
  });

  it('is over when it is closed, whatever comes', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...events), { maxLength: 20 }), (after) => {
        let state: PublicationState = 'closed';
        for (const event of after) {
          const verdict: Verdict<PublicationState> = transition(publicationTransitions, state, event);
          if (verdict.kind === 'move') state = verdict.to;
        }
        expect(state).toBe('closed');
      }),
    );
  });

  it('shows nothing after an unpublish until somebody publishes again', () => {
    const quiet = events.filter((event) => event !== 'publish');
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...quiet), { maxLength: 20 }), (after) => {
        let state: PublicationState = 'unpublished';
        for (const event of after) {
          const verdict: Verdict<PublicationState> = transition(publicationTransitions, state, event);
          if (verdict.kind === 'move') state = verdict.to;
        }
        expect(state).not.toBe('published');
      }),
    );
  });
});
