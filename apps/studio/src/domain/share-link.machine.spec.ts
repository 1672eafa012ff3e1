import type { ShareLinkState } from '@stead/contracts/studio';
import { reachableFrom, transition } from '@stead/platform/machine';
import { shareLinkTransitions, type ShareLinkEvent } from './share-link.machine';

const states = Object.keys(shareLinkTransitions) as ShareLinkState[];
const events = Object.keys(shareLinkTransitions.active) as ShareLinkEvent[];

describe('the lifecycle of a share link', () => {
  it.each(states.flatMap((state) => events.map((event) => [state, event] as const)))('decides %s on %s', (state, event) => {
    const cell = shareLinkTransitions[state][event];
    const verdict = transition(shareLinkTransitions, state, event);
    expect(verdict).toEqual(cell === 'ignore' || cell === 'reject' ? { kind: cell } : { kind: 'move', to: cell });
  });

  it('has no way back from what was revoked', () => {
    expect([...reachableFrom(shareLinkTransitions, 'active')].sort()).toEqual([...states].sort());
    expect([...reachableFrom(shareLinkTransitions, 'revoked')]).toEqual(['revoked']);
  });
});
