import type { IncomingMessage } from 'node:http';
import { isObject } from '../objects/json';
import { ApiError } from './api-error';
import { authenticate, type Tokens } from './credentials';
import { isAllowed, type Role, type User, type Verb } from './role';
import type { Route } from './route';
import type { DeleteOptions } from './write';

/** What a request asks for, in the words of Kubernetes' authorization. */
export function verbOf(method: string, where: Route, query: URLSearchParams): Verb {
  const onCollection = where.kind === 'collection' || (where.kind === 'unknown' && where.name === null);
  if (method === 'GET' || method === 'HEAD') {
    const watches = query.get('watch') === 'true' || query.get('watch') === '1';
    if (where.kind === 'object' || onCollection) return watches ? 'watch' : onCollection ? 'list' : 'get';
    return 'get';
  }
  if (method === 'DELETE') return onCollection ? 'deletecollection' : 'delete';
  return method === 'POST' ? 'create' : method === 'PATCH' ? 'patch' : 'update';
}

export function resourceOf(where: Route): string {
  if (where.kind === 'unknown') return where.resource;
  if (where.kind === 'pod-log') return 'pods/log';
  if (where.kind === 'access-review') return 'accessreviews';
  return where.kind === 'non-resource' ? where.path : where.resource.plural;
}

export type ObjectRoute = Exclude<Route, { kind: 'non-resource' | 'access-review' }>;

export function authorize(where: ObjectRoute, verb: Verb, user: User, role: Role): void {
  const resource = resourceOf(where);
  const namespace = where.namespace === '' ? null : where.namespace;
  const group = where.kind === 'pod-log' ? '' : where.kind === 'unknown' ? where.group : where.resource.group;
  const name = where.kind === 'collection' ? null : where.name;
  if (isAllowed(user, { verb, group, resource, namespace, name }, role)) return;
  const named = name === null ? '' : ` "${name}"`;
  const [plural = ''] = resource.split('/');
  const title = group === '' ? plural : `${plural}.${group}`;
  const scope = namespace === null ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  const message = `${title}${named} is forbidden: User "${user.name}" cannot ${verb} resource "${resource}" in API group "${group}" ${scope}`;
  throw new ApiError('Forbidden', message, { group, kind: plural });
}

export function userOf(request: IncomingMessage, tokens: Tokens): User {
  return authenticate(request.headers.authorization, tokens);
}

/** Given in the body, as clients do, or in the query, as people with curl do. */
export function deleteOptionsOf(body: unknown, query: URLSearchParams): DeleteOptions {
  const options = isObject(body) ? body : {};
  const preconditions = isObject(options['preconditions']) ? options['preconditions'] : {};
  const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
  const grace = options['gracePeriodSeconds'] ?? query.get('gracePeriodSeconds') ?? undefined;
  const seconds = grace === undefined ? undefined : Number(grace);
  if (seconds !== undefined && (!Number.isInteger(seconds) || seconds < 0)) {
    throw new ApiError('BadRequest', 'gracePeriodSeconds must be a whole number');
  }
  const { dryRun } = options;
  return {
    uid: textOf(preconditions['uid']),
    resourceVersion: textOf(preconditions['resourceVersion']),
    gracePeriodSeconds: seconds,
    orphan: (options['propagationPolicy'] ?? query.get('propagationPolicy')) === 'Orphan',
    dryRun: query.get('dryRun') === 'All' || (Array.isArray(dryRun) && dryRun.includes('All')),
  };
}
