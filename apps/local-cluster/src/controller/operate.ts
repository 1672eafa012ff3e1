import { timestamp } from '../objects/metadata';
import { isPodFinished, type Pod } from '../objects/pod';
import type { NodeStatus, Workflow, WorkflowStatus, WorkflowTemplate } from '../objects/workflow';
import type { WorkflowSpec } from '../objects/workflow-spec';
import type { Draft } from '../store/object-store';
import { assessPod } from './assess-pod';
import { execute } from './execute';
import type { Execution } from './execution';
import { namesOf, parametersOf } from './template-inputs';
import { mergeSpec, withLiveFields } from './merge-spec';
import { NodeBook } from './node-book';
import { podName } from './node-id';
import { isFailed, isFulfilled, type WorkflowEvent } from './node-phase';
import type { Names } from './substitute';
import { InvalidSpec, TemplateError } from './template-error';
import { finish, running, withNodes } from './workflow-status';
import { validateSpec } from './validate-spec';

export interface Operation {
  workflow: Workflow;
  create: Draft<'pods'>[];
  /** Pods whose containers are to end. */
  terminate: Pod[];
  /** When to look again although nothing has changed. */
  wakeAtMs: number | null;
}

export interface Situation {
  workflow: Workflow;
  template: (name: string) => WorkflowTemplate | undefined;
  pod: (name: string) => Pod | undefined;
  now: number;
}

/** What follows, for one workflow, from how its pods are: a function of what is there and of nothing else. */
export function operate(situation: Situation): Operation {
  const { workflow, now } = situation;
  let spec: WorkflowSpec;
  try {
    spec = specOf(situation);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    const event = error instanceof InvalidSpec ? 'fail' : 'error';
    return still(finish(workflow, { ...workflow.status }, event, error.message, now));
  }
  const status: WorkflowStatus = { ...workflow.status };
  if ((status.phase ?? '') === '') {
    status.startedAt = timestamp(now);
    if (workflow.spec.workflowTemplateRef !== undefined) status.storedWorkflowTemplateSpec = spec;
  }
  const book = new NodeBook(workflow, now);
  const stopped = whyStopped(spec, status, now);
  let wakeAtMs = Infinity;
  const wakeAt = (ms: number): void => void (wakeAtMs = Math.min(wakeAtMs, ms));
  const deadline = deadlineOf(spec, status);
  if (deadline !== null && deadline > now) wakeAt(deadline);

  const terminate = lookAtPods(situation, spec, book, stopped);
  if (spec.suspend === true && stopped === null)
    return settled(withNodes(running(workflow, status), book), [], terminate, wakeAtMs);

  const names = workflowNames(workflow, spec);
  const run: Execution = { workflow, spec, book, names, now, stopped, create: [], wakeAt, execute };
  const { name } = workflow.metadata;
  const call = {
    name,
    displayName: name,
    template: spec.entrypoint ?? '',
    given: parametersOf(spec.arguments ?? {}),
    boundary: undefined,
  };
  const root = book.get(name)?.phase === undefined && stopped !== null ? undefined : execute(run, call);
  const isOver = root === undefined ? stopped !== null : isFulfilled(root.phase);
  if (!isOver) return settled(withNodes(running(workflow, status), book), run.create, terminate, wakeAtMs);

  const exit = runExitHandler(run, root);
  const current = withNodes(running(workflow, status), book);
  if (exit === 'running' || terminate.length > 0) return settled(current, run.create, terminate, wakeAtMs);
  const { event, message } = outcomeOf(spec, root, exit, stopped);
  return still(finish(current, current.status ?? {}, event, message, now));
}

function specOf({ workflow, template }: Situation): WorkflowSpec {
  const stored = workflow.status?.storedWorkflowTemplateSpec;
  if (stored !== undefined) return withLiveFields(stored, workflow.spec);
  const reference = workflow.spec.workflowTemplateRef;
  if (reference === undefined) return validated(workflow.metadata.name, workflow.spec);
  const base = template(reference.name);
  if (base === undefined) throw new TemplateError(`workflowtemplate.argoproj.io "${reference.name}" not found`);
  return validated(workflow.metadata.name, mergeSpec(base.spec, workflow.spec));
}

/** The name stands in a label of each pod; the API server itself allows longer ones. */
const NAME_MAX = 63;

function validated(name: string, spec: WorkflowSpec): WorkflowSpec {
  try {
    if (name.length > NAME_MAX)
      throw new TemplateError(
        `workflow name "${name}" must not be more than ${NAME_MAX} characters long (currently ${name.length})`,
      );
    validateSpec(spec);
  } catch (error) {
    throw error instanceof TemplateError ? new InvalidSpec(error) : error;
  }
  return spec;
}

/** Takes over what pods say, and asks those to end that have to. */
function lookAtPods(situation: Situation, spec: WorkflowSpec, book: NodeBook, stopped: string | null): Pod[] {
  const { workflow } = situation;
  const terminate: Pod[] = [];
  for (const node of book.all()) {
    if (node.type !== 'Pod' || isFulfilled(node.phase)) continue;
    const why = isOfExitHandler(workflow, node.name) && spec.shutdown !== 'Terminate' ? null : podEnding(spec, stopped);
    const pod = situation.pod(podName(workflow.metadata, node.templateName ?? '', node.name));
    const news = assessPod(pod, why);
    book.note(node.name, {
      ...(news.progress !== undefined && { progress: news.progress }),
      ...(news.hostNodeName !== undefined && { hostNodeName: news.hostNodeName }),
      ...(news.exitCode !== undefined && { outputs: { exitCode: news.exitCode } }),
      ...(news.event === null && { message: news.message }),
    });
    if (news.event !== null) book.mark(node.name, news.event, news.message);
    if (why === null || pod === undefined || isPodFinished(pod)) continue;
    terminate.push(pod);
    // A pod that never ran has no end to wait for.
    if (pod.status.phase === 'Pending') book.mark(node.name, 'fail', why);
  }
  return terminate.filter((pod) => pod.status.phase === 'Running' || pod.metadata.deletionTimestamp === undefined);
}

/** Argo's words for the node of a pod; those for the workflow, and for a step that was to be tried again, are others. */
function podEnding({ shutdown }: WorkflowSpec, stopped: string | null): string | null {
  return stopped !== null && (shutdown === 'Stop' || shutdown === 'Terminate')
    ? `workflow shutdown with strategy:  ${shutdown}`
    : stopped;
}

type ExitOutcome = NodeStatus | 'running' | null;

/** `Stop` runs the exit handler, `Terminate` does not. It runs once, after everything else has ended. */
function runExitHandler(run: Execution, root: NodeStatus | undefined): ExitOutcome {
  const { spec, workflow } = run;
  if (spec.onExit === undefined || spec.shutdown === 'Terminate') return null;
  const failures = run.book.all().filter(({ phase }) => isFailed(phase));
  const listed = failures.map(({ displayName, message = '', templateName = '', phase, finishedAt }) => ({
    displayName,
    message,
    templateName,
    phase,
    finishedAt,
  }));
  const names = { ...run.names, 'workflow.status': root?.phase ?? 'Failed', 'workflow.failures': JSON.stringify(listed) };
  const name = `${workflow.metadata.name}.onExit`;
  const call = { name, displayName: name, template: spec.onExit, given: parametersOf(spec.arguments ?? {}), boundary: undefined };
  const node = execute({ ...run, names, stopped: null }, call);
  return node !== undefined && isFulfilled(node.phase) ? node : 'running';
}

export function isOfExitHandler(workflow: Workflow, nodeName: string): boolean {
  return nodeName.startsWith(`${workflow.metadata.name}.onExit`);
}

function outcomeOf(
  spec: WorkflowSpec,
  root: NodeStatus | undefined,
  exit: Exclude<ExitOutcome, 'running'>,
  stopped: string | null,
): { event: WorkflowEvent; message: string | undefined } {
  if (root === undefined) return { event: 'fail', message: stopped ?? undefined };
  if (isFailed(root.phase)) {
    const wasShutDown = spec.shutdown === 'Stop' || spec.shutdown === 'Terminate';
    return {
      event: root.phase === 'Error' ? 'error' : 'fail',
      message: wasShutDown && stopped !== null ? stopped : root.message,
    };
  }
  if (exit !== null && isFailed(exit.phase)) return { event: exit.phase === 'Error' ? 'error' : 'fail', message: exit.message };
  return { event: 'succeed', message: undefined };
}

function whyStopped(spec: WorkflowSpec, status: WorkflowStatus, now: number): string | null {
  if (spec.shutdown === 'Stop' || spec.shutdown === 'Terminate') return `Stopped with strategy '${spec.shutdown}'`;
  const deadline = deadlineOf(spec, status);
  return deadline !== null && now >= deadline ? 'Step exceeded its deadline' : null;
}

function deadlineOf(spec: WorkflowSpec, { startedAt }: WorkflowStatus): number | null {
  if (spec.activeDeadlineSeconds === undefined || typeof startedAt !== 'string') return null;
  return Date.parse(startedAt) + spec.activeDeadlineSeconds * 1_000;
}

function workflowNames(workflow: Workflow, spec: WorkflowSpec): Names {
  const { name, namespace = '', uid, creationTimestamp, labels = {}, annotations = {} } = workflow.metadata;
  const prefixed = (prefix: string, values: Names): Names =>
    Object.fromEntries(Object.entries(values).map(([key, value]) => [`${prefix}.${key}`, value]));
  return {
    'workflow.name': name,
    'workflow.namespace': namespace,
    'workflow.uid': uid,
    'workflow.creationTimestamp': creationTimestamp,
    'workflow.serviceAccountName': spec.serviceAccountName ?? 'default',
    'workflow.mainEntrypoint': spec.entrypoint ?? '',
    'workflow.priority': String(spec.priority ?? 0),
    ...namesOf('workflow.parameters', parametersOf(spec.arguments ?? {})),
    ...prefixed('workflow.labels', labels),
    ...prefixed('workflow.annotations', annotations),
  };
}

function settled(workflow: Workflow, create: Draft<'pods'>[], terminate: Pod[], wakeAtMs: number): Operation {
  return { workflow, create, terminate, wakeAtMs: wakeAtMs === Infinity ? null : wakeAtMs };
}

function still(workflow: Workflow): Operation {
  return { workflow, create: [], terminate: [], wakeAtMs: null };
}
