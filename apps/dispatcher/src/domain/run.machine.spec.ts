import fc from 'fast-check';
import type { AttemptState, RunState } from '@stead/contracts/dispatcher';
import { reachableFrom, transition, type Verdict } from '@stead/platform/machine';
import { attemptTransitions, isLive, type AttemptEvent } from './attempt.machine';
import { FINAL_RUN_STATES, runTransitions, type RunEvent } from './run.machine';

const runStates = Object.keys(runTransitions) as RunState[];
const runEvents = Object.keys(runTransitions.queued) as RunEvent[];
const attemptStates = Object.keys(attemptTransitions) as AttemptState[];
const attemptEvents = Object.keys(attemptTransitions.reserved) as AttemptEvent[];
const OVER: readonly AttemptState[] = ['done', 'fenced', 'rejected'];

describe('the lifecycle of a run', () => {
  it.each(runStates.flatMap((state) => runEvents.map((event) => [state, event] as const)))('decides %s on %s', (state, event) => {
    const verdict = transition(runTransitions, state, event);
    if (verdict.kind === 'move') expect(runStates).toContain(verdict.to);
    else expect(runTransitions[state][event]).toBe(verdict.kind);
  });

  it('reaches every state from the queue', () => {
    expect([...reachableFrom(runTransitions, 'queued')].sort()).toEqual([...runStates].sort());
  });

  it('never leaves a final state, whatever comes in whatever order', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...runEvents), { maxLength: 60 }), (order) => {
        let state: RunState = 'queued';
        for (const event of order) {
          const verdict: Verdict<RunState> = transition(runTransitions, state, event);
          if (FINAL_RUN_STATES.has(state)) expect(verdict.kind).not.toBe('move');
          if (verdict.kind === 'move') state = verdict.to;
        }
      }),
    );
  });

  it('succeeds only after its result was verified', () => {
    for (const state of runStates) {
      for (const event of runEvents) {
        if (runTransitions[state][event] === 'succeeded') expect([state, event]).toEqual(['verifying', 'verify']);
      }
    }
  });

  it('can be cancelled from wherever it has not ended', () => {
    for (const state of runStates) {
      const want = state === 'cancelled' ? 'ignore' : FINAL_RUN_STATES.has(state) ? 'reject' : 'move';
      expect(transition(runTransitions, state, 'cancel').kind).toBe(want);
    }
  });
});

describe('the lifecycle of an attempt', () => {
  it('reaches every state from its reservation', () => {
    expect([...reachableFrom(attemptTransitions, 'reserved')].sort()).toEqual([...attemptStates].sort());
  });

  it.each(OVER)('never leaves %s', (state) => {
    for (const event of attemptEvents) expect(transition(attemptTransitions, state, event).kind).not.toBe('move');
  });

  it('has posted nothing before its intent was committed', () => {
    for (const event of attemptEvents.filter((candidate) => candidate !== 'intend')) {
      const verdict = transition(attemptTransitions, 'reserved', event);
      if (verdict.kind === 'move') expect(['fenced', 'rejected']).toContain(verdict.to);
    }
  });

  it('is swept before it counts as harmless, once something may have been posted', () => {
    for (const state of ['intent', 'created', 'running'] as const) {
      expect(transition(attemptTransitions, state, 'lose')).toEqual({ kind: 'move', to: 'lost' });
      expect(transition(attemptTransitions, state, 'fence').kind).toBe('reject');
    }
  });

  it('holds room exactly while it could still publish by itself', () => {
    expect(attemptStates.filter(isLive)).toEqual(['reserved', 'intent', 'created', 'running']);
  });
});
