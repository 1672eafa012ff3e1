import { claimsOfStep, inPhysicalGpus, podDemandOf, requestsByStep, roomByNode, type Resources } from '@stead/platform/capacity';
import type { Node, WorkflowTemplate } from '@stead/platform/kube';
import type { DeviceWatches } from './device-watches';

/** Devices that steps claim by their class have no name among resources; what they are in physical GPUs goes by this one. */
const CLAIMED_GPUS = 'claimed-devices/gpu';

/** What each step asks for, with GPUs in physical ones as they are on the nodes that take it. */
export function gpusByStep(
  template: WorkflowTemplate,
  nodes: readonly Node[],
  watches: DeviceWatches,
): Readonly<Record<string, Resources>> {
  const rooms = roomByNode(nodes, []);
  const devices = watches.count([], [template]);
  const byName = new Map(template.spec.templates.map((step) => [step.name, step]));
  return Object.fromEntries(
    Object.entries(requestsByStep(template)).map(([name, request]) => {
      const step = byName.get(name);
      const pod = step === undefined ? null : podDemandOf(step, template);
      if (step === undefined || pod === null) return [name, request];
      const claimed = devices.gpusIn(watches.requests(claimsOfStep(step, template)));
      const physical = inPhysicalGpus(request, pod, rooms);
      return [name, claimed === 0 ? physical : { ...physical, [CLAIMED_GPUS]: claimed }];
    }),
  );
}
