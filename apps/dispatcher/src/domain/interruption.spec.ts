import type { WorkflowNode } from '@stead/platform/kube';
import { classifyFailure } from './failure';
import { withInterruptions } from './interruption';
import { stepsOf } from './step-progress';

const aNode = (change: Partial<WorkflowNode>): WorkflowNode => ({
  ...{ id: 'p1', name: 'w.densify', displayName: 'densify', type: 'Pod', phase: 'Failed', hostNodeName: 'spot-1' },
  ...change,
});
const takenBack = (host: string): boolean => host === 'spot-1';

function judged(nodes: WorkflowNode[]) {
  const steps = withInterruptions(stepsOf(nodes), nodes, takenBack);
  return classifyFailure({ message: null, steps, records: [] });
}

describe('a step whose machine was taken back', () => {
  it('did not fail by itself, whatever signal ended it, and says nothing against its run', () => {
    const ended = aNode({ outputs: { exitCode: '143' } });
    expect(judged([ended])).toMatchObject({
      kind: 'retry',
      poison: false,
      failure: { kind: 'infrastructure', code: 'pod-lost' },
    });
    expect(judged([{ ...ended, hostNodeName: 'stays' }])).toMatchObject({ poison: true, signature: 'densify:step-killed-15' });
  });

  it('is judged by its own exit code where it chose one', () => {
    expect(judged([aNode({ outputs: { exitCode: '10' } })])).toMatchObject({
      kind: 'final',
      failure: { code: 'step-refused-capture' },
    });
    expect(judged([aNode({ outputs: { exitCode: '1' } })])).toMatchObject({ signature: 'densify:step-exit-1', poison: true });
  });

  it('is judged by where its last try ran', () => {
    const retry = aNode({ id: 'r', type: 'Retry', children: ['p1', 'p2'], outputs: undefined });
    const first = aNode({ id: 'p1', displayName: 'densify(0)', outputs: { exitCode: '143' } });
    const last = aNode({ id: 'p2', displayName: 'densify(1)', hostNodeName: 'stays', outputs: { exitCode: '137' } });
    expect(judged([retry, first, last])).toMatchObject({ signature: 'densify:step-killed-9', poison: true });
  });
});
