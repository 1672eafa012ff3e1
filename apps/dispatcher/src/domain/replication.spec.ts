import fc from 'fast-check';
import type { RunState } from '@stead/contracts/dispatcher';
import { reachableFrom, transition, type Verdict } from '@stead/platform/machine';
import { INPUTS, epochOf, explainCopying, nextStepOf, outputsOf, type NextStep, type OpenReplication } from './replication';
import { isOpen, replicationTransitions, type ReplicationEvent, type ReplicationState } from './replication.machine';

const states = Object.keys(replicationTransitions) as ReplicationState[];
const events = Object.keys(replicationTransitions.planned) as ReplicationEvent[];

describe('the lifecycle of a replication', () => {
  it.each(states.flatMap((state) => events.map((event) => [state, event] as const)))('decides %s on %s', (state, event) => {
    const verdict = transition(replicationTransitions, state, event);
    if (verdict.kind === 'move') expect(states).toContain(verdict.to);
    else expect(replicationTransitions[state][event]).toBe(verdict.kind);
  });

  it('reaches every state from its plan', () => {
    expect([...reachableFrom(replicationTransitions, 'planned')].sort()).toEqual([...states].sort());
  });

  it('leaves an end only for a new beginning, whatever comes in whatever order', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...events), { maxLength: 60 }), (order) => {
        let state: ReplicationState = 'planned';
        for (const event of order) {
          const verdict: Verdict<ReplicationState> = transition(replicationTransitions, state, event);
          if (verdict.kind !== 'move') continue;
          if (!isOpen(state)) expect([event, verdict.to]).toEqual(['want', 'planned']);
          state = verdict.to;
        }
      }),
    );
  });

  it('is done only after somebody has looked both stores over', () => {
    for (const state of states)
      for (const event of events)
        if (replicationTransitions[state][event] === 'done') expect([state, event]).toEqual(['copying', 'finish']);
  });
});

const storeOf = (cluster: string): string => (cluster === 'cloud' ? 'cloud' : 'primary');

describe('what to do about an open replication', () => {
  const inputs: [string, Partial<OpenReplication>, NextStep][] = [
    ['its run waits for it on that cluster', { runState: 'dispatching', attemptState: 'reserved' }, 'copy'],
    ['its run was placed elsewhere', { runState: 'dispatching', attemptState: 'reserved', attemptCluster: 'onprem' }, 'abandon'],
    ['its attempt has gone on without it', { runState: 'dispatching', attemptState: 'intent' }, 'abandon'],
    ['its run is back in the queue', { runState: 'queued', attemptState: 'rejected' }, 'abandon'],
    ['it is wanted before its run has a place', { runState: 'queued', attemptState: null, ahead: true }, 'copy'],
    ['its run was cancelled', { runState: 'cancelled', attemptState: 'fenced' }, 'abandon'],
    ['its run is to be removed', { runState: 'dispatching', attemptState: 'reserved', isPurged: true }, 'abandon'],
  ];
  it.each(inputs)('inputs, when %s', (_name, given, want) => {
    expect(nextStepOf(anOpen({ what: INPUTS, ...given }), storeOf)).toBe(want);
  });

  const outputs: [string, Partial<OpenReplication>, NextStep][] = [
    ['nothing was posted yet', { attemptState: 'reserved', attemptIntended: false }, 'wait'],
    ['no step has finished since the last look', { attemptState: 'running', finishedSteps: 2, steps: 2 }, 'wait'],
    ['another step has finished', { attemptState: 'running', finishedSteps: 3, steps: 2 }, 'copy'],
    ['its attempt has ended', { runState: 'verifying', attemptState: 'done' }, 'copy'],
    ['its attempt was given up', { runState: 'queued', attemptState: 'lost' }, 'copy'],
    ['its run has failed, and may be taken over by another one', { runState: 'failed', attemptState: 'done' }, 'copy'],
    ['it never got as far as a cluster', { runState: 'queued', attemptState: 'fenced', attemptIntended: false }, 'abandon'],
    ['its run was cancelled', { runState: 'cancelled', attemptState: 'lost' }, 'abandon'],
    ['another attempt has made the result', { runState: 'succeeded', publishedEpoch: 3, attemptState: 'done' }, 'abandon'],
    ['its result is published', { runState: 'succeeded', publishedEpoch: 2, attemptState: 'done' }, 'copy'],
  ];
  it.each(outputs)('outputs, when %s', (_name, given, want) => {
    expect(nextStepOf(anOpen({ what: outputsOf(2), from: 'cloud', to: 'primary', ...given }), storeOf)).toBe(want);
  });

  it('never copies for a run that was cancelled or is to be removed', () => {
    const anyState = fc.constantFrom<RunState>(
      'queued',
      'dispatching',
      'active',
      'uncertain',
      'verifying',
      'succeeded',
      'failed',
    );
    const given = fc.record({
      runState: anyState,
      ahead: fc.boolean(),
      finishedSteps: fc.nat(9),
      what: fc.constantFrom(INPUTS, 'e1'),
    });
    fc.assert(
      fc.property(given, fc.boolean(), (change, cancelled) => {
        const gone = cancelled ? { runState: 'cancelled' as const } : { isPurged: true };
        expect(nextStepOf(anOpen({ ...change, ...gone }), storeOf)).toBe('abandon');
      }),
    );
  });
});

it('names what an attempt has left by its epoch', () => {
  expect([epochOf(outputsOf(17)), epochOf(INPUTS)]).toEqual([17, null]);
});

it.each([
  [1_200_000_000, 3_400_000_000, null, 'Copies its inputs to cloud (1.2 of 3.4 GB).'],
  [0, 999, null, 'Copies its inputs to cloud (0 of 999 B).'],
  [400_000_000, 3_400_000_000, null, 'Copies its inputs to cloud (0.4 of 3.4 GB).'],
  [0, 0, null, 'Copies its inputs to cloud.'],
  [5_000, 10_000, 'cloud does not answer', 'Copies its inputs to cloud (5.0 of 10.0 kB); cloud does not answer.'],
])('says how far it is: %i of %i', (bytesDone, bytesTotal, detail, want) => {
  expect(explainCopying(anOpen({ bytesDone, bytesTotal, detail }))).toBe(want);
});

function anOpen(change: Partial<OpenReplication>): OpenReplication {
  return {
    ...{ workspaceId: 'w', runId: 'r', what: INPUTS, from: 'primary', to: 'cloud', captureId: 'c' },
    ...{ state: 'copying', revision: 1, forEpoch: 1, ahead: false, steps: 0, complete: false },
    ...{ objectsTotal: 0, objectsDone: 0, bytesTotal: 0, bytesDone: 0, bytesCopied: 0 },
    ...{ failures: 0, notBefore: null, detail: null, plannedAt: new Date(0), startedAt: null, finishedAt: null },
    ...{ runState: 'active', runEpoch: 2, publishedEpoch: null, isPurged: false },
    ...{ attemptState: 'running', attemptCluster: 'cloud', attemptIntended: true, finishedSteps: 0 },
    ...change,
  };
}
