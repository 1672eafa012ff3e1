import { transition } from '@stead/platform/machine';
import { timestamp } from '../objects/metadata';
import type { NodeStatus, NodeType, Workflow } from '../objects/workflow';
import { nodeId } from './node-id';
import { isFulfilled, nodeTransitions, type NodeEvent } from './node-phase';

export interface NewNode {
  name: string;
  displayName: string;
  type: NodeType;
  templateName?: string | undefined;
  boundaryID?: string | undefined;
  inputs?: Readonly<Record<string, string>> | undefined;
  isRetry?: boolean;
}

/** The nodes of a workflow while it is worked on: the first change of a node makes a copy of it. */
export class NodeBook {
  readonly nodes: Record<string, NodeStatus>;

  constructor(
    private readonly workflow: Workflow,
    private readonly now: number,
  ) {
    this.nodes = { ...workflow.status?.nodes };
  }

  get(name: string): NodeStatus | undefined {
    return this.nodes[this.idOf(name)];
  }

  idOf(name: string): string {
    return nodeId(this.workflow.metadata, name);
  }

  all(): NodeStatus[] {
    return Object.values(this.nodes);
  }

  add({ name, displayName, type, templateName, boundaryID, inputs, isRetry }: NewNode): NodeStatus {
    const parameters = Object.entries(inputs ?? {}).map(([parameter, value]) => ({ name: parameter, value }));
    const node: NodeStatus = {
      id: this.idOf(name),
      name,
      displayName,
      type,
      ...(templateName !== undefined && { templateName, templateScope: `local/${this.workflow.metadata.name}` }),
      ...(boundaryID !== undefined && { boundaryID }),
      phase: type === 'Pod' || type === 'Skipped' ? 'Pending' : 'Running',
      startedAt: timestamp(this.now),
      finishedAt: null,
      ...(parameters.length > 0 && { inputs: { parameters } }),
      ...(isRetry === true && { nodeFlag: { retried: true } }),
    };
    this.nodes[node.id] = node;
    return node;
  }

  addChild(parentName: string, childName: string): void {
    const parent = this.get(parentName);
    const id = this.idOf(childName);
    if (parent === undefined || parent.children?.includes(id) === true) return;
    this.nodes[parent.id] = { ...parent, children: [...(parent.children ?? []), id] };
  }

  /** Moves a node along its table. A move that the table ignores leaves the node as it is. */
  mark(name: string, event: NodeEvent, message?: string): NodeStatus {
    const node = this.need(name);
    const verdict = transition(nodeTransitions, node.phase, event);
    if (verdict.kind === 'reject') throw new Error(`node ${name} is ${node.phase} and cannot ${event}`);
    if (verdict.kind === 'ignore') return node;
    const ended = isFulfilled(verdict.to) ? { finishedAt: timestamp(this.now) } : {};
    return this.write({ ...node, phase: verdict.to, message, ...ended });
  }

  /** Changes what is not the phase. */
  note(
    name: string,
    fields: Partial<Pick<NodeStatus, 'message' | 'progress' | 'hostNodeName' | 'outputs' | 'finishedAt' | 'startedAt'>>,
  ): void {
    const node = this.need(name);
    const changed = Object.entries(fields).some(
      ([key, value]) => JSON.stringify(node[key as keyof NodeStatus]) !== JSON.stringify(value),
    ); // keys of the fields above
    if (changed) this.write({ ...node, ...fields });
  }

  private need(name: string): NodeStatus {
    const node = this.get(name);
    if (node === undefined) throw new Error(`there is no node ${name}`);
    return node;
  }

  private write(node: NodeStatus): NodeStatus {
    this.nodes[node.id] = node;
    return node;
  }
}
