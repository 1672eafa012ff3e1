import fc from 'fast-check';
import type { MapVersionState } from '@stead/contracts/space-maps';
import { reachableFrom, transition, type Verdict } from '@stead/platform/machine';
import { FINAL_STATES, mapVersionTransitions, type MapVersionEvent } from './map-version.machine';

const states = Object.keys(mapVersionTransitions) as MapVersionState[];
const events = Object.keys(mapVersionTransitions.requested) as MapVersionEvent[];

describe('the lifecycle of a map version', () => {
  it.each(states.flatMap((state) => events.map((event) => [state, event] as const)))('decides %s on %s', (state, event) => {
    const cell = mapVersionTransitions[state][event];
    const verdict = transition(mapVersionTransitions, state, event);
    if (cell === 'ignore' || cell === 'reject') expect(verdict).toEqual({ kind: cell });
    else expect(verdict).toEqual({ kind: 'move', to: cell });
    if (verdict.kind === 'move') expect(states).toContain(verdict.to);
  });

  it('reaches every state', () => {
    expect([...reachableFrom(mapVersionTransitions, 'requested')].sort()).toEqual([...states].sort());
  });

  it('never leaves a final state, whatever comes in whatever order, but for a failure whose run goes on and for one that is retired', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...events), { maxLength: 40 }), (order) => {
        let state: MapVersionState = 'requested';
        for (const event of order) {
          const verdict: Verdict<MapVersionState> = transition(mapVersionTransitions, state, event);
          if (FINAL_STATES.has(state) && state !== 'failed' && event !== 'retire') expect(verdict.kind).not.toBe('move');
          if (state === 'retired') expect(verdict.kind).not.toBe('move');
          if (state === 'failed' && (event === 'fail' || event === 'cancel')) expect(verdict.kind).not.toBe('move');
          if (verdict.kind === 'move') state = verdict.to;
        }
      }),
    );
  });

  it('refuses the owner only where there is nothing left to cancel', () => {
    for (const state of states) {
      expect(transition(mapVersionTransitions, state, 'cancel').kind).toBe(
        state === 'succeeded' || state === 'failed' || state === 'retired' ? 'reject' : 'ignore',
      );
    }
  });

  it('retires what succeeded, once, and nothing else', () => {
    for (const state of states) {
      const kind = state === 'succeeded' ? 'move' : state === 'retired' ? 'ignore' : 'reject';
      expect(transition(mapVersionTransitions, state, 'retire').kind).toBe(kind);
    }
  });
});
