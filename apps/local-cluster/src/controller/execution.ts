import type { NodeStatus, Workflow } from '../objects/workflow';
import type { WorkflowSpec } from '../objects/workflow-spec';
import type { Draft } from '../store/object-store';
import type { NodeBook } from './node-book';
import { isFailed } from './node-phase';
import type { Names } from './substitute';

/** One look at one workflow: what it knows, and what comes of it. */
export interface Execution {
  workflow: Workflow;
  spec: WorkflowSpec;
  book: NodeBook;
  names: Names;
  now: number;
  /** Why no step may start any more; null while they may. */
  stopped: string | null;
  /** Pods that are to be made. */
  create: Draft<'pods'>[];
  wakeAt: (ms: number) => void;
  /** Templates that hold others call back into the dispatch of templates. */
  execute: (run: Execution, call: Call) => NodeStatus | undefined;
}

/** A template is to be carried out, under a name, with arguments. */
export interface Call {
  /** The path of the node. */
  name: string;
  displayName: string;
  template: string;
  given: Names;
  boundary: NodeStatus | undefined;
  isRetry?: boolean;
  tryNumber?: number;
}

/** Ends a node that holds others, once its phase is decided. */
export function endNode(
  run: Execution,
  name: string,
  phase: 'Succeeded' | 'Failed' | 'Error' | null,
  children: readonly (NodeStatus | undefined)[],
): NodeStatus {
  const { book } = run;
  if (phase === 'Succeeded') return book.mark(name, 'succeed');
  if (phase !== null) {
    const culprit = children.find((child) => child !== undefined && isFailed(child.phase));
    return book.mark(name, phase === 'Error' ? 'error' : 'fail', run.stopped ?? (culprit && `child '${culprit.id}' failed`));
  }
  const node = book.get(name);
  if (node === undefined) throw new Error(`there is no node ${name}`);
  return node;
}
