import type { MediaState } from '@stead/contracts/studio';
import { reachableFrom, transition } from '@stead/platform/machine';
import { mediaTransitions, type MediaEvent } from './media.machine';

const states = Object.keys(mediaTransitions) as MediaState[];
const events = Object.keys(mediaTransitions.uploading) as MediaEvent[];

describe('the lifecycle of a file of the library', () => {
  it.each(states.flatMap((state) => events.map((event) => [state, event] as const)))('decides %s on %s', (state, event) => {
    const cell = mediaTransitions[state][event];
    const verdict = transition(mediaTransitions, state, event);
    expect(verdict).toEqual(cell === 'ignore' || cell === 'reject' ? { kind: cell } : { kind: 'move', to: cell });
  });

  it('reaches every state, and stays deleted', () => {
    expect([...reachableFrom(mediaTransitions, 'uploading')].sort()).toEqual([...states].sort());
    expect([...reachableFrom(mediaTransitions, 'deleted')]).toEqual(['deleted']);
  });

  it('is ready only after it was looked into', () => {
    expect(states.filter((state) => Object.values(mediaTransitions[state]).includes('ready'))).toEqual(['checking']);
  });
});
