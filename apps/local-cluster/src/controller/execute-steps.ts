import type { NodeStatus } from '../objects/workflow';
import type { Task, Template } from '../objects/workflow-spec';
import { isBad } from './dag';
import { executeTask } from './execute-task';
import { endNode, type Call, type Execution } from './execution';
import { isFulfilled } from './node-phase';
import type { Names } from './substitute';

/** Groups of steps, one group after the other; the steps of a group side by side. */
export function executeSteps(run: Execution, call: Call, template: Template, inputs: Names): NodeStatus {
  const { book } = run;
  const node =
    book.get(call.name) ??
    book.add({ ...call, type: 'Steps', templateName: template.name, boundaryID: call.boundary?.id, inputs });
  const groups = template.steps ?? [];
  const earlier: Task[] = [];
  for (const [index, group] of groups.entries()) {
    const groupName = `${call.name}[${index}]`;
    if (book.get(groupName) === undefined) {
      if (run.stopped !== null) return endNode(run, call.name, 'Failed', []);
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
    endNode(run, groupName, phase, nodes);
    if (phase !== 'Succeeded') return endNode(run, call.name, phase, nodes);
  }
  return endNode(run, call.name, 'Succeeded', []);
}
