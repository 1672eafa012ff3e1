import type { WorkflowNode } from '@stead/platform/kube';
import type { StepStatus } from './step-progress';

/**
 * Steps as they are to be judged: one whose last pod ran on a machine that was taken back did not fail by itself, whatever
 * exit code its end by force left. Otherwise a spot machine that goes, twice, looks like a step that kills itself.
 */
export function withInterruptions(
  steps: readonly StepStatus[],
  nodes: readonly WorkflowNode[],
  wasTakenBack: (host: string) => boolean,
): StepStatus[] {
  const hosts = new Map(nodes.map(({ id, hostNodeName }) => [id, hostNodeName]));
  return steps.map((step) => {
    const host = hosts.get(step.podNodeIds.at(-1) ?? '');
    const interrupted = step.state === 'failed' && host !== undefined && wasTakenBack(host);
    return interrupted && isForced(step.exitCode) ? { ...step, machineError: true } : step;
  });
}

/** An exit code that the step chose itself says what was wrong with its work, also on a machine that was about to go. */
function isForced(exitCode: number | null): boolean {
  return exitCode === null || exitCode > 128;
}
