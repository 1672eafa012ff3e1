import type { KubeObject } from './metadata';
import type { WorkflowSpec } from './workflow-spec';

export type NodePhase = 'Pending' | 'Running' | 'Succeeded' | 'Skipped' | 'Failed' | 'Error' | 'Omitted';
export type WorkflowPhase = '' | 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Error';
export type NodeType = 'Pod' | 'DAG' | 'Steps' | 'StepGroup' | 'Retry' | 'Suspend' | 'Skipped';

/** One entry of `status.nodes`. */
export interface NodeStatus {
  id: string;
  /** The path of the node: `<workflow>.<task>(<retry>)`. */
  name: string;
  displayName: string;
  type: NodeType;
  templateName?: string | undefined;
  templateScope?: string | undefined;
  phase: NodePhase;
  boundaryID?: string | undefined;
  message?: string | undefined;
  startedAt: string | null;
  finishedAt: string | null;
  progress?: string | undefined;
  hostNodeName?: string | undefined;
  children?: string[] | undefined;
  inputs?: { parameters: { name: string; value: string }[] } | undefined;
  outputs?: { exitCode?: string | undefined } | undefined;
  nodeFlag?: { retried?: boolean | undefined } | undefined;
}

export interface WorkflowCondition {
  type: string;
  status: 'True' | 'False';
  message?: string | undefined;
}

export interface WorkflowStatus {
  phase?: WorkflowPhase | undefined;
  startedAt?: string | null | undefined;
  finishedAt?: string | null | undefined;
  progress?: string | undefined;
  message?: string | undefined;
  nodes?: Record<string, NodeStatus> | undefined;
  conditions?: WorkflowCondition[] | undefined;
  /** The spec as it was when the workflow started, so that a later change of the template does not reach it. */
  storedWorkflowTemplateSpec?: WorkflowSpec | undefined;
}

export interface Workflow extends KubeObject {
  spec: WorkflowSpec;
  status?: WorkflowStatus | undefined;
}

export interface WorkflowTemplate extends KubeObject {
  spec: WorkflowSpec;
}

export const LABEL = {
  phase: 'workflows.argoproj.io/phase',
  completed: 'workflows.argoproj.io/completed',
  workflow: 'workflows.argoproj.io/workflow',
  workflowTemplate: 'workflows.argoproj.io/workflow-template',
  instanceId: 'workflows.argoproj.io/controller-instanceid',
} as const;

export const ANNOTATION = {
  nodeId: 'workflows.argoproj.io/node-id',
  nodeName: 'workflows.argoproj.io/node-name',
  progress: 'workflows.argoproj.io/progress',
} as const;

export function isCompleted(workflow: Workflow): boolean {
  return workflow.metadata.labels?.[LABEL.completed] === 'true';
}
