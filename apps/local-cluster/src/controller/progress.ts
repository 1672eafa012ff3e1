import type { NodeStatus } from '../objects/workflow';

const FORM = /^(\d+)\/(\d+)$/;

/**
 * Sums the progress of steps, as Argo does: each starts at 0/1 or at what it reports of itself, and is complete when it has
 * succeeded; nodes that hold others show the sum of these.
 */
export function withProgress(nodes: Readonly<Record<string, NodeStatus>>): {
  nodes: Record<string, NodeStatus>;
  progress: string;
} {
  const result: Record<string, NodeStatus> = { ...nodes };
  let total: Progress = [0, 0];
  for (const [id, node] of Object.entries(nodes)) {
    if (!isStep(node)) continue;
    const parsed = parse(node.progress) ?? [0, 1];
    const isDone = node.phase === 'Succeeded' || node.phase === 'Skipped' || node.phase === 'Omitted';
    const own: Progress = isDone ? [parsed[1], parsed[1]] : parsed;
    total = add(total, own);
    if (node.progress !== format(own)) result[id] = { ...node, progress: format(own) };
  }
  for (const [id, node] of Object.entries(nodes)) {
    if (isStep(node)) continue;
    const sum = format(sumBelow(id, result, new Set()));
    if (node.progress !== sum) result[id] = { ...node, progress: sum };
  }
  return { nodes: result, progress: format(total) };
}

type Progress = readonly [done: number, all: number];

function sumBelow(id: string, nodes: Readonly<Record<string, NodeStatus>>, seen: Set<string>): Progress {
  let sum: Progress = [0, 0];
  for (const childId of nodes[id]?.children ?? []) {
    const child = nodes[childId];
    if (child === undefined || seen.has(childId)) continue;
    seen.add(childId);
    sum = add(sum, sumBelow(childId, nodes, seen));
    if (isStep(child)) sum = add(sum, parse(child.progress) ?? [0, 1]);
  }
  return sum;
}

function isStep({ type }: NodeStatus): boolean {
  return type === 'Pod' || type === 'Suspend';
}

function parse(text: string | undefined): Progress | null {
  const match = FORM.exec(text ?? '');
  return match === null ? null : [Number(match[1]), Number(match[2])];
}

function format([done, all]: Progress): string {
  return `${done}/${all}`;
}

function add(a: Progress, b: Progress): Progress {
  return [a[0] + b[0], a[1] + b[1]];
}
