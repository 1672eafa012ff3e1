import type { StepFailure } from '@stead/contracts/pipeline';
import { classifyFailure, grownMemory, isPoisoned, nodeKiller, type NodeDeath } from './failure';
import { DEFAULT_POLICY } from './policy';
import type { StepStatus } from './step-progress';

function aStep(change: Partial<StepStatus> = {}): StepStatus {
  return {
    ...{
      name: 'densify',
      state: 'failed',
      startedAt: new Date(0),
      finishedAt: new Date(1000),
      retries: 0,
      message: null,
      exitCode: 1,
    },
    ...{ machineError: false, podNodeIds: ['a'] },
    ...change,
  } as StepStatus;
}

const record = (kind: StepFailure['kind'], code: string): StepFailure => ({
  ...{ schemaVersion: 1, step: 'densify', kind, code, detail: `because of ${code}`, advice: ['do something'] },
});

describe('what a failed workflow means', () => {
  const cases: [name: string, given: Partial<Parameters<typeof classifyFailure>[0]>, want: object][] = [
    [
      "the step's own words, when it blames the capture",
      { steps: [aStep({ exitCode: 10 })], records: [record('user', 'too-few-registered')] },
      { kind: 'final', failure: { kind: 'user', code: 'too-few-registered', step: 'densify', advice: ['do something'] } },
    ],
    [
      'a step that lacks a program, which it would lack again: another cluster is asked, and not for ever',
      { steps: [aStep({ exitCode: 30 })], records: [record('installation', 'colmap-missing')] },
      { kind: 'retry', poison: true, signature: 'densify:colmap-missing', failure: { advice: ['do something'] } },
    ],
    ['exit code 10 without a word', { steps: [aStep({ exitCode: 10 })] }, { kind: 'final', failure: { kind: 'user' } }],
    ['exit code 20 without a word', { steps: [aStep({ exitCode: 20 })] }, { kind: 'final', failure: { kind: 'data' } }],
    ['exit code 30', { steps: [aStep({ exitCode: 30 })] }, { kind: 'retry', poison: false, failure: { kind: 'infrastructure' } }],
    ['exit code 137', { steps: [aStep({ exitCode: 137 })] }, { kind: 'retry', poison: true, signature: 'densify:step-killed-9' }],
    [
      'a container beyond its memory',
      { steps: [aStep({ exitCode: 137, message: 'main: OOMKilled (exit code 137)' })] },
      { kind: 'retry', poison: true, failure: { code: 'step-out-of-memory', step: 'densify' } },
    ],
    [
      'a pod that a full node evicted',
      { steps: [aStep({ exitCode: null, machineError: true, message: 'The node was low on resource: memory.' })] },
      { kind: 'retry', poison: true, failure: { code: 'step-out-of-memory' } },
    ],
    [
      'exit code 1',
      { steps: [aStep()] },
      { kind: 'retry', poison: true, signature: 'densify:step-exit-1', failure: { kind: 'bug' } },
    ],
    [
      'a pod that went with its node',
      { steps: [aStep({ exitCode: null, machineError: true, message: 'pod deleted' })] },
      { kind: 'retry', poison: false, failure: { code: 'pod-lost', detail: expect.stringContaining('pod deleted') as string } },
    ],
    [
      'a pod whose node went down under it',
      { steps: [aStep({ exitCode: null, machineError: true })], deaths: [{ node: 'gpu-1', alone: true }] },
      {
        ...{ kind: 'retry', poison: true },
        failure: { code: 'node-lost', detail: expect.stringContaining('gpu-1') as string },
      },
    ],
    [
      'no failed step at all',
      { message: 'Stopped with strategy Terminate' },
      { kind: 'retry', poison: false, failure: { code: 'workflow-ended' } },
    ],
    [
      'a user error beside a machine error',
      { steps: [aStep({ name: 'plan', machineError: true, exitCode: null }), aStep({ exitCode: 10 })] },
      { kind: 'final', failure: { kind: 'user', step: 'densify' } },
    ],
  ];

  it.each(cases)('%s', (_name, given, want) => {
    expect(classifyFailure({ message: null, steps: [], records: [], ...given })).toMatchObject(want);
  });
});

describe('a failure that follows the run', () => {
  it('is seen at the second cluster, or at the third time on the same', () => {
    const on = (cluster: string) => ({ cluster, signature: 'densify:step-exit-1' });
    expect(isPoisoned('densify:step-exit-1', 'onprem', [], DEFAULT_POLICY)).toBe(false);
    expect(isPoisoned('densify:step-exit-1', 'cloud', [on('onprem')], DEFAULT_POLICY)).toBe(true);
    expect(isPoisoned('densify:step-exit-1', 'onprem', [on('onprem')], DEFAULT_POLICY)).toBe(false);
    expect(isPoisoned('densify:step-exit-1', 'onprem', [on('onprem'), on('onprem')], DEFAULT_POLICY)).toBe(true);
    expect(isPoisoned('tile:step-exit-1', 'cloud', [on('onprem')], DEFAULT_POLICY)).toBe(false);
  });
});

describe('a run whose nodes go down', () => {
  const death = (alone: boolean): NodeDeath => ({ node: alone ? 'own' : 'shared', alone });
  const signatureOf = (deaths: readonly NodeDeath[]): string => {
    const found = nodeKiller(deaths);
    return found?.kind === 'retry' ? found.signature : '';
  };
  const cases: [name: string, earlier: boolean[][], last: boolean[], condemned: boolean][] = [
    ['one node, whoever was on it', [], [true], false],
    ['two nodes, each to itself', [[true]], [true], true],
    ['two nodes, one of them with others', [[false]], [true], true],
    ['two nodes, the other one with others', [[true]], [false], true],
    ['any number of nodes, all with others', [[false], [false], [false, false]], [false], false],
    ['two nodes in one attempt', [], [true, true], true],
    ['two nodes in one attempt, both with others', [], [false, false], false],
  ];
  it.each(cases)('%s', (_name, earlier, last, condemned) => {
    const attempts = earlier.map((deaths, index) => ({ cluster: `c${index % 2}`, signature: signatureOf(deaths.map(death)) }));
    expect(isPoisoned(signatureOf(last.map(death)), 'c1', attempts, DEFAULT_POLICY)).toBe(condemned);
  });

  it('is not condemned by a node that went down after another failure', () => {
    const earlier = [{ cluster: 'onprem', signature: 'densify:step-exit-1' }];
    expect(isPoisoned(signatureOf([death(true)]), 'cloud', earlier, DEFAULT_POLICY)).toBe(false);
  });
});

describe('a step that ran out of memory', () => {
  const failed = { code: 'step-out-of-memory', step: 'densify' };
  it('gets half as much again, once, and whatever other steps got stays', () => {
    const grown = grownMemory(failed, { tile: 5 }, 1000);
    expect(grown).toEqual({ tile: 5, densify: 1500 });
    expect(grownMemory(failed, grown ?? {}, 1500)).toBeNull();
  });

  it('gets nothing where nobody knows what it had, nor for another failure', () => {
    expect(grownMemory(failed, {}, undefined)).toBeNull();
    expect(grownMemory({ ...failed, code: 'step-exit-1' }, {}, 1000)).toBeNull();
  });
});
