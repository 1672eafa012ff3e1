import fc from 'fast-check';
import { reachableFrom, transition, type Verdict } from '@stead/platform/machine';
import type { NodePhase, WorkflowPhase } from '../objects/workflow';
import { isFulfilled, nodeTransitions, workflowTransitions, type NodeEvent, type WorkflowEvent } from './node-phase';

const NODE_PHASES = Object.keys(nodeTransitions) as NodePhase[];
const NODE_EVENTS = Object.keys(nodeTransitions.Pending) as NodeEvent[];
const WORKFLOW_EVENTS = Object.keys(workflowTransitions.Running) as WorkflowEvent[];

test('every phase of a node can be reached', () => {
  expect(reachableFrom(nodeTransitions, 'Pending')).toEqual(new Set(NODE_PHASES));
});

test('a node that has ended never leaves its phase', () => {
  for (const phase of NODE_PHASES.filter(isFulfilled)) {
    for (const event of NODE_EVENTS) expect(transition(nodeTransitions, phase, event).kind).not.toBe('move');
  }
});

test('whatever happens in whatever order, a node ends once', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...NODE_EVENTS), { maxLength: 20 }), (events) => {
      let phase: NodePhase = 'Pending';
      let ends = 0;
      for (const event of events) {
        const verdict: Verdict<NodePhase> = transition(nodeTransitions, phase, event);
        if (verdict.kind !== 'move') continue;
        phase = verdict.to;
        if (isFulfilled(phase)) ends += 1;
      }
      expect(ends).toBe(isFulfilled(phase) ? 1 : 0);
    }),
  );
});

test('every phase of a workflow but Pending can be reached, and an ended one is final', () => {
  // Argo knows Pending for workflows that wait for a lock; here they wait for nothing.
  expect(reachableFrom(workflowTransitions, '')).toEqual(new Set<WorkflowPhase>(['', 'Running', 'Succeeded', 'Failed', 'Error']));
  for (const phase of ['Succeeded', 'Failed', 'Error'] as const) {
    for (const event of WORKFLOW_EVENTS) expect(transition(workflowTransitions, phase, event).kind).toBe('ignore');
  }
});
