import type { Arguments, RetryStrategy, WorkflowSpec } from '../objects/workflow-spec';
import { checkDag } from './dag';
import { parseDurationMs } from './duration';
import { evaluateBoolean } from './expression/evaluate';
import { TemplateError } from './template-error';

/** Refuses at its start what could only go wrong later: names that nothing has, tasks that wait for each other. */
export function validateSpec(spec: WorkflowSpec): void {
  const templates = new Map((spec.templates ?? []).map((template) => [template.name, template]));
  if (templates.size !== (spec.templates ?? []).length) throw new TemplateError('invalid spec: template names are not unique');
  need(spec.entrypoint, 'spec.entrypoint');
  if (spec.onExit !== undefined) need(spec.onExit, 'spec.onExit');
  requireValues(spec.arguments);
  for (const template of templates.values()) {
    const kinds = (['container', 'dag', 'steps', 'suspend'] as const).filter((kind) => template[kind] !== undefined);
    if (kinds.length !== 1)
      throw new TemplateError(`invalid spec: templates.${template.name} must have one of container, dag, steps and suspend`);
    const tasks = [...(template.dag?.tasks ?? []), ...(template.steps ?? []).flat()];
    for (const task of tasks) need(task.template, `templates.${template.name}.${task.name}.template`);
    if (template.dag !== undefined) checkDag(template.name, template.dag.tasks);
    if (template.retryStrategy !== undefined) checkRetry(template.name, template.retryStrategy);
  }

  function need(name: string | undefined, field: string): void {
    if (name === undefined || name === '') throw new TemplateError(`invalid spec: ${field} is required`);
    if (!templates.has(name)) throw new TemplateError(`invalid spec: ${field}: template name '${name}' undefined`);
  }
}

function requireValues(given: Arguments | undefined): void {
  for (const { name, value, default: fallback } of given?.parameters ?? []) {
    if (value === undefined && fallback === undefined)
      throw new TemplateError(`invalid spec: spec.arguments.${name}.value or spec.arguments.${name}.valueFrom is required`);
  }
}

/** An expression is tried on an ordinary failure, so that a mistake in it shows before the first real one. */
function checkRetry(template: string, { expression, backoff }: RetryStrategy): void {
  for (const text of [backoff?.duration, backoff?.maxDuration, backoff?.cap]) {
    if (text !== undefined && text !== '' && parseDurationMs(text) === null) {
      throw new TemplateError(`invalid spec: templates.${template}.retryStrategy.backoff: "${text}" is no duration`);
    }
  }
  if (expression === undefined) return;
  try {
    evaluateBoolean(expression, { lastRetry: { exitCode: '1', status: 'Failed', duration: '1', message: '' }, retries: '0' });
  } catch (error) {
    throw new TemplateError(
      `invalid spec: templates.${template}.retryStrategy.expression: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
