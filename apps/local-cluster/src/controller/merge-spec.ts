import type { Arguments, WorkflowSpec } from '../objects/workflow-spec';

/** What a workflow runs: the template's spec, with what the workflow itself says on top. */
export function mergeSpec(base: WorkflowSpec, own: WorkflowSpec): WorkflowSpec {
  const { workflowTemplateRef: _, arguments: given, ...rest } = own;
  const merged = { ...base, ...defined(rest) };
  const parameters = mergeParameters(base.arguments, given);
  return parameters === undefined ? merged : { ...merged, arguments: { parameters } };
}

/** Fields that may be changed while a workflow runs, over what was stored when it started. */
export function withLiveFields(stored: WorkflowSpec, own: WorkflowSpec): WorkflowSpec {
  const { shutdown, suspend, activeDeadlineSeconds, parallelism, priority, ttlStrategy, podGC } = own;
  return { ...stored, ...defined({ shutdown, suspend, activeDeadlineSeconds, parallelism, priority, ttlStrategy, podGC }) };
}

function mergeParameters(base: Arguments | undefined, own: Arguments | undefined): Arguments['parameters'] {
  if (base?.parameters === undefined) return own?.parameters;
  const given = new Map((own?.parameters ?? []).map((parameter) => [parameter.name, parameter]));
  const known = new Set(base.parameters.map(({ name }) => name));
  const overridden = base.parameters.map((parameter) => ({ ...parameter, ...defined(given.get(parameter.name) ?? {}) }));
  return [...overridden, ...[...given.values()].filter(({ name }) => !known.has(name))];
}

function defined<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>; // some of its own fields
}
