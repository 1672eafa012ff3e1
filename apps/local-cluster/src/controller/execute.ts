import type { NodeStatus, Workflow } from '../objects/workflow';
import type { Arguments, Task, Template, WorkflowSpec } from '../objects/workflow-spec';
import type { Draft } from '../store/object-store';
import { buildPod } from './build-pod';
import { stepDag, isBad } from './dag';
import { parseDurationMs } from './duration';
import { evaluateWhen } from './when';
import { ExpressionError } from './expression/tokens';
import type { NodeBook } from './node-book';
import { podName } from './node-id';
import { isFailed, isFulfilled } from './node-phase';
import { decideRetry, type Try } from './retry';
import { substitute, type Names } from './substitute';
import { TemplateError } from './template-error';

export interface Execution {
  workflow: Workflow;
  spec: WorkflowSpec;
  book: NodeBook;
  names: Names;
  now: number;
  /** Why no step may start any more; null while they may. */
  stopped: string | null;
  create: Draft<'pods'>[];
  wakeAt: (ms: number) => void;
}

interface Call {
  /** The path of the node. */
  name: string;
  displayName: string;
  template: string;
  given: Names;
  boundary: NodeStatus | undefined;
  isRetry?: boolean;
  tryNumber?: number;
}

/** Brings the node of one call of a template as far as it can go now. Undefined when it may not start yet. */
export function execute(run: Execution, call: Call): NodeStatus | undefined {
  const known = run.book.get(call.name);
  if (known !== undefined && isFulfilled(known.phase)) return known;
  try {
    const template = templateOf(run.spec, call.template);
    return template.retryStrategy !== undefined && call.isRetry !== true
      ? executeWithRetry(run, call, template)
      : executeOnce(run, call, template);
  } catch (error) {
    if (!(error instanceof TemplateError) && !(error instanceof ExpressionError)) throw error;
    const type = known?.type ?? 'Skipped';
    if (known === undefined) run.book.add({ ...call, type, templateName: call.template, boundaryID: call.boundary?.id });
    return run.book.mark(call.name, 'error', error.message);
  }
}

function executeOnce(run: Execution, call: Call, template: Template): NodeStatus | undefined {
  const inputs = inputsOf(template, call.given);
  if (template.container !== undefined) return executePod(run, call, template, inputs);
  if (template.dag !== undefined) return executeDag(run, call, template, inputs);
  if (template.steps !== undefined) return executeSteps(run, call, template, inputs);
  if (template.suspend !== undefined) return executeSuspend(run, call, template, inputs);
  throw new TemplateError(`templates.${template.name} has none of container, dag, steps and suspend`);
}

function executeWithRetry(run: Execution, call: Call, template: Template): NodeStatus | undefined {
  const { book } = run;
  const tries = triesOf(book, call.name);
  const last = tries.at(-1);
  if (last !== undefined && !isFulfilled(last.phase)) execute(run, tryCall(call, tries.length - 1));
  const now = triesOf(book, call.name);
  const latest = now.at(-1);
  if (latest !== undefined && !isFulfilled(latest.phase)) return book.get(call.name);

  const strategy = template.retryStrategy ?? {};
  const decision = decideRetry(strategy, now.map(asTry), run.now, run.stopped);
  if (decision.kind === 'try') {
    if (book.get(call.name) === undefined && !mayStartPod(run, call.boundary, template)) return undefined;
    if (book.get(call.name) === undefined) {
      book.add({
        ...call,
        type: 'Retry',
        templateName: template.name,
        boundaryID: call.boundary?.id,
        inputs: inputsOf(template, call.given),
      });
    }
    const next = execute(run, tryCall(call, now.length));
    if (next !== undefined) book.addChild(call.name, next.name);
    // A try that could not even start has ended already; what follows from that is decided at once.
    return next !== undefined && isFulfilled(next.phase) && now.length < TRIES_MAX
      ? executeWithRetry(run, call, template)
      : book.get(call.name);
  }
  if (book.get(call.name) === undefined) return undefined;
  if (decision.kind === 'wait') {
    run.wakeAt(decision.untilMs);
    book.note(call.name, { message: decision.message });
    return book.get(call.name);
  }
  if (latest?.outputs !== undefined) book.note(call.name, { outputs: latest.outputs });
  const event = ({ Succeeded: 'succeed', Skipped: 'succeed', Failed: 'fail', Error: 'error' } as const)[decision.phase];
  return book.mark(call.name, event, decision.message === '' ? undefined : decision.message);
}

const TRIES_MAX = 1_000;

function tryCall(call: Call, number: number): Call {
  return {
    ...call,
    name: `${call.name}(${number})`,
    displayName: `${call.displayName}(${number})`,
    isRetry: true,
    tryNumber: number,
  };
}

function triesOf(book: NodeBook, name: string): NodeStatus[] {
  const tries: NodeStatus[] = [];
  for (let number = 0; number < TRIES_MAX; number += 1) {
    const node = book.get(`${name}(${number})`);
    if (node === undefined) return tries;
    tries.push(node);
  }
  return tries;
}

function asTry(node: NodeStatus): Try {
  return {
    phase: node.phase,
    message: node.message ?? '',
    exitCode: node.outputs?.exitCode ?? null,
    startedAtMs: Date.parse(node.startedAt ?? ''),
    finishedAtMs: Date.parse(node.finishedAt ?? ''),
  };
}

function executePod(run: Execution, call: Call, template: Template, inputs: Names): NodeStatus | undefined {
  const { book, workflow, spec } = run;
  const known = book.get(call.name);
  // The pods of known nodes were looked at before anything was executed.
  if (known !== undefined) return known;
  if (run.stopped !== null || !mayStartPod(run, call.boundary, template)) return undefined;
  const pod = podName(workflow.metadata, template.name, call.name);
  const names = {
    ...run.names,
    ...namesOf('inputs.parameters', inputs),
    'pod.name': pod,
    'node.name': call.name,
    retries: String(call.tryNumber ?? 0),
  };
  const filled = substitute(template, names);
  const node = book.add({ ...call, type: 'Pod', templateName: template.name, boundaryID: call.boundary?.id, inputs });
  run.create.push(buildPod(workflow, spec, { name: pod, nodeId: node.id, nodeName: call.name, template: filled }));
  return node;
}

/** `parallelism` bounds the pods of a workflow, and those right below one template. */
function mayStartPod({ book, spec }: Execution, boundary: NodeStatus | undefined, template: Template): boolean {
  if (template.container === undefined) return true;
  const active = book.all().filter((node) => node.type === 'Pod' && !isFulfilled(node.phase));
  if (spec.parallelism !== undefined && active.length >= spec.parallelism) return false;
  const limit = boundary?.templateName === undefined ? undefined : templateOf(spec, boundary.templateName).parallelism;
  return limit === undefined || active.filter((node) => node.boundaryID === boundary?.id).length < limit;
}

function executeDag(run: Execution, call: Call, template: Template, inputs: Names): NodeStatus {
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
      for (const parent of parents) book.addChild(parent, nameOf(task.name));
    }
    if (omit.length === 0 && start.every((task) => phaseOf(task.name) === null || !isFulfilled(phaseOf(task.name) ?? 'Running')))
      break;
  }
  const { phase } = stepDag(tasks, phaseOf, policy);
  return end(
    run,
    call.name,
    phase,
    tasks.map((task) => book.get(nameOf(task.name))),
  );
}

function executeSteps(run: Execution, call: Call, template: Template, inputs: Names): NodeStatus {
  const { book } = run;
  const node =
    book.get(call.name) ??
    book.add({ ...call, type: 'Steps', templateName: template.name, boundaryID: call.boundary?.id, inputs });
  const groups = template.steps ?? [];
  const earlier: Task[] = [];
  for (const [index, group] of groups.entries()) {
    const groupName = `${call.name}[${index}]`;
    if (book.get(groupName) === undefined) {
      if (run.stopped !== null) return end(run, call.name, 'Failed', []);
      book.add({ name: groupName, displayName: `[${index}]`, type: 'StepGroup', boundaryID: node.id });
      book.addChild(index === 0 ? call.name : `${call.name}[${index - 1}]`, groupName);
    }
    for (const step of group) {
      executeTask(run, step, `${groupName}.${step.name}`, node, inputs, earlier, 'steps');
      if (book.get(`${groupName}.${step.name}`) !== undefined) book.addChild(groupName, `${groupName}.${step.name}`);
    }
    earlier.push(...group);
    const nodes = group.map((step) => book.get(`${groupName}.${step.name}`));
    const waiting = nodes.some((one) => one === undefined || !isFulfilled(one.phase));
    if (waiting && !(run.stopped !== null && nodes.every((one) => one === undefined || isFulfilled(one.phase))))
      return book.get(call.name) ?? node;
    const bad = group.find((step, i) => isBad(step, nodes[i]?.phase ?? null));
    const phase = bad === undefined && !waiting ? 'Succeeded' : nodes.some((one) => one?.phase === 'Error') ? 'Error' : 'Failed';
    end(run, groupName, phase, nodes);
    if (phase !== 'Succeeded') return end(run, call.name, phase, nodes);
  }
  return end(run, call.name, 'Succeeded', []);
}

function executeTask(
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
    execute(run, { name, displayName: task.name, template: task.template, given, boundary });
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

function executeSuspend(run: Execution, call: Call, template: Template, inputs: Names): NodeStatus {
  const { book } = run;
  const node =
    book.get(call.name) ??
    book.add({ ...call, type: 'Suspend', templateName: template.name, boundaryID: call.boundary?.id, inputs });
  if (run.stopped !== null) return book.mark(call.name, 'fail', run.stopped);
  const { duration } = template.suspend ?? {};
  if (duration === undefined) return node;
  const ms = parseDurationMs(duration);
  if (ms === null) throw new TemplateError(`templates.${template.name}.suspend.duration: "${duration}" is no duration`);
  const untilMs = Date.parse(node.startedAt ?? '') + ms;
  if (run.now >= untilMs) return book.mark(call.name, 'succeed');
  run.wakeAt(untilMs);
  return node;
}

function end(
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

export function templateOf(spec: WorkflowSpec, name: string): Template {
  const template = spec.templates?.find((one) => one.name === name);
  if (template === undefined) throw new TemplateError(`template name '${name}' undefined`);
  return template;
}

export function parametersOf(given: Arguments): Names {
  const entries = (given.parameters ?? []).map(({ name, value, default: fallback }) => {
    const found = value ?? fallback;
    if (found === undefined) throw new TemplateError(`parameter '${name}' has no value`);
    return [name, found] as const;
  });
  return Object.fromEntries(entries);
}

function inputsOf(template: Template, given: Names): Names {
  const entries = (template.inputs?.parameters ?? []).map(({ name, value, default: fallback, enum: allowed }) => {
    const found = given[name] ?? value ?? fallback;
    if (found === undefined) throw new TemplateError(`inputs.parameters.${name} was not supplied`);
    if (allowed !== undefined && !allowed.includes(found))
      throw new TemplateError(`inputs.parameters.${name} must be one of ${allowed.join(', ')}`);
    return [name, found] as const;
  });
  return Object.fromEntries(entries);
}

export function namesOf(prefix: string, values: Names): Names {
  const entries = Object.entries(values).map(([name, value]) => [`${prefix}.${name}`, value] as const);
  const all = Object.entries(values).map(([name, value]) => ({ name, value }));
  return { ...Object.fromEntries(entries), [prefix]: JSON.stringify(all) };
}
