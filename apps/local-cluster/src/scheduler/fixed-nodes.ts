import type { ObjectStore } from '../store/object-store';
import { publishDevices, withdrawDevices, type NodeDevices } from './device-slices';
import { capacityOf, newNode, type NodeSize } from './node-objects';

export interface FixedNode extends NodeSize {
  name: string;
  /** What it has besides, for pods to claim. */
  devices?: NodeDevices | undefined;
}

/** Makes the nodes what the options say, and leaves cordons and labels that were set by hand. */
export function syncFixedNodes(store: ObjectStore, nodes: readonly FixedNode[], now: number): void {
  const wanted = new Set(nodes.map(({ name }) => name));
  for (const node of store.list('nodes')) {
    if (wanted.has(node.metadata.name)) continue;
    withdrawDevices(store, node.metadata.name);
    store.remove('nodes', '', node.metadata.name);
  }
  for (const size of nodes) {
    const draft = newNode({ ...size, ready: true }, now);
    const capacity = capacityOf(size);
    const known = store.update('nodes', '', size.name, (node) =>
      JSON.stringify(node.status.capacity) === JSON.stringify(capacity)
        ? node
        : { ...node, status: { ...node.status, capacity, allocatable: capacity } },
    );
    if (known === undefined) store.create('nodes', draft);
    if (size.devices === undefined) withdrawDevices(store, size.name);
    publishDevices(store, size.name, size.devices);
  }
}
