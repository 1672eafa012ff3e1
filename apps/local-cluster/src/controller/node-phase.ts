import type { TransitionTable } from '@stead/platform/machine';
import type { NodePhase, WorkflowPhase } from '../objects/workflow';

export type NodeEvent = 'start' | 'succeed' | 'fail' | 'error' | 'skip' | 'omit';

/** The life of one entry of `status.nodes`. Only a node that has not ended moves; what arrives later is late. */
export const nodeTransitions: TransitionTable<NodePhase, NodeEvent> = {
  Pending: { start: 'Running', succeed: 'Succeeded', fail: 'Failed', error: 'Error', skip: 'Skipped', omit: 'Omitted' },
  Running: { start: 'ignore', succeed: 'Succeeded', fail: 'Failed', error: 'Error', skip: 'reject', omit: 'reject' },
  Succeeded: { start: 'ignore', succeed: 'ignore', fail: 'ignore', error: 'ignore', skip: 'reject', omit: 'reject' },
  Failed: { start: 'ignore', succeed: 'ignore', fail: 'ignore', error: 'ignore', skip: 'reject', omit: 'reject' },
  Error: { start: 'ignore', succeed: 'ignore', fail: 'ignore', error: 'ignore', skip: 'reject', omit: 'reject' },
  Skipped: { start: 'reject', succeed: 'reject', fail: 'reject', error: 'reject', skip: 'ignore', omit: 'reject' },
  Omitted: { start: 'reject', succeed: 'reject', fail: 'reject', error: 'reject', skip: 'reject', omit: 'ignore' },
};

export type WorkflowEvent = 'start' | 'succeed' | 'fail' | 'error';

export const workflowTransitions: TransitionTable<WorkflowPhase, WorkflowEvent> = {
  '': { start: 'Running', succeed: 'reject', fail: 'Failed', error: 'Error' },
  Pending: { start: 'Running', succeed: 'reject', fail: 'Failed', error: 'Error' },
  Running: { start: 'ignore', succeed: 'Succeeded', fail: 'Failed', error: 'Error' },
  Succeeded: { start: 'ignore', succeed: 'ignore', fail: 'ignore', error: 'ignore' },
  Failed: { start: 'ignore', succeed: 'ignore', fail: 'ignore', error: 'ignore' },
  Error: { start: 'ignore', succeed: 'ignore', fail: 'ignore', error: 'ignore' },
};

export function isFulfilled(phase: NodePhase): boolean {
  return phase !== 'Pending' && phase !== 'Running';
}

export function isFailed(phase: NodePhase): boolean {
  return phase === 'Failed' || phase === 'Error';
}
