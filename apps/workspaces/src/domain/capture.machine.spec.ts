import fc from 'fast-check';
import type { CaptureState } from '@stead/contracts/workspaces';
import { reachableFrom, transition, type Verdict } from '@stead/platform/machine';
import { captureTransitions, type CaptureEvent } from './capture.machine';

const states = Object.keys(captureTransitions) as CaptureState[];
const events = Object.keys(captureTransitions.uploading) as CaptureEvent[];

describe('the lifecycle of a capture', () => {
  it.each(states.flatMap((state) => events.map((event) => [state, event] as const)))('decides %s on %s', (state, event) => {
    const cell = captureTransitions[state][event];
    const verdict = transition(captureTransitions, state, event);
    expect(verdict).toEqual(cell === 'ignore' || cell === 'reject' ? { kind: cell } : { kind: 'move', to: cell });
  });

  it('reaches every state', () => {
    expect([...reachableFrom(captureTransitions, 'uploading')].sort()).toEqual([...states].sort());
  });

  it('never brings a deleted capture back, nor takes a verified one anywhere but there', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...events), { maxLength: 40 }), (order) => {
        let state: CaptureState = 'uploading';
        for (const event of order) {
          const verdict: Verdict<CaptureState> = transition(captureTransitions, state, event);
          if (verdict.kind !== 'move') continue;
          expect(state).not.toBe('deleted');
          if (state === 'verified') expect(verdict.to).toBe('deleted');
          state = verdict.to;
        }
      }),
    );
  });

  it('lets time end an upload, and nothing that was committed', () => {
    for (const state of states)
      expect(transition(captureTransitions, state, 'expire').kind).toBe(state === 'uploading' ? 'move' : 'ignore');
  });

  it('lets its owner delete it in every state', () => {
    for (const state of states) expect(transition(captureTransitions, state, 'delete').kind).not.toBe('reject');
  });
});
