import type { Pod } from '../objects/pod';
import type { Workflow } from '../objects/workflow';
import type { WorkflowSpec } from '../objects/workflow-spec';
import { garbageOf } from './garbage';

const born = { uid: 'u', resourceVersion: '1', generation: 1, creationTimestamp: '2026-01-01T00:00:00Z' };
const FINISHED = Date.parse('2026-01-01T01:00:00Z');

function aWorkflow(phase: 'Running' | 'Succeeded' | 'Failed', spec: WorkflowSpec): Workflow {
  const completed = phase === 'Running' ? 'false' : 'true';
  const metadata = { ...born, name: 'w', namespace: 'n', labels: { 'workflows.argoproj.io/completed': completed } };
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Workflow',
    metadata,
    spec,
    status: { phase, finishedAt: phase === 'Running' ? null : '2026-01-01T01:00:00Z' },
  };
}

function aPod(name: string, phase: Pod['status']['phase']): Pod {
  const terminated = { exitCode: 0, reason: 'Completed', startedAt: null, finishedAt: '2026-01-01T00:30:00Z' };
  const status = { name: 'main', image: 'x', imageID: '', ready: false, started: false, restartCount: 0, state: { terminated } };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...born, name },
    spec: { containers: [] },
    status: { phase, ...(phase !== 'Running' && { containerStatuses: [status] }) },
  };
}

const pods = [aPod('good', 'Succeeded'), aPod('bad', 'Failed'), aPod('busy', 'Running')];
const removed = (workflow: Workflow, now = FINISHED + 60_000): string[] =>
  garbageOf(workflow, pods, now).pods.map(({ metadata }) => metadata.name);

test.each<[NonNullable<WorkflowSpec['podGC']>['strategy'], 'Running' | 'Succeeded' | 'Failed', string[]]>([
  [undefined, 'Succeeded', []],
  ['OnPodCompletion', 'Running', ['good', 'bad']],
  ['OnPodSuccess', 'Running', ['good']],
  ['OnWorkflowCompletion', 'Running', []],
  ['OnWorkflowCompletion', 'Failed', ['good', 'bad']],
  ['OnWorkflowSuccess', 'Failed', []],
  ['OnWorkflowSuccess', 'Succeeded', ['good', 'bad']],
])('pods of strategy %p in a workflow that is %s: %p go; what runs stays', (strategy, phase, want) => {
  expect(removed(aWorkflow(phase, { podGC: { strategy } }))).toEqual(want);
});

test('pods stay for the delay after their end, and it is said when to look again', () => {
  const ended = Date.parse('2026-01-01T00:30:00Z');
  const workflow = aWorkflow('Running', { podGC: { strategy: 'OnPodCompletion', deleteDelayDuration: '10s' } });
  expect(garbageOf(workflow, pods, ended + 9_000)).toMatchObject({ pods: [], wakeAtMs: ended + 10_000 });
  expect(removed(workflow, ended + 10_000)).toEqual(['good', 'bad']);
});

test.each<[string, 'Running' | 'Succeeded' | 'Failed', NonNullable<WorkflowSpec['ttlStrategy']>, number | null]>([
  ['no time to live', 'Succeeded', {}, null],
  ['after completion', 'Failed', { secondsAfterCompletion: 5 }, 5_000],
  ['success is kept longer', 'Succeeded', { secondsAfterCompletion: 5, secondsAfterSuccess: 50 }, 50_000],
  ['failure is kept longer', 'Failed', { secondsAfterCompletion: 5, secondsAfterFailure: 50 }, 50_000],
  ['a failure that only success would end', 'Failed', { secondsAfterSuccess: 5 }, null],
  ['still running', 'Running', { secondsAfterCompletion: 0 }, null],
])('%s', (_, phase, ttlStrategy, afterMs) => {
  const workflow = aWorkflow(phase, { ttlStrategy });
  if (afterMs === null) {
    expect(garbageOf(workflow, [], FINISHED + 10 ** 9)).toEqual({ pods: [], workflow: false, wakeAtMs: null });
    return;
  }
  expect(garbageOf(workflow, [], FINISHED + afterMs - 1)).toEqual({ pods: [], workflow: false, wakeAtMs: FINISHED + afterMs });
  expect(garbageOf(workflow, [], FINISHED + afterMs).workflow).toBe(true);
});

test('what the template says holds when the workflow says nothing', () => {
  const workflow = aWorkflow('Succeeded', {});
  const status = { ...workflow.status, storedWorkflowTemplateSpec: { ttlStrategy: { secondsAfterCompletion: 1 } } };
  expect(garbageOf({ ...workflow, status }, [], FINISHED + 1_000).workflow).toBe(true);
});
