import type { NodeStatus } from '../objects/workflow';
import type { Template } from '../objects/workflow-spec';
import { parseDurationMs } from './duration';
import { executeDag } from './execute-dag';
import { executePod } from './execute-pod';
import { executeWithRetry } from './execute-retry';
import { executeSteps } from './execute-steps';
import type { Call, Execution } from './execution';
import { ExpressionError } from './expression/tokens';
import { isFulfilled } from './node-phase';
import type { Names } from './substitute';
import { TemplateError } from './template-error';
import { inputsOf, templateOf } from './template-inputs';

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
