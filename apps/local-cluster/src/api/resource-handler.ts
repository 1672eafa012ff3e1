import type { IncomingMessage, ServerResponse } from 'node:http';
import type { LogReader } from '../kubelet/log-reader';
import type { ObjectStore } from '../store/object-store';
import { RESOURCES } from '../store/resources';
import { ApiError } from './api-error';
import { mediaTypeOf, readBody } from './http-exchange';
import type { Lister } from './list';
import { streamPodLog } from './pod-log';
import { formOf, presentList, presentOne, type Form } from './present';
import { deleteOptionsOf, type ObjectRoute } from './request-info';
import type { Verb } from './role';
import type { Route } from './route';
import type { Watches } from './watches';
import { notFound, type PatchKind, type Writer } from './write';

export interface Answer {
  status: number;
  body: object;
}

export interface HandlerParts {
  store: ObjectStore;
  logs: LogReader;
  writer: Writer;
  lister: Lister;
  watches: Watches;
  now: () => number;
}

const PATCH_OF: Readonly<Record<string, PatchKind>> = {
  'application/merge-patch+json': 'merge',
  'application/json-patch+json': 'json',
  'application/strategic-merge-patch+json': 'strategic',
  'application/apply-patch+yaml': 'apply',
};

/** Answers a request for objects, or streams and answers 'sent'. Nothing is answered that is not on disk. */
export async function handleResource(
  parts: HandlerParts,
  where: Exclude<ObjectRoute, { kind: 'unknown' }>,
  verb: Verb,
  query: URLSearchParams,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Answer | 'sent'> {
  if (where.kind === 'pod-log') {
    const pod = parts.store.get('pods', where.namespace, where.name);
    if (pod === undefined) throw notFound(RESOURCES.pods, where.name);
    if (verb !== 'get') throw new ApiError('MethodNotAllowed', 'logs can only be read');
    await streamPodLog(parts, pod, query, response);
    return 'sent';
  }
  const form = formOf(request.headers.accept, query.get('includeObject'));
  if (verb === 'watch') {
    await parts.watches.serve(where, query, form, response);
    return 'sent';
  }
  if (verb !== 'get' && verb !== 'list') parts.store.requireWritable();
  const answer =
    where.kind === 'collection'
      ? await onCollection(parts, where, verb, query, form, request)
      : await onObject(parts, where, verb, query, form, request);
  await parts.store.durable();
  return answer;
}

async function onCollection(
  { writer, lister, now }: HandlerParts,
  { resource, namespace }: Extract<Route, { kind: 'collection' }>,
  verb: Verb,
  query: URLSearchParams,
  form: Form,
  request: IncomingMessage,
): Promise<Answer> {
  if (verb === 'list') {
    const { objects, metadata } = lister.list(resource, namespace, query);
    return { status: 200, body: presentList(form, resource, objects, metadata, now()) };
  }
  if (verb !== 'create') throw new ApiError('MethodNotAllowed', `${request.method ?? ''} is not supported on a collection`);
  const object = writer.create(resource, namespace, await readBody(request), isDryRun(query));
  return { status: 201, body: presentOne(form, resource, object, now()) };
}

async function onObject(
  { store, writer, now }: HandlerParts,
  { resource, namespace, name }: Extract<Route, { kind: 'object' }>,
  verb: Verb,
  query: URLSearchParams,
  form: Form,
  request: IncomingMessage,
): Promise<Answer> {
  if (verb === 'get') {
    const object = store.get(resource.plural, namespace, name);
    if (object === undefined) throw notFound(resource, name);
    return { status: 200, body: presentOne(form, resource, object, now()) };
  }
  const place = { resource, namespace: resource.namespaced ? namespace : null, name };
  const body = await readBody(request);
  if (verb === 'delete') {
    const { object, gone } = writer.delete(place, deleteOptionsOf(body, query));
    const details = { name, group: resource.group, kind: resource.plural, uid: object.metadata.uid };
    const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details };
    return { status: 200, body: gone ? status : presentOne(form, resource, object, now()) };
  }
  if (verb === 'patch') {
    const kind = PATCH_OF[mediaTypeOf(request)];
    // Which lists are merged by which key is declared for the built-in kinds alone.
    if (kind === undefined || (kind === 'strategic' && resource.group !== ''))
      throw new ApiError('UnsupportedMediaType', `a patch of ${mediaTypeOf(request)} is not supported`);
    const { object, created } = writer.patch(place, kind, body, isDryRun(query));
    return { status: created ? 201 : 200, body: presentOne(form, resource, object, now()) };
  }
  if (verb !== 'update') throw new ApiError('MethodNotAllowed', `${request.method ?? ''} is not supported on an object`);
  return { status: 200, body: presentOne(form, resource, writer.replace(place, body, isDryRun(query)), now()) };
}

function isDryRun(query: URLSearchParams): boolean {
  return query.get('dryRun') === 'All';
}
