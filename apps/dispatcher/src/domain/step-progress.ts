import type { WorkflowNode } from '@stead/platform/kube';

export type StepState = 'waiting' | 'running' | 'succeeded' | 'failed' | 'skipped';

export interface StepStatus {
  name: string;
  state: StepState;
  startedAt: Date | null;
  finishedAt: Date | null;
  /** Tries after the first. */
  retries: number;
  message: string | null;
  exitCode: number | null;
  /** The pod ended without an exit code: deleted, evicted, its node gone. */
  machineError: boolean;
  /** Ids of the nodes that are pods of this step, in the order of their start. */
  podNodeIds: readonly string[];
  /** The machines on which tries of it ended without an exit code. */
  lostOn: readonly string[];
}

/** The steps of a workflow: its pods, with the tries of one task taken together. */
export function stepsOf(nodes: readonly WorkflowNode[]): StepStatus[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const retries = nodes.filter((node) => node.type === 'Retry');
  const inRetry = new Set(retries.flatMap((node) => node.children ?? []));
  const alone = nodes.filter((node) => node.type === 'Pod' && !inRetry.has(node.id));
  const skipped = nodes.filter((node) => node.type === 'Skipped' && !inRetry.has(node.id));
  return [
    ...retries.map((node) =>
      stepOf(
        node,
        (node.children ?? []).flatMap((id) => byId.get(id) ?? []).filter((child) => child.type === 'Pod'),
      ),
    ),
    ...alone.map((node) => stepOf(node, [node])),
    ...skipped.map((node) => stepOf(node, [])),
  ].sort((a, b) => (a.startedAt?.getTime() ?? Infinity) - (b.startedAt?.getTime() ?? Infinity) || (a.name < b.name ? -1 : 1));
}

function stepOf(node: WorkflowNode, pods: readonly WorkflowNode[]): StepStatus {
  const last = pods.at(-1) ?? node;
  const exitCode = Number.parseInt(last.outputs?.exitCode ?? '', 10);
  return {
    name: node.displayName,
    state: stateOf(node, pods),
    startedAt: dateOf(pods[0]?.startedAt ?? node.startedAt),
    finishedAt: dateOf(node.finishedAt),
    retries: Math.max(0, pods.length - 1),
    // What ended the last try says more than that there are no more tries.
    message: last.message ?? node.message ?? null,
    exitCode: Number.isNaN(exitCode) ? null : exitCode,
    machineError: last.phase === 'Error',
    podNodeIds: pods.map((pod) => pod.id),
    lostOn: pods.flatMap((pod) => (pod.phase === 'Error' ? (pod.hostNodeName ?? []) : [])),
  };
}

function stateOf(node: WorkflowNode, pods: readonly WorkflowNode[]): StepState {
  switch (node.phase) {
    case 'Succeeded':
      return 'succeeded';
    case 'Failed':
    case 'Error':
      return 'failed';
    case 'Skipped':
    case 'Omitted':
      return 'skipped';
    default:
      // A pod that is pending has not begun: it may wait for room.
      return pods.some((pod) => pod.phase !== 'Pending') ? 'running' : 'waiting';
  }
}

function dateOf(text: string | null | undefined): Date | null {
  return text === null || text === undefined ? null : new Date(text);
}

export interface Progress {
  step: string | null;
  percent: number;
  etaS: number | null;
}

/** A running step counts up to this much of its share, however long it takes: only its end is certain. */
const RUNNING_MAX = 0.95;

/**
 * How far a run is: each step weighs as much as it takes on average. `reported` is what steps say of themselves, in percent.
 */
export function progressOf(
  expected: readonly string[],
  meanS: (step: string) => number,
  steps: readonly StepStatus[],
  reported: ReadonlyMap<string, number>,
  nowMs: number,
): Progress {
  const byName = new Map(steps.map((step) => [step.name, step]));
  const names = [...expected, ...steps.map((step) => step.name).filter((name) => !expected.includes(name))];
  let done = 0;
  let total = 0;
  let leftS = 0;
  for (const name of names) {
    const step = byName.get(name);
    const share = Math.max(0.1, meanS(name));
    const part = step === undefined ? 0 : fractionOf(step, share, reported.get(name), nowMs);
    total += share;
    done += share * part;
    leftS += share * (1 - part);
  }
  const running = steps.filter((step) => step.state === 'running');
  const current = running.at(-1) ?? steps.filter((step) => step.state === 'succeeded').at(-1);
  const percent = total === 0 ? 0 : (100 * done) / total;
  return {
    step: current?.name ?? null,
    percent: Math.min(99, Math.round(percent * 10) / 10),
    etaS: Math.max(1, Math.round(leftS)),
  };
}

/** What was said of it last; `atMs` by the clock that `differs` is asked by. */
export interface Told extends Progress {
  atMs: number;
}

/** Time left that was told is right within this, or within a tenth of it. */
const ETA_OFF_S = 5;

/** Whether it is news: who was told of the time left lets it pass by himself. */
export function differs({ step, percent, etaS }: Progress, told: Told | null, nowMs: number): boolean {
  if (told === null || step !== told.step || Math.floor(percent) !== Math.floor(told.percent)) return true;
  if (etaS === null || told.etaS === null) return etaS !== told.etaS;
  const expectedS = Math.max(1, told.etaS - (nowMs - told.atMs) / 1000);
  return Math.abs(etaS - expectedS) > Math.max(ETA_OFF_S, expectedS / 10);
}

/** Of one step, in percent. */
export function stepPercent(step: StepStatus, meanS: number, reported: number | undefined, nowMs: number): number {
  return Math.round(1000 * fractionOf(step, meanS, reported, nowMs)) / 10;
}

function fractionOf(step: StepStatus, meanS: number, reported: number | undefined, nowMs: number): number {
  switch (step.state) {
    case 'succeeded':
    case 'skipped':
      return 1;
    case 'waiting':
    case 'failed':
      return 0;
    case 'running': {
      if (reported !== undefined) return Math.min(RUNNING_MAX, reported / 100);
      const elapsedS = step.startedAt === null ? 0 : Math.max(0, nowMs - step.startedAt.getTime()) / 1000;
      return Math.min(RUNNING_MAX, elapsedS / Math.max(0.1, meanS));
    }
  }
}
