import { z } from 'zod';
import type { PipelineShape, StepShape } from '../../../application/cluster-check';

const taskSchema = z.looseObject({
  name: z.string(),
  template: z.string().optional(),
  dependencies: z.array(z.string()).optional(),
  depends: z.string().optional(),
});
const templateSchema = z.looseObject({
  spec: z.looseObject({
    entrypoint: z.string().optional(),
    arguments: z
      .looseObject({
        parameters: z
          .array(z.looseObject({ name: z.string(), value: z.unknown().optional(), valueFrom: z.unknown().optional() }))
          .optional(),
      })
      .optional(),
    templates: z
      .array(
        z.looseObject({
          name: z.string().default(''),
          dag: z.looseObject({ tasks: z.array(taskSchema).default([]) }).optional(),
          steps: z.array(z.array(taskSchema)).optional(),
        }),
      )
      .default([]),
  }),
});
type Templates = z.infer<typeof templateSchema>['spec']['templates'];

/** Null when it is no WorkflowTemplate. */
export function shapeOf(workflowTemplate: unknown): PipelineShape | null {
  const parsed = templateSchema.safeParse(workflowTemplate);
  if (!parsed.success) return null;
  const { templates, entrypoint, arguments: given } = parsed.data.spec;
  const called = new Set(templates.flatMap((template) => tasksOf(template).map((task) => task.template ?? '')));
  const isEntrypoint = ({ name, dag, steps }: Templates[number]): boolean =>
    name === entrypoint || ((dag !== undefined || steps !== undefined) && !called.has(name));
  return {
    parameters: (given?.parameters ?? [])
      .map(({ name, value, valueFrom }) => ({ name, hasDefault: value !== undefined || valueFrom !== undefined }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
    entrypoints: Object.fromEntries(templates.filter(isEntrypoint).map((template) => [template.name, stepsOf(template)])),
  };
}

function tasksOf({ dag, steps }: Templates[number]): z.infer<typeof taskSchema>[] {
  return [...(dag?.tasks ?? []), ...(steps ?? []).flat()];
}

/** What is called, in which order. The groups of `steps` wait for the group before. */
function stepsOf({ name, dag, steps }: Templates[number]): StepShape[] {
  if (dag !== undefined) {
    return dag.tasks.map((task) => ({
      name: task.name,
      // `depends` is an expression over names such as `a && b.Succeeded`: the names are what is waited for.
      after: [...(task.dependencies ?? []), ...(task.depends?.match(/[A-Za-z0-9][-A-Za-z0-9_]*(?=[.\s)&|]|$)/g) ?? [])].filter(
        (one) => dag.tasks.some((other) => other.name === one),
      ),
    }));
  }
  if (steps !== undefined) {
    return steps.flatMap((group, at) =>
      group.map((task) => ({ name: task.name, after: (steps[at - 1] ?? []).map((before) => before.name) })),
    );
  }
  return [{ name, after: [] }];
}

/** What differs in `ours` from `theirs`, a sentence each; empty when a run could go to either. */
export function differencesBetween(ours: PipelineShape, theirs: PipelineShape): string[] {
  return [...parameterDifferences(ours, theirs), ...entrypointDifferences(ours, theirs)];
}

function parameterDifferences(ours: PipelineShape, theirs: PipelineShape): string[] {
  const names = new Set([...ours.parameters, ...theirs.parameters].map(({ name }) => name));
  return [...names].flatMap((name) => {
    const here = ours.parameters.find((parameter) => parameter.name === name);
    const there = theirs.parameters.find((parameter) => parameter.name === name);
    if (here === undefined) return [`the parameter ${name} is missing`];
    // A parameter more does no harm as long as it has a value without us.
    if (there === undefined) return here.hasDefault ? [] : [`the parameter ${name} is required here alone`];
    return [];
  });
}

function entrypointDifferences(ours: PipelineShape, theirs: PipelineShape): string[] {
  return Object.entries(theirs.entrypoints).flatMap(([entrypoint, steps]) => {
    const here = ours.entrypoints[entrypoint];
    if (here === undefined) return [`the entrypoint ${entrypoint} is missing`];
    const names = new Set([...here, ...steps].map(({ name }) => name));
    return [...names].flatMap((name) => stepDifference(entrypoint, name, here, steps));
  });
}

function stepDifference(entrypoint: string, name: string, ours: readonly StepShape[], theirs: readonly StepShape[]): string[] {
  const here = ours.find((step) => step.name === name);
  const there = theirs.find((step) => step.name === name);
  if (here === undefined) return [`${entrypoint} lacks the step ${name}`];
  if (there === undefined) return [`${entrypoint} has the step ${name} here alone`];
  const wait = ({ after }: StepShape): string => (after.length === 0 ? 'nothing' : [...after].sort().join(', '));
  return wait(here) === wait(there) ? [] : [`${entrypoint}: ${name} waits for ${wait(here)} here and for ${wait(there)} there`];
}
