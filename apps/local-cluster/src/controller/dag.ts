import type { NodePhase } from '../objects/workflow';
import type { DagTask } from '../objects/workflow-spec';
import { isFailed, isFulfilled } from './node-phase';
import { TemplateError } from './template-error';

export interface DagStep {
  /** Tasks whose turn has come, in the order of the template. */
  start: DagTask[];
  /** Tasks whose turn will never come, because of how their dependencies ended. */
  omit: DagTask[];
  /** Null while something runs or can still start. */
  phase: 'Succeeded' | 'Failed' | 'Error' | null;
}

export interface DagPolicy {
  /** After a failure nothing new starts. */
  failFast: boolean;
  /** Nothing new starts at all: the workflow is being stopped. */
  stopping: boolean;
}

/** What a DAG does next, from how far its tasks are. `phaseOf` is null for a task that has no node yet. */
export function stepDag(
  tasks: readonly DagTask[],
  phaseOf: (task: string) => NodePhase | null,
  { failFast, stopping }: DagPolicy,
): DagStep {
  const byName = new Map(tasks.map((task) => [task.name, task]));
  const omitted = new Set<string>();
  const phase = (name: string): NodePhase | null => (omitted.has(name) ? 'Omitted' : phaseOf(name));
  const failed = tasks.filter((task) => isBad(task, phase(task.name)));
  const isHalted = stopping || (failFast && failed.length > 0);
  const start: DagTask[] = [];
  // What is omitted lets others be omitted; a DAG has no cycle, so that this ends after as many rounds as it has tasks.
  for (let before = -1; before < omitted.size;) {
    before = omitted.size;
    for (const task of tasks) {
      if (phase(task.name) !== null) continue;
      const dependencies = (task.dependencies ?? []).map((name) => ({ phase: phase(name), task: byName.get(name) }));
      if (dependencies.some((one) => one.phase === null || !isFulfilled(one.phase))) continue;
      if (dependencies.some((one) => !satisfies(one.task, one.phase))) omitted.add(task.name);
    }
  }
  for (const task of tasks) {
    const isReady = (task.dependencies ?? []).every((name) => satisfies(byName.get(name), phase(name)));
    if (phase(task.name) === null && isReady && !isHalted) start.push(task);
  }
  const isRunning = tasks.some((task) => {
    const now = phase(task.name);
    return now === null ? !isHalted : !isFulfilled(now);
  });
  return {
    start,
    omit: tasks.filter((task) => omitted.has(task.name)),
    phase: isRunning ? null : endOf(failed, phase, stopping),
  };
}

function endOf(
  failed: readonly DagTask[],
  phase: (name: string) => NodePhase | null,
  stopping: boolean,
): 'Succeeded' | 'Failed' | 'Error' {
  const [first] = failed;
  if (first !== undefined) return phase(first.name) === 'Error' ? 'Error' : 'Failed';
  return stopping ? 'Failed' : 'Succeeded';
}

function satisfies(task: DagTask | undefined, phase: NodePhase | null): boolean {
  return (
    phase === 'Succeeded' ||
    phase === 'Skipped' ||
    (phase !== null && isFailed(phase) && task !== undefined && !isBad(task, phase))
  );
}

/** A failure that counts: the task does not say to go on after it. */
export function isBad({ continueOn }: { continueOn?: DagTask['continueOn'] }, phase: NodePhase | null): boolean {
  return (phase === 'Failed' && continueOn?.failed !== true) || (phase === 'Error' && continueOn?.error !== true);
}

/** A DAG that could never end is refused before it starts. */
export function checkDag(templateName: string, tasks: readonly DagTask[]): void {
  const names = new Set<string>();
  for (const { name } of tasks) {
    if (names.has(name)) throw new TemplateError(`templates.${templateName}: task '${name}' is not unique`);
    names.add(name);
  }
  for (const task of tasks) {
    for (const name of task.dependencies ?? []) {
      if (!names.has(name))
        throw new TemplateError(`templates.${templateName}.tasks.${task.name}: dependency '${name}' not defined`);
    }
  }
  const settled = new Set<string>();
  for (let before = -1; before < settled.size;) {
    before = settled.size;
    for (const task of tasks) if ((task.dependencies ?? []).every((name) => settled.has(name))) settled.add(task.name);
  }
  const cyclic = tasks.filter(({ name }) => !settled.has(name)).map(({ name }) => name);
  if (cyclic.length > 0) throw new TemplateError(`templates.${templateName}: the tasks ${cyclic.join(', ')} wait for each other`);
}
