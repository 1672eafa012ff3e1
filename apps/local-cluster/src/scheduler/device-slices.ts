import type { ResourceSlice } from '../objects/plain';
import type { ObjectStore } from '../store/object-store';

/** Devices of a node that pods claim (dynamic resource allocation) rather than request by a name. */
export interface NodeDevices {
  driver: string;
  count: number;
  /** Of each device, in the domain of the driver: `{"type": {"string": "gpu"}}`. */
  attributes?: Readonly<Record<string, object>>;
}

/** What a driver on the node publishes once the node is ready: one slice with all of its devices. */
export function publishDevices(store: ObjectStore, node: string, devices: NodeDevices | undefined): void {
  if (devices === undefined) return;
  const { driver, count, attributes = {} } = devices;
  const name = nameOf(node, driver);
  const spec: ResourceSlice['spec'] = {
    driver,
    nodeName: node,
    pool: { name: node, generation: 1, resourceSliceCount: 1 },
    devices: Array.from({ length: count }, (_, i) => ({ name: `device-${i}`, attributes })),
  };
  if (store.update('resourceslices', '', name, (slice) => ({ ...slice, spec })) !== undefined) return;
  const owner = store.get('nodes', '', node);
  store.create('resourceslices', {
    apiVersion: 'resource.k8s.io/v1',
    kind: 'ResourceSlice',
    metadata: {
      name,
      ...(owner && {
        ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: node, uid: owner.metadata.uid, controller: true }],
      }),
    },
    spec,
  });
}

export function withdrawDevices(store: ObjectStore, node: string): void {
  for (const slice of store.list('resourceslices'))
    if (slice.spec.nodeName === node) store.remove('resourceslices', '', slice.metadata.name);
}

function nameOf(node: string, driver: string): string {
  return `${node}-${driver}`;
}
