import type { NodeStatus } from '../objects/workflow';
import type { Template } from '../objects/workflow-spec';
import { buildPod } from './build-pod';
import type { Call, Execution } from './execution';
import { podName } from './node-id';
import { isFulfilled } from './node-phase';
import { substitute, type Names } from './substitute';
import { namesOf, templateOf } from './template-inputs';

export function executePod(run: Execution, call: Call, template: Template, inputs: Names): NodeStatus | undefined {
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
export function mayStartPod({ book, spec }: Execution, boundary: NodeStatus | undefined, template: Template): boolean {
  if (template.container === undefined) return true;
  const active = book.all().filter((node) => node.type === 'Pod' && !isFulfilled(node.phase));
  if (spec.parallelism !== undefined && active.length >= spec.parallelism) return false;
  const limit = boundary?.templateName === undefined ? undefined : templateOf(spec, boundary.templateName).parallelism;
  return limit === undefined || active.filter((node) => node.boundaryID === boundary?.id).length < limit;
}
