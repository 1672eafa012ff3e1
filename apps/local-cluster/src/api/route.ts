import { PLURALS, RESOURCES, type Plural, type Resource } from '../store/resources';

/** What a path asks for; the method says what to do with it. */
export type Route =
  | { kind: 'collection'; resource: Resource; namespace: string | null }
  | { kind: 'object'; resource: Resource; namespace: string; name: string }
  | { kind: 'pod-log'; namespace: string; name: string }
  | { kind: 'unknown'; group: string; resource: string; namespace: string; name: string | null }
  | { kind: 'access-review'; of: 'self-subject-access' | 'self-subject-rules' | 'self-subject' }
  | { kind: 'non-resource'; path: string };

const ACCESS_REVIEWS = {
  '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews': 'self-subject-access',
  '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews': 'self-subject-rules',
  '/apis/authentication.k8s.io/v1/selfsubjectreviews': 'self-subject',
} as const;

/** `unknown` is the path of a resource that this cluster does not have: who may not even ask for it is told that first. */
export function route(path: string): Route {
  if (path in ACCESS_REVIEWS) return { kind: 'access-review', of: ACCESS_REVIEWS[path as keyof typeof ACCESS_REVIEWS] }; // just checked
  const parts = path.split('/').filter((part) => part !== '');
  const inGroup = parts[0] === 'apis' ? parts.slice(3) : parts.slice(2);
  const group = parts[0] === 'apis' ? (parts[1] ?? '') : '';
  const version = parts[0] === 'apis' ? parts[2] : parts[1];
  if ((parts[0] !== 'api' && parts[0] !== 'apis') || inGroup.length === 0) return { kind: 'non-resource', path };

  const names = inGroup.map(decodeURIComponent);
  const isNamespaced = names[0] === 'namespaces' && names.length > 2 && group + version !== '';
  const namespace = isNamespaced ? (names[1] ?? '') : null;
  const [plural = '', name, subresource, ...rest] = isNamespaced ? names.slice(2) : names;
  const resource = resourceOf(group, version ?? '', plural);
  const asked = [plural, subresource, ...rest].filter((part) => part !== undefined).join('/');
  const unknown: Route = { kind: 'unknown', group, resource: asked, namespace: namespace ?? '', name: name ?? null };
  if (resource === null || rest.length > 0) return unknown;
  if (name === undefined)
    return resource.namespaced || namespace === null ? { kind: 'collection', resource, namespace } : unknown;
  if (resource.namespaced !== (namespace !== null)) return unknown;
  if (subresource === undefined) return { kind: 'object', resource, namespace: namespace ?? '', name };
  if (resource.plural === 'pods' && subresource === 'log') return { kind: 'pod-log', namespace: namespace ?? '', name };
  return unknown;
}

function resourceOf(group: string, version: string, plural: string): Resource | null {
  if (!(PLURALS as string[]).includes(plural)) return null;
  const resource = RESOURCES[plural as Plural]; // just checked
  return resource.group === group && resource.version === version ? resource : null;
}
