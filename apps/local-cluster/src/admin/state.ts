import { isReady } from '../objects/node';
import { allocatableOf, requestsOf } from '../scheduler/fit';
import { isPodFinished } from '../objects/pod';
import type { AdminParts } from './admin-server';

/** The cluster in one page: what is where, what is wrong on purpose. */
export function stateOf({
  store,
  faults,
  controller,
  name,
  namespace,
}: Pick<AdminParts, 'store' | 'faults' | 'controller' | 'name' | 'namespace'>): object {
  const pods = store.list('pods');
  return {
    name,
    namespace,
    resourceVersion: String(store.revision),
    controllerRunning: controller.isRunning,
    faults: faults.list(),
    nodes: store.list('nodes').map((node) => {
      const used: Record<string, number> = {};
      for (const pod of pods.filter((one) => one.spec.nodeName === node.metadata.name && !isPodFinished(one))) {
        for (const [resource, amount] of Object.entries(requestsOf(pod))) used[resource] = (used[resource] ?? 0) + amount;
      }
      const { name: nodeName } = node.metadata;
      return {
        name: nodeName,
        ready: isReady(node),
        unschedulable: node.spec.unschedulable === true,
        allocatable: allocatableOf(node),
        used,
      };
    }),
    pods: pods.map(({ metadata, spec, status }) => ({ name: metadata.name, phase: status.phase, node: spec.nodeName ?? null })),
    workflows: store.list('workflows').map(({ metadata, status }) => ({
      name: metadata.name,
      phase: status?.phase ?? '',
      progress: status?.progress ?? null,
      message: status?.message ?? null,
    })),
  };
}
