import fc from 'fast-check';
import type { WorkflowNode } from '@stead/platform/kube';
import { differs, progressOf, stepsOf, type StepStatus } from './step-progress';

function aNode(change: Partial<WorkflowNode> & { id: string }): WorkflowNode {
  return {
    name: `wf.${change.id}`,
    displayName: change.id,
    type: 'Pod',
    phase: 'Succeeded',
    startedAt: null,
    finishedAt: null,
    ...change,
  };
}

describe('the steps of a workflow', () => {
  it('are its pods, with the tries of one task taken together', () => {
    const steps = stepsOf([
      aNode({ id: 'root', type: 'DAG', phase: 'Running' }),
      aNode({ id: 'ingest', startedAt: '2026-01-01T00:00:00Z', finishedAt: '2026-01-01T00:00:05Z' }),
      aNode({ id: 'tile', type: 'Retry', phase: 'Running', children: ['t0', 't1'], startedAt: '2026-01-01T00:00:05Z' }),
      aNode({ id: 't0', displayName: 'tile(0)', phase: 'Failed', startedAt: '2026-01-01T00:00:05Z' }),
      aNode({ id: 't1', displayName: 'tile(1)', phase: 'Running', startedAt: '2026-01-01T00:00:09Z' }),
    ]);
    expect(steps.map(({ name, state, retries, podNodeIds }) => ({ name, state, retries, podNodeIds }))).toEqual([
      { name: 'ingest', state: 'succeeded', retries: 0, podNodeIds: ['ingest'] },
      { name: 'tile', state: 'running', retries: 1, podNodeIds: ['t0', 't1'] },
    ]);
  });

  it('wait while their pod waits for room', () => {
    expect(stepsOf([aNode({ id: 'ingest', phase: 'Pending' })])[0]?.state).toBe('waiting');
  });
});

describe('progress', () => {
  const names = ['a', 'b', 'c'];
  const step = (name: string, state: StepStatus['state'], startedAt: Date | null = null): StepStatus => ({
    ...{
      name,
      state,
      startedAt,
      finishedAt: null,
      retries: 0,
      message: null,
      exitCode: null,
      machineError: false,
      podNodeIds: [],
      lostOn: [],
    },
  });

  it('weighs steps by how long they take', () => {
    const meanS = (name: string): number => (name === 'b' ? 80 : 10);
    expect(progressOf(names, meanS, [step('a', 'succeeded')], new Map(), 0)).toEqual({ step: 'a', percent: 10, etaS: 90 });
    const half = [step('a', 'succeeded'), step('b', 'running', new Date(0))];
    expect(progressOf(names, meanS, half, new Map(), 40_000)).toEqual({ step: 'b', percent: 50, etaS: 50 });
    expect(progressOf(names, meanS, half, new Map([['b', 25]]), 40_000)).toMatchObject({ percent: 30 });
  });

  it('stays between 0 and 99 and never falls while steps only go on', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 3, maxLength: 3 }),
        fc.array(fc.nat(100_000), { maxLength: 20 }),
        (means, waits) => {
          const meanS = (name: string): number => means[names.indexOf(name)] ?? 1;
          let nowMs = 0;
          let last = 0;
          for (let done = 0; done <= names.length; done += 1) {
            const startedAt = new Date(nowMs);
            for (const wait of waits) {
              const steps = names
                .slice(0, done + 1)
                .map((name, at) => (at < done ? step(name, 'succeeded') : step(name, 'running', startedAt)));
              const { percent } = progressOf(names, meanS, steps, new Map(), (nowMs += wait));
              expect(percent).toBeGreaterThanOrEqual(last);
              expect(percent).toBeLessThanOrEqual(99);
              last = percent;
            }
          }
        },
      ),
    );
  });
});

describe('news of progress', () => {
  const told = { step: 'train', percent: 40.2, etaS: 600, atMs: 0 };

  it('are another step, another whole percent, and a time left that is off by five seconds and a tenth', () => {
    expect(differs({ step: 'train', percent: 40.9, etaS: 540 }, told, 60_000)).toBe(false);
    expect(differs({ step: 'tile', percent: 40.9, etaS: 540 }, told, 60_000)).toBe(true);
    expect(differs({ step: 'train', percent: 41, etaS: 540 }, told, 60_000)).toBe(true);
    expect(differs({ step: 'train', percent: 40.9, etaS: 593 }, told, 60_000)).toBe(false);
    expect(differs({ step: 'train', percent: 40.9, etaS: 595 }, told, 60_000)).toBe(true);
    expect(differs({ step: 'train', percent: 40.2, etaS: 25 }, { ...told, etaS: 20 }, 0)).toBe(false);
    expect(differs({ step: 'train', percent: 40.2, etaS: 26 }, { ...told, etaS: 20 }, 0)).toBe(true);
  });

  it('are the first words, and a time left that is known for the first time or no more', () => {
    expect(differs({ step: null, percent: 0, etaS: null }, null, 0)).toBe(true);
    expect(differs({ ...told, etaS: null }, told, 0)).toBe(true);
    expect(differs(told, { ...told, etaS: null }, 0)).toBe(true);
  });

  it('are none of a step that takes longer than expected: its time left stays at a second', () => {
    expect(differs({ ...told, etaS: 1 }, { ...told, etaS: 1 }, 3_600_000)).toBe(false);
  });
});
