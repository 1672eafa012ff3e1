import { apiVersionOf, type Resource } from '../store/resources';

/**
 * As much OpenAPI as kubectl asks of a server: where the document of a group is, that a patch takes `fieldValidation` (so
 * that kubectl leaves checking to the server), and that objects have properties of their own kind.
 */
export function openapiRoot(groupVersions: readonly string[]): object {
  const paths = groupVersions.map((name) => (name.includes('/') ? `apis/${name}` : `api/${name}`));
  return { paths: Object.fromEntries(paths.map((path) => [path, { serverRelativeURL: `/openapi/v3/${path}` }])) };
}

export function openapiGroup(resources: readonly Resource[]): object {
  return {
    openapi: '3.0.0',
    info: { title: 'local-cluster', version: 'v1' },
    paths: Object.fromEntries(resources.map((resource) => [pathOf(resource), { patch: patchOperation(resource) }])),
    components: { schemas: Object.fromEntries(resources.map((resource) => [schemaName(resource), schemaOf(resource)])) },
  };
}

function pathOf(resource: Resource): string {
  const base = resource.group === '' ? '/api/v1' : `/apis/${apiVersionOf(resource)}`;
  return `${base}${resource.namespaced ? '/namespaces/{namespace}' : ''}/${resource.plural}/{name}`;
}

function patchOperation(resource: Resource): object {
  const query = (name: string): object => ({ name, in: 'query', schema: { type: 'string', uniqueItems: true } });
  return {
    operationId: `patch${resource.kind}`,
    parameters: ['dryRun', 'fieldManager', 'fieldValidation', 'force'].map(query),
    responses: { '200': { description: 'OK' } },
    'x-kubernetes-action': 'patch',
    'x-kubernetes-group-version-kind': kindOf(resource),
  };
}

function schemaOf(resource: Resource): object {
  return {
    type: 'object',
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    },
    'x-kubernetes-preserve-unknown-fields': true,
    'x-kubernetes-group-version-kind': [kindOf(resource)],
  };
}

function kindOf({ group, version, kind }: Resource): object {
  return { group, version, kind };
}

function schemaName({ group, version, kind }: Resource): string {
  return `${group === '' ? 'core' : group}.${version}.${kind}`;
}
