import { PLURALS, RESOURCES, apiVersionOf, type Plural, type Resource } from '../store/resources';
import { openapiGroup, openapiRoot } from './openapi';

const VERBS = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'];
const READ_VERBS = ['get', 'list', 'watch'];
const CLUSTER_MADE: ReadonlySet<Plural> = new Set(['events', 'nodeclaims', 'resourceslices']);
const CHANGED_NOT_MADE: ReadonlySet<Plural> = new Set(['nodes', 'nodepools']);

/** The version that clients take for their decisions about what the server can do. */
const VERSION = {
  major: '1',
  minor: '34',
  gitVersion: 'v1.34.0+local-cluster',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '2025-01-01T00:00:00Z',
  goVersion: 'none',
  compiler: 'none',
  platform: 'local',
};

/** Null when the path is none of the documents that describe this server. Text is sent as text. */
export function discoveryDocument(path: string, absent: ReadonlySet<string> = new Set()): object | string | null {
  const isThere = (name: string): boolean => !absent.has(name.split('/')[0] ?? '');
  if (path === '/version') return VERSION;
  if (path === '/readyz' || path === '/livez' || path === '/healthz') return 'ok';
  if (path === '/')
    return {
      paths: [
        '/api',
        '/api/v1',
        '/apis',
        ...groupVersions()
          .filter(isThere)
          .map((name) => `/apis/${name}`),
        '/healthz',
        '/livez',
        '/openapi/v3',
        '/readyz',
        '/version',
      ],
    };
  if (path === '/api') return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] };
  if (path === '/apis')
    return { kind: 'APIGroupList', apiVersion: 'v1', groups: groupVersions().filter(isThere).map(groupDocument) };
  if (path === '/api/v1')
    return resourceList(
      'v1',
      PLURALS.map((plural) => RESOURCES[plural]).filter(({ group }) => group === ''),
    );
  if (path === '/openapi/v3') return openapiRoot(['v1', ...resourceGroupVersions().filter(isThere)]);
  const openapi = /^\/openapi\/v3\/apis?\/(.+)$/.exec(path)?.[1];
  if (openapi !== undefined && isThere(openapi))
    return resourcesOf(openapi).length === 0 ? null : openapiGroup(resourcesOf(openapi));
  const wanted = /^\/apis\/([^/]+\/[^/]+)$/.exec(path)?.[1];
  if (wanted !== undefined && isThere(wanted) && groupVersions().includes(wanted))
    return resourceList(wanted, resourcesOf(wanted), reviews(wanted));
  const group = /^\/apis\/([^/]+)$/.exec(path)?.[1];
  const groupVersion = groupVersions().find((name) => name.startsWith(`${group}/`));
  return group === undefined || groupVersion === undefined || !isThere(group)
    ? null
    : { kind: 'APIGroup', apiVersion: 'v1', ...groupDocument(groupVersion) };
}

function resourcesOf(groupVersion: string): Resource[] {
  return PLURALS.map((plural) => RESOURCES[plural]).filter((resource) => apiVersionOf(resource) === groupVersion);
}

function resourceGroupVersions(): string[] {
  return [...new Set(PLURALS.map((plural) => apiVersionOf(RESOURCES[plural])).filter((name) => name !== 'v1'))];
}

function groupVersions(): string[] {
  return [...resourceGroupVersions(), 'authorization.k8s.io/v1', 'authentication.k8s.io/v1'];
}

function groupDocument(groupVersion: string): { name: string; versions: object[]; preferredVersion: object } {
  const [name = '', version = ''] = groupVersion.split('/');
  return { name, versions: [{ groupVersion, version }], preferredVersion: { groupVersion, version } };
}

function resourceList(groupVersion: string, resources: readonly Resource[], more: object[] = []): object {
  const entries = resources.map((resource) => ({
    name: resource.plural,
    singularName: resource.singular,
    namespaced: resource.namespaced,
    kind: resource.kind,
    verbs: verbsOf(resource.plural),
    ...(resource.shortNames.length > 0 && { shortNames: resource.shortNames }),
    ...(resource.categories && { categories: resource.categories }),
  }));
  const log =
    groupVersion === 'v1' ? [{ name: 'pods/log', singularName: '', namespaced: true, kind: 'Pod', verbs: ['get'] }] : [];
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources: [...entries, ...log, ...more] };
}

function verbsOf(plural: Plural): string[] {
  if (CLUSTER_MADE.has(plural)) return READ_VERBS;
  return CHANGED_NOT_MADE.has(plural) ? [...READ_VERBS, 'patch', 'update'] : VERBS;
}

function reviews(groupVersion: string): object[] {
  const review = (name: string, kind: string): object => ({
    name,
    singularName: kind.toLowerCase(),
    namespaced: false,
    kind,
    verbs: ['create'],
  });
  if (groupVersion === 'authorization.k8s.io/v1') {
    return [
      review('selfsubjectaccessreviews', 'SelfSubjectAccessReview'),
      review('selfsubjectrulesreviews', 'SelfSubjectRulesReview'),
    ];
  }
  return groupVersion === 'authentication.k8s.io/v1' ? [review('selfsubjectreviews', 'SelfSubjectReview')] : [];
}
