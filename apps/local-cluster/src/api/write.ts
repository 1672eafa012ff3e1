import type { KubeObject, Metadata } from '../objects/metadata';
import { timestamp } from '../objects/metadata';
import type { ObjectStore } from '../store/object-store';
import type { ObjectOf, Plural, Resource } from '../store/resources';
import { admit, type Admitted } from './admission';
import { removeOrMark } from '../store/removal';
import { ApiError } from './api-error';
import { equal, isObject } from '../objects/json';
import { applyPatch, jsonPatch, mergePatch, strategicMergePatch } from './json-patch';

/** Kinds that only the cluster itself creates and removes. */
const OWN_KINDS: ReadonlySet<Plural> = new Set(['nodes', 'events', 'nodepools', 'nodeclaims', 'resourceslices']);
const OBJECT_BYTES_MAX = 1_500_000;
const NAMES_TRIED_MAX = 8;

export interface Place {
  resource: Resource;
  namespace: string | null;
  name: string;
}

export type PatchKind = 'merge' | 'json' | 'strategic' | 'apply';

export interface DeleteOptions {
  uid?: string | undefined;
  resourceVersion?: string | undefined;
  gracePeriodSeconds?: number | undefined;
  orphan: boolean;
  dryRun: boolean;
}

/** What clients may do to objects. Every check and the write it guards happen in one turn of the event loop. */
export class Writer {
  constructor(
    private readonly store: ObjectStore,
    private readonly now: () => number,
  ) {}

  create(resource: Resource, namespace: string | null, body: unknown, dryRun: boolean): KubeObject {
    if (OWN_KINDS.has(resource.plural))
      throw new ApiError('MethodNotAllowed', `${resource.plural} are made by the cluster itself`);
    this.requireNamespace(resource, namespace);
    let admitted = admit(resource, body, { namespace, name: null });
    for (let tried = 1; this.find(resource, admitted.namespace, admitted.name) !== undefined; tried += 1) {
      if (admitted.metadata.generateName === undefined || tried >= NAMES_TRIED_MAX) throw alreadyExists(resource, admitted.name);
      admitted = admit(resource, body, { namespace, name: null });
    }
    if (admitted.resourceVersion !== undefined)
      throw new ApiError('BadRequest', 'resourceVersion should not be set on objects to be created');
    const draft = this.draftOf(resource, admitted);
    requireSize(resource, draft);
    if (dryRun)
      return { ...draft, metadata: { ...draft.metadata, uid: '00000000-0000-4000-8000-000000000000', resourceVersion: '' } };
    return this.store.create(resource.plural, draft as never); // admitted by the schema of this very resource
  }

  replace(place: Place, body: unknown, dryRun: boolean): KubeObject {
    const current = this.need(place);
    const admitted = admit(place.resource, body, place);
    return this.write(place, current, admitted, dryRun);
  }

  /** Patches, or creates what is applied and not there. */
  patch(place: Place, kind: PatchKind, patch: unknown, dryRun: boolean): { object: KubeObject; created: boolean } {
    const current = this.find(place.resource, place.namespace ?? undefined, place.name);
    if (current === undefined) {
      if (kind !== 'apply') throw notFound(place.resource, place.name);
      const named = isObject(patch) ? mergePatch(patch, { metadata: { name: place.name } }) : patch;
      return { object: this.create(place.resource, place.namespace, named, dryRun), created: true };
    }
    const patched = PATCHES[kind](current, patch);
    const admitted = admit(place.resource, patched, place);
    // A patch that names no revision is applied to whatever is there.
    const expects = isObject(patch) && isObject(patch['metadata']) ? patch['metadata']['resourceVersion'] : undefined;
    const checked = { ...admitted, resourceVersion: typeof expects === 'string' && expects !== '' ? expects : undefined };
    // In a patch the uid is a field like others, and an immutable one; only who replaces an object names it as a precondition.
    if (admitted.uid !== undefined && admitted.uid !== current.metadata.uid) throw immutable(place, 'metadata.uid', admitted.uid);
    return { object: this.write(place, current, checked, dryRun), created: false };
  }

  /** Null when it is gone now; else the object that will be, once its pod has ended or its finalizers are through. */
  delete(place: Place, options: DeleteOptions): { object: KubeObject; gone: boolean } {
    const current = this.need(place);
    const { uid, resourceVersion } = current.metadata;
    if (options.uid !== undefined && options.uid !== uid) {
      const detail = `the UID in the precondition (${options.uid}) does not match the UID in record (${uid}). The object might have been deleted and then recreated`;
      throw conflict(place.resource, place.name, `Precondition failed: ${detail}`);
    }
    if (options.resourceVersion !== undefined && options.resourceVersion !== resourceVersion) {
      throw conflict(
        place.resource,
        place.name,
        `the ResourceVersion in the precondition (${options.resourceVersion}) does not match the one in record (${resourceVersion})`,
      );
    }
    if (OWN_KINDS.has(place.resource.plural) && place.resource.plural !== 'nodeclaims') {
      throw new ApiError('MethodNotAllowed', `${place.resource.plural} are removed by the cluster itself`);
    }
    if (options.dryRun) return { object: current, gone: false };
    if (options.orphan) this.orphanDependents(uid);
    return removeOrMark(this.store, place.resource.plural, current, options.gracePeriodSeconds, this.now());
  }

  private write(place: Place, current: KubeObject, admitted: Admitted, dryRun: boolean): KubeObject {
    const { resource } = place;
    if (admitted.resourceVersion !== undefined && admitted.resourceVersion !== current.metadata.resourceVersion) {
      throw conflict(
        resource,
        place.name,
        'the object has been modified; please apply your changes to the latest version and try again',
      );
    }
    if (admitted.uid !== undefined && admitted.uid !== current.metadata.uid) {
      throw conflict(
        resource,
        place.name,
        `Precondition failed: UID in precondition: ${admitted.uid}, UID in object meta: ${current.metadata.uid}`,
      );
    }
    const content = contentOf(resource, admitted);
    if (resource.plural === 'pods' && !equal(content['spec'], current['spec'])) {
      throw new ApiError('Invalid', `Pod "${place.name}" is invalid: spec: Forbidden: pod updates may not change the spec`);
    }
    // Pods and nodes have a status that only the cluster writes; Argo's kinds have one object, status included.
    if (resource.plural === 'pods' || resource.plural === 'nodes') content['status'] = current['status'];
    const kept: Metadata = { ...current.metadata };
    for (const field of ['labels', 'annotations', 'ownerReferences', 'finalizers'] as const) delete kept[field];
    const metadata: Metadata = { ...kept, ...admitted.metadata };
    const unchanged = equal(withoutMetadata(current), content);
    if (unchanged && equal(metadata, current.metadata)) return current;
    if (!equal(content['spec'], current['spec'])) metadata.generation += 1;
    const object = { ...content, metadata } as KubeObject; // apiVersion and kind were checked on admission
    requireSize(resource, object);
    if (dryRun) return object;
    const written = this.store.put(resource.plural, object as ObjectOf[Plural]); // admitted by the schema of this very resource
    if (metadata.deletionTimestamp !== undefined && metadata.finalizers === undefined && resource.plural !== 'pods') {
      this.store.remove(resource.plural, metadata.namespace ?? '', metadata.name);
    }
    return written;
  }

  private draftOf(resource: Resource, admitted: Admitted): KubeObject {
    const metadata = {
      name: admitted.name,
      ...(admitted.namespace !== undefined && { namespace: admitted.namespace }),
      ...admitted.metadata,
    };
    const content = contentOf(resource, admitted);
    if (resource.plural === 'pods') content['status'] = { phase: 'Pending', qosClass: 'Burstable' };
    // A new workflow has no past, whatever the client copied.
    if (resource.plural === 'workflows') delete content['status'];
    const born = { uid: '', resourceVersion: '', generation: 1, creationTimestamp: timestamp(this.now()) };
    return { ...content, metadata: { ...metadata, ...born } } as KubeObject; // apiVersion and kind were checked on admission
  }

  private orphanDependents(uid: string): void {
    for (const pod of [...this.store.values('pods')]) {
      const owners = pod.metadata.ownerReferences ?? [];
      if (!owners.some((owner) => owner.uid === uid)) continue;
      const rest = owners.filter((owner) => owner.uid !== uid);
      this.store.put('pods', { ...pod, metadata: { ...pod.metadata, ownerReferences: rest.length > 0 ? rest : undefined } });
    }
  }

  private find(resource: Resource, namespace: string | undefined, name: string): KubeObject | undefined {
    return this.store.get(resource.plural, namespace ?? '', name);
  }

  private need({ resource, namespace, name }: Place): KubeObject {
    const object = this.find(resource, namespace ?? undefined, name);
    if (object === undefined) throw notFound(resource, name);
    return object;
  }

  private requireNamespace(resource: Resource, namespace: string | null): void {
    if (!resource.namespaced) return;
    if (namespace === null) throw new ApiError('BadRequest', 'a namespace is required to create this kind of object');
    if (this.store.get('namespaces', '', namespace) === undefined) {
      throw new ApiError('NotFound', `namespaces "${namespace}" not found`, { name: namespace, kind: 'namespaces' });
    }
  }
}

const PATCHES: Readonly<Record<PatchKind, (current: KubeObject, patch: unknown) => unknown>> = {
  merge: mergePatch,
  json: jsonPatch,
  strategic: strategicMergePatch,
  apply: applyPatch,
};

function contentOf(resource: Resource, { content }: Admitted): Record<string, unknown> {
  if (resource.plural !== 'secrets') return { ...content };
  const { stringData, ...rest } = content;
  if (!isObject(stringData)) return rest;
  const encoded = Object.entries(stringData).map(([key, value]) => [key, Buffer.from(String(value)).toString('base64')]);
  return { ...rest, data: { ...(isObject(rest['data']) ? rest['data'] : {}), ...Object.fromEntries(encoded) } };
}

function withoutMetadata({ metadata: _, ...content }: KubeObject): Record<string, unknown> {
  return content;
}

function requireSize(resource: Resource, object: KubeObject): void {
  const bytes = Buffer.byteLength(JSON.stringify(object));
  if (bytes > OBJECT_BYTES_MAX) {
    throw new ApiError(
      'RequestEntityTooLarge',
      `${resource.kind} "${object.metadata.name}" has ${bytes} bytes; the limit is ${OBJECT_BYTES_MAX}`,
    );
  }
}

function qualified({ plural, group }: Resource): string {
  return group === '' ? plural : `${plural}.${group}`;
}

export function notFound(resource: Resource, name: string): ApiError {
  return new ApiError('NotFound', `${qualified(resource)} "${name}" not found`, {
    name,
    group: resource.group,
    kind: resource.plural,
  });
}

function alreadyExists(resource: Resource, name: string): ApiError {
  return new ApiError('AlreadyExists', `${qualified(resource)} "${name}" already exists`, {
    name,
    group: resource.group,
    kind: resource.plural,
  });
}

function immutable({ resource, name }: Place, field: string, value: string): ApiError {
  const problem = { reason: 'FieldValueInvalid', message: `Invalid value: "${value}": field is immutable`, field };
  const kind = resource.group === '' ? resource.kind : `${resource.kind}.${resource.group}`;
  const details = { name, group: resource.group, kind: resource.kind, causes: [problem] };
  return new ApiError('Invalid', `${kind} "${name}" is invalid: ${field}: ${problem.message}`, details);
}

function conflict(resource: Resource, name: string, why: string): ApiError {
  const message = `Operation cannot be fulfilled on ${qualified(resource)} "${name}": ${why}`;
  return new ApiError('Conflict', message, { name, group: resource.group, kind: resource.plural });
}
