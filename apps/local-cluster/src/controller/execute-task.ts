import type { NodeStatus } from '../objects/workflow';
import type { Task } from '../objects/workflow-spec';
import type { Execution } from './execution';
import { ExpressionError } from './expression/tokens';
import { isFulfilled } from './node-phase';
import { substitute, type Names } from './substitute';
import { TemplateError } from './template-error';
import { namesOf, parametersOf } from './template-inputs';
import { evaluateWhen } from './when';

/** A task of a DAG or a step of a list: its condition, its arguments, its template. */
export function executeTask(
  run: Execution,
  task: Task,
  name: string,
  boundary: NodeStatus,
  inputs: Names,
  siblings: readonly Task[],
  kind: 'tasks' | 'steps' = 'tasks',
): void {
  const { book } = run;
  const names = { ...run.names, ...namesOf('inputs.parameters', inputs), ...siblingNames(run, siblings, boundary, kind) };
  try {
    if (book.get(name) === undefined && task.when !== undefined) {
      const condition = substitute(task.when, names);
      if (!evaluateWhen(condition)) {
        book.add({ name, displayName: task.name, type: 'Skipped', templateName: task.template, boundaryID: boundary.id });
        book.mark(name, 'skip', `when '${condition}' evaluated false`);
        return;
      }
    }
    const given = parametersOf(substitute(task.arguments ?? {}, names));
    run.execute(run, { name, displayName: task.name, template: task.template, given, boundary });
  } catch (error) {
    if (!(error instanceof TemplateError) && !(error instanceof ExpressionError)) throw error;
    if (book.get(name) === undefined)
      book.add({ name, displayName: task.name, type: 'Skipped', templateName: task.template, boundaryID: boundary.id });
    book.mark(name, 'error', error.message);
  }
}

/** `{{tasks.<name>.status}}` and `.exitCode` of what has ended before. */
function siblingNames(run: Execution, siblings: readonly Task[], boundary: NodeStatus, kind: 'tasks' | 'steps'): Names {
  const nodes = run.book.all().filter((node) => node.boundaryID === boundary.id && isFulfilled(node.phase));
  const entries = siblings.flatMap(({ name }) => {
    const node = nodes.find((one) => one.displayName === name);
    if (node === undefined) return [];
    const exitCode = node.outputs?.exitCode;
    const own: [string, string][] = [
      [`${kind}.${name}.status`, node.phase],
      [`${kind}.${name}.id`, node.id],
    ];
    return exitCode === undefined ? own : [...own, [`${kind}.${name}.exitCode`, exitCode] satisfies [string, string]];
  });
  return Object.fromEntries(entries);
}
