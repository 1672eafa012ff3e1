import { timestamp, type KubeObject } from '../objects/metadata';
import type { ObjectStore } from './object-store';
import type { ObjectOf, Plural } from './resources';

/** Deleting a pod that runs asks its process to end first; the pod is removed when it has. */
export function removeOrMark(
  store: ObjectStore,
  plural: Plural,
  object: KubeObject,
  gracePeriodSeconds: number | undefined,
  now: number,
): { object: KubeObject; gone: boolean } {
  const { namespace = '', name, finalizers, deletionTimestamp } = object.metadata;
  const pod = plural === 'pods' ? store.get('pods', namespace, name) : undefined;
  const isActive = pod?.spec.nodeName !== undefined && pod.status.phase !== 'Succeeded' && pod.status.phase !== 'Failed';
  const graceSeconds = gracePeriodSeconds ?? pod?.spec.terminationGracePeriodSeconds ?? 0;
  // Without any grace nobody waits for the process: it is killed when its pod is gone.
  if ((!isActive || graceSeconds === 0) && finalizers === undefined)
    return { object: store.remove(plural, namespace, name) ?? object, gone: true };
  if (deletionTimestamp !== undefined && graceSeconds >= (object.metadata.deletionGracePeriodSeconds ?? 0))
    return { object, gone: false };
  const marks = { deletionTimestamp: timestamp(now + graceSeconds * 1_000), deletionGracePeriodSeconds: graceSeconds };
  const marked = { ...object, metadata: { ...object.metadata, ...marks } };
  return { object: store.put(plural, marked as ObjectOf[Plural]), gone: false }; // the stored object of this resource, and marks
}
