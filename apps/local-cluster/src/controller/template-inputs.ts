import type { Arguments, Template, WorkflowSpec } from '../objects/workflow-spec';
import type { Names } from './substitute';
import { TemplateError } from './template-error';

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

/** What a template gets: the arguments of the call, else its own values and defaults. */
export function inputsOf(template: Template, given: Names): Names {
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
