import fc from 'fast-check';
import type { AttemptState, RunState } from '@stead/contracts/dispatcher';
import { reachableFrom, transition, type TransitionTable, type Verdict } from '@stead/platform/machine';
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

  it('never leaves a final state, whatever comes in whatever order, but for the dead letters that an operator revives', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...runEvents), { maxLength: 60 }), (order) => {
        let state: RunState = 'queued';
        for (const event of order) {
          const verdict: Verdict<RunState> = transition(runTransitions, state, event);
          const revived = state === 'dead-letter' && event === 'revive';
          if (FINAL_RUN_STATES.has(state)) expect(verdict.kind === 'move').toBe(revived);
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

/** Every move of a table, by where it leads. */
function movesOf<S extends string, E extends string>(table: TransitionTable<S, E>): Record<string, string[]> {
  const moves: Record<string, string[]> = {};
  for (const from of Object.keys(table) as S[])
    for (const event of Object.keys(table[from]) as E[]) {
      const verdict = transition(table, from, event);
      if (verdict.kind === 'move') (moves[verdict.to] ??= []).push(`${from} ${event}`);
    }
  return moves;
}

describe('the lifecycle of a run, by where it leads', () => {
  const unfinished = ['queued', 'dispatching', 'active', 'uncertain', 'verifying'];

  it('has these ways to each state and no others', () => {
    expect(movesOf(runTransitions)).toEqual({
      dispatching: ['queued place'],
      active: ['queued recover', 'dispatching admit', 'uncertain answer'],
      uncertain: ['active silence'],
      queued: ['dispatching requeue', 'active requeue', 'uncertain requeue', 'verifying requeue', 'dead-letter revive'],
      verifying: ['queued finish', 'dispatching finish', 'active finish', 'uncertain finish'],
      succeeded: ['verifying verify'],
      failed: unfinished.map((state) => `${state} fail`),
      'dead-letter': unfinished.map((state) => `${state} give-up`),
      cancelled: unfinished.map((state) => `${state} cancel`),
    });
  });

  it('calls these a mistake and nothing else', () => {
    const mistakes = runStates.flatMap((state) =>
      runEvents.filter((event) => runTransitions[state][event] === 'reject').map((event) => `${state} ${event}`),
    );
    expect(mistakes).toEqual([
      ...['queued verify', 'queued revive', 'dispatching place', 'dispatching verify', 'dispatching revive'],
      ...['active place', 'active verify', 'active revive', 'uncertain place', 'uncertain verify', 'uncertain revive'],
      ...['verifying place', 'verifying revive', 'succeeded cancel', 'succeeded revive'],
      ...['failed cancel', 'failed revive', 'cancelled revive', 'dead-letter cancel'],
    ]);
  });
});

describe('the lifecycle of an attempt', () => {
  it('has these ways to each state and no others', () => {
    expect(movesOf(attemptTransitions)).toEqual({
      intent: ['reserved intend'],
      created: ['intent create'],
      running: ['intent start', 'created start', 'lost recover'],
      done: ['intent finish', 'created finish', 'running finish', 'lost finish'],
      lost: ['intent lose', 'created lose', 'running lose'],
      fenced: ['reserved lose', 'reserved fence', 'lost fence'],
      rejected: ['reserved refuse', 'intent refuse'],
    });
  });

  it('calls these a mistake and nothing else', () => {
    const mistakes = attemptStates.flatMap((state) =>
      attemptEvents.filter((event) => attemptTransitions[state][event] === 'reject').map((event) => `${state} ${event}`),
    );
    expect(mistakes).toEqual([
      ...['reserved create', 'reserved start', 'reserved finish', 'reserved recover', 'intent fence'],
      ...['created intend', 'created fence', 'created refuse', 'running intend', 'running fence', 'running refuse'],
      ...['lost intend', 'done intend', 'fenced intend', 'rejected intend'],
    ]);
  });

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
