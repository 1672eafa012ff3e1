import { transition } from '@stead/platform/machine';
import { timestamp } from '../objects/metadata';
import { LABEL, type Workflow, type WorkflowPhase, type WorkflowStatus } from '../objects/workflow';
import type { NodeBook } from './node-book';
import { workflowTransitions, type WorkflowEvent } from './node-phase';
import { withProgress } from './progress';

/** A workflow that has begun, if it had not. */
export function running(workflow: Workflow, status: WorkflowStatus): Workflow {
  return withPhase(workflow, status, 'start');
}

function withPhase(workflow: Workflow, status: WorkflowStatus, event: WorkflowEvent): Workflow {
  const before: WorkflowPhase = status.phase ?? '';
  const verdict = transition(workflowTransitions, before, event);
  if (verdict.kind === 'reject') throw new Error(`a workflow that is ${before === '' ? 'new' : before} cannot ${event}`);
  const phase = verdict.kind === 'move' ? verdict.to : before;
  const template = workflow.spec.workflowTemplateRef?.name;
  const labels = {
    ...workflow.metadata.labels,
    [LABEL.phase]: phase,
    [LABEL.completed]: 'false',
    ...(template !== undefined && { [LABEL.workflowTemplate]: template }),
  };
  return { ...workflow, metadata: { ...workflow.metadata, labels }, status: { ...status, phase } };
}

export function withNodes(workflow: Workflow, book: NodeBook): Workflow {
  const { nodes, progress } = withProgress(book.nodes);
  const podRunning = Object.values(nodes).some((node) => node.type === 'Pod' && node.phase === 'Running');
  const conditions = [{ type: 'PodRunning', status: podRunning ? ('True' as const) : ('False' as const) }];
  return { ...workflow, status: { ...workflow.status, nodes, progress, conditions } };
}

/** `completed` is the last word: all pods have ended, and the status is what it will be. */
export function finish(
  workflow: Workflow,
  status: WorkflowStatus,
  event: WorkflowEvent,
  message: string | undefined,
  now: number,
): Workflow {
  const ended = withPhase(workflow, status, event);
  const at = timestamp(now);
  const labels = { ...ended.metadata.labels, [LABEL.completed]: 'true' };
  const conditions = [
    { type: 'PodRunning', status: 'False' as const },
    { type: 'Completed', status: 'True' as const },
  ];
  return {
    ...ended,
    metadata: { ...ended.metadata, labels },
    status: { ...ended.status, startedAt: status.startedAt ?? at, finishedAt: at, message, conditions },
  };
}
