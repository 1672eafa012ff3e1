import type { NodeStatus } from '../objects/workflow';
import type { Template } from '../objects/workflow-spec';
import { stepDag } from './dag';
import { executeTask } from './execute-task';
import { endNode, type Call, type Execution } from './execution';
import { isFulfilled } from './node-phase';
import type { Names } from './substitute';

export function executeDag(run: Execution, call: Call, template: Template, inputs: Names): NodeStatus {
  const { book } = run;
  const node =
    book.get(call.name) ?? book.add({ ...call, type: 'DAG', templateName: template.name, boundaryID: call.boundary?.id, inputs });
  const tasks = template.dag?.tasks ?? [];
  const policy = { failFast: template.dag?.failFast !== false, stopping: run.stopped !== null };
  const nameOf = (task: string): string => `${call.name}.${task}`;
  const phaseOf = (task: string): NodeStatus['phase'] | null => book.get(nameOf(task))?.phase ?? null;
  for (const task of tasks) {
    const known = book.get(nameOf(task.name));
    if (known !== undefined && !isFulfilled(known.phase)) executeTask(run, task, nameOf(task.name), node, inputs, tasks);
  }
  // What ends at once (skipped, omitted) lets others start in the same turn.
  for (let round = 0; round <= tasks.length; round += 1) {
    const { start, omit } = stepDag(tasks, phaseOf, policy);
    for (const task of omit) {
      book.add({
        name: nameOf(task.name),
        displayName: task.name,
        type: 'Skipped',
        templateName: task.template,
        boundaryID: node.id,
      });
      book.mark(nameOf(task.name), 'omit', 'omitted: depends condition not met');
    }
    for (const task of start) executeTask(run, task, nameOf(task.name), node, inputs, tasks);
    for (const task of [...start, ...omit]) {
      if (book.get(nameOf(task.name)) === undefined) continue;
      const parents = task.dependencies?.length ? task.dependencies.map(nameOf) : [call.name];
      for (const parent of parents) book.addChild(outboundOf(run, parent), nameOf(task.name));
    }
    if (omit.length === 0 && start.every((task) => phaseOf(task.name) === null || !isFulfilled(phaseOf(task.name) ?? 'Running')))
      break;
  }
  const { phase } = stepDag(tasks, phaseOf, policy);
  return endNode(
    run,
    call.name,
    phase,
    tasks.map((task) => book.get(nameOf(task.name))),
  );
}

/** What comes after a step that was tried again comes after its last try: the children of its node are its tries alone. */
function outboundOf({ book }: Execution, name: string): string {
  const node = book.get(name);
  const lastTry = node?.type === 'Retry' ? node.children?.at(-1) : undefined;
  return lastTry === undefined ? name : (book.nodes[lastTry]?.name ?? name);
}
