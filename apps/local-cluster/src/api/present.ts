import type { KubeObject } from '../objects/metadata';
import { apiVersionOf, type Resource } from '../store/resources';
import { ApiError } from './api-error';
import { metadataOnly, type ListMetadata } from './list-metadata';
import { tableOf, type IncludeObject } from './table';

/** The shape in which a client wants objects: whole, as rows for people, or metadata alone. */
export type Form = { kind: 'object' } | { kind: 'metadata' } | { kind: 'table'; includeObject: IncludeObject };

/** Reads `Accept: application/json;as=Table;v=v1;g=meta.k8s.io, application/json`: the first form that is served wins. */
export function formOf(accept: string | undefined, includeObject: string | null): Form {
  const wanted = (accept ?? '*/*').split(',').map((part) => part.trim());
  for (const part of wanted) {
    const [type = '', ...parameters] = part.split(';').map((piece) => piece.trim());
    if (!['application/json', 'application/*', '*/*'].includes(type)) continue;
    const as = parameters.find((parameter) => parameter.startsWith('as='))?.slice(3);
    const version = parameters.find((parameter) => parameter.startsWith('v='))?.slice(2) ?? 'v1';
    if (as === undefined) return { kind: 'object' };
    if (version !== 'v1') continue;
    if (as === 'Table')
      return {
        kind: 'table',
        includeObject: includeObject === 'None' || includeObject === 'Object' ? includeObject : 'Metadata',
      };
    if (as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList') return { kind: 'metadata' };
  }
  throw new ApiError('NotAcceptable', `only application/json is served, not ${accept ?? ''}`);
}

export function presentOne(form: Form, resource: Resource, object: KubeObject, now: number): object {
  if (form.kind === 'table') return tableOf(resource, [object], form.includeObject, {}, now);
  return form.kind === 'metadata' ? metadataOnly(object) : object;
}

export function presentList(form: Form, resource: Resource, objects: KubeObject[], metadata: ListMetadata, now: number): object {
  if (form.kind === 'table') return tableOf(resource, objects, form.includeObject, metadata, now);
  if (form.kind === 'metadata') {
    return { kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1', metadata, items: objects.map(metadataOnly) };
  }
  return { kind: `${resource.kind}List`, apiVersion: apiVersionOf(resource), metadata, items: objects };
}
