import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Faults } from '../faults/faults';
import type { LogReader } from '../kubelet/log-reader';
import type { ObjectStore } from '../store/object-store';
import type { KeyAndCertificate } from '../tls/self-signed';
import { listenTwoWay, type TwoWayServer } from '../tls/two-way-server';
import { answerAccessReview } from './access-review';
import { ApiError } from './api-error';
import { authenticate, type Tokens } from './credentials';
import { discoveryDocument } from './discovery';
import { mediaTypeOf, readBody, sendError, sendJson, sendText } from './http-exchange';
import { Lister } from './list';
import { streamPodLog } from './pod-log';
import { formOf, presentList, presentOne } from './present';
import { isAllowed, type User, type Verb } from './role';
import { route, type Route } from './route';
import { Watch, type WatchGate } from './watch';
import { notFound, Writer, type DeleteOptions, type PatchKind } from './write';

export interface ApiServerParts {
  store: ObjectStore;
  faults: Faults;
  logs: LogReader;
  tokens: Tokens;
  tls: KeyAndCertificate;
  /** The namespace in which the dispatcher's Role holds. */
  namespace: string;
  now: () => number;
  bookmarkEveryMs: number;
}

const WATCHES_MAX = 1_000;
const PATCH_OF: Readonly<Record<string, PatchKind>> = {
  'application/merge-patch+json': 'merge',
  'application/json-patch+json': 'json',
  'application/strategic-merge-patch+json': 'strategic',
  'application/apply-patch+yaml': 'apply',
};

/** The Kubernetes API over plain HTTP. */
export class ApiServer {
  private readonly writer: Writer;
  private readonly lister: Lister;
  private readonly watches = new Set<Watch>();
  private readonly held = new Set<() => void>();
  private readonly gate: WatchGate;
  private server: TwoWayServer | null = null;
  private address: { host: string; port: number } | null = null;
  private switching: Promise<void> = Promise.resolve();

  constructor(private readonly parts: ApiServerParts) {
    this.writer = new Writer(parts.store, parts.now);
    this.lister = new Lister(parts.store, parts.now);
    this.gate = {
      frozen: ({ plural }) => parts.faults.isOn('freeze-watch', 'watch', plural),
      onThaw: (listener) => parts.faults.onChange(listener),
    };
    parts.faults.onChange(() => this.followFaults());
  }

  async listen(host: string, port: number): Promise<number> {
    const actual = await this.open(host, port);
    this.address = { host, port: actual };
    return actual;
  }

  async close(): Promise<void> {
    this.address = null;
    await this.switching;
    await this.shut();
  }

  private async open(host: string, port: number): Promise<number> {
    this.server = await listenTwoWay((request, response) => void this.serve(request, response), this.parts.tls, host, port);
    return this.server.port;
  }

  private async shut(): Promise<void> {
    const { server } = this;
    this.server = null;
    for (const watch of this.watches) watch.stop();
    this.watches.clear();
    await server?.close();
  }

  /** While connections are to be refused there is no listener at all, as with a machine whose API server is down. */
  private followFaults(): void {
    for (const release of [...this.held]) release();
    const { faults } = this.parts;
    for (const watch of this.watches) {
      if (faults.isOn('gone-410', 'watch', '')) watch.fail(new ApiError('Expired', 'too old resource version'));
    }
    this.switching = this.switching.then(async () => {
      if (this.address === null) return;
      if (faults.refusesAll() && this.server !== null) await this.shut();
      else if (!faults.refusesAll() && this.server === null) await this.open(this.address.host, this.address.port);
    });
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const url = new URL(request.url ?? '/', 'http://cluster');
      const where = route(url.pathname);
      const verb = verbOf(request.method ?? 'GET', where, url.searchParams);
      const resource = where === null ? '' : resourceOf(where);
      const { faults } = this.parts;
      if (faults.strike(['refuse'], verb, resource) !== null) {
        request.socket.destroy();
        return;
      }
      await this.passFaults(verb, resource, response);
      if (response.destroyed) return;
      const user = authenticate(request.headers.authorization, this.parts.tokens);
      const answer = where === null ? null : await this.answer(where, verb, user, request, url, response);
      if (answer === 'sent') return;
      if (answer === null) throw new ApiError('NotFound', 'the server could not find the requested resource');
      // A write whose answer never arrives: the client cannot know whether it happened.
      if (faults.strike(['drop-after-apply'], verb, resource) !== null) {
        request.socket.destroy();
        return;
      }
      sendJson(response, answer.status, answer.body);
    } catch (error) {
      sendError(response, error);
    }
  }

  private async passFaults(verb: string, resource: string, response: ServerResponse): Promise<void> {
    const { faults } = this.parts;
    const delay = faults.strike(['delay'], verb, resource);
    if (delay !== null) await new Promise((resolve) => setTimeout(resolve, delay.delayMs ?? 1_000));
    if (faults.strike(['hang'], verb, resource) !== null) await this.hold(verb, resource, response);
    if (faults.strike(['status5xx'], verb, resource) !== null)
      throw new ApiError('ServiceUnavailable', 'etcdserver: request timed out (a fault on demand)');
    if (faults.strike(['status429'], verb, resource) !== null) {
      throw new ApiError('TooManyRequests', 'too many requests, please try again later (a fault on demand)', {
        retryAfterSeconds: 1,
      });
    }
  }

  /** Says nothing, as a server that is stopped does, until the fault is over or the client has gone. */
  private hold(verb: string, resource: string, response: ServerResponse): Promise<void> {
    return new Promise((resolve) => {
      const release = (): void => {
        if (!response.destroyed && this.parts.faults.isOn('hang', verb, resource)) return;
        this.held.delete(release);
        resolve();
      };
      this.held.add(release);
      response.on('close', release);
    });
  }

  private async answer(
    where: Route,
    verb: Verb,
    user: User,
    request: IncomingMessage,
    url: URL,
    response: ServerResponse,
  ): Promise<{ status: number; body: object } | 'sent' | null> {
    const { store, namespace, now } = this.parts;
    if (where.kind === 'non-resource') {
      const document = discoveryDocument(where.path);
      if (document === null) return null;
      if (request.method !== 'GET') throw new ApiError('MethodNotAllowed', 'only GET is answered here');
      if (typeof document !== 'string') return { status: 200, body: document };
      sendText(response, 200, document);
      return 'sent';
    }
    if (where.kind === 'access-review') {
      return { status: 201, body: answerAccessReview(where.of, await readBody(request), user, namespace) };
    }
    this.authorize(where, verb, user);
    const { searchParams: query } = url;
    if (where.kind === 'pod-log') {
      const pod = store.get('pods', where.namespace, where.name);
      if (pod === undefined)
        throw notFound(
          { plural: 'pods', group: '', version: 'v1', kind: 'Pod', singular: 'pod', namespaced: true, shortNames: [] },
          where.name,
        );
      if (verb !== 'get') throw new ApiError('MethodNotAllowed', 'logs can only be read');
      await streamPodLog(this.parts, pod, query, response);
      return 'sent';
    }
    const { resource } = where;
    const form = formOf(request.headers.accept, query.get('includeObject'));
    const dryRun = query.get('dryRun') === 'All';
    if (verb === 'watch') {
      await this.watch(where, query, form, response);
      return 'sent';
    }
    if (where.kind === 'collection') {
      if (verb === 'list') {
        const { objects, metadata } = this.lister.list(resource, where.namespace, query);
        await store.durable();
        return { status: 200, body: presentList(form, resource, objects, metadata, now()) };
      }
      if (verb !== 'create') throw new ApiError('MethodNotAllowed', `${request.method ?? ''} is not supported on a collection`);
      const object = this.writer.create(resource, where.namespace, await readBody(request), dryRun);
      await store.durable();
      return { status: 201, body: presentOne(form, resource, object, now()) };
    }
    const place = { resource, namespace: resource.namespaced ? where.namespace : null, name: where.name };
    if (verb === 'get') {
      const object = store.get(resource.plural, where.namespace, where.name);
      if (object === undefined) throw notFound(resource, where.name);
      await store.durable();
      return { status: 200, body: presentOne(form, resource, object, now()) };
    }
    const body = await readBody(request);
    if (verb === 'delete') {
      const { object, gone } = this.writer.delete(place, deleteOptionsOf(body, query));
      await store.durable();
      const details = { name: where.name, group: resource.group, kind: resource.plural, uid: object.metadata.uid };
      return {
        status: 200,
        body: gone
          ? { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details }
          : presentOne(form, resource, object, now()),
      };
    }
    if (verb === 'patch') {
      const kind = PATCH_OF[mediaTypeOf(request)];
      if (kind === undefined) throw new ApiError('UnsupportedMediaType', `a patch of ${mediaTypeOf(request)} is not supported`);
      const { object, created } = this.writer.patch(place, kind, body, dryRun);
      await store.durable();
      return { status: created ? 201 : 200, body: presentOne(form, resource, object, now()) };
    }
    if (verb !== 'update') throw new ApiError('MethodNotAllowed', `${request.method ?? ''} is not supported on an object`);
    const object = this.writer.replace(place, body, dryRun);
    await store.durable();
    return { status: 200, body: presentOne(form, resource, object, now()) };
  }

  private authorize(where: Exclude<Route, { kind: 'non-resource' | 'access-review' }>, verb: Verb, user: User): void {
    const resource = resourceOf(where);
    const namespace = where.namespace === '' ? null : where.namespace;
    if (isAllowed(user, { verb, resource, namespace }, this.parts.namespace)) return;
    const group = where.kind === 'pod-log' ? '' : where.resource.group;
    const named = where.kind === 'collection' ? '' : ` "${where.name}"`;
    const title = group === '' ? resource : `${resource}.${group}`;
    const scope = namespace === null ? 'at the cluster scope' : `in the namespace "${namespace}"`;
    const message = `${title}${named} is forbidden: User "${user.name}" cannot ${verb} resource "${resource}" in API group "${group}" ${scope}`;
    throw new ApiError('Forbidden', message, { group, kind: resource });
  }

  private async watch(
    where: Extract<Route, { kind: 'collection' | 'object' }>,
    query: URLSearchParams,
    form: ReturnType<typeof formOf>,
    response: ServerResponse,
  ): Promise<void> {
    if (this.watches.size >= WATCHES_MAX)
      throw new ApiError('TooManyRequests', `at most ${WATCHES_MAX} watches`, { retryAfterSeconds: 1 });
    if (where.kind === 'object') query.set('fieldSelector', `metadata.name=${where.name}`);
    const namespace = where.resource.namespaced && where.namespace !== '' ? where.namespace : null;
    const sink = {
      write: (lines: string) => writeAll(response, lines),
      end: () => response.end(),
    };
    const watch = new Watch(this.parts.store, this.gate, { resource: where.resource, namespace, query, form, sink }, this.parts);
    this.watches.add(watch);
    response.on('close', () => {
      watch.stop();
      this.watches.delete(watch);
    });
    const gone = this.parts.faults.strike(['gone-410'], 'watch', where.resource.plural);
    if (gone !== null) this.lister.expireAll();
    response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' });
    response.flushHeaders();
    try {
      if (gone !== null) throw new ApiError('Expired', 'too old resource version (a fault on demand)');
      await watch.start();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      // Once the stream is open, errors are events in it.
      watch.fail(error);
    }
  }
}

function verbOf(method: string, where: Route | null, query: URLSearchParams): Verb {
  const onCollection = where?.kind === 'collection';
  if (method === 'GET' || method === 'HEAD') {
    const watches = query.get('watch') === 'true' || query.get('watch') === '1';
    if (where?.kind === 'object' || onCollection) return watches ? 'watch' : onCollection ? 'list' : 'get';
    return 'get';
  }
  if (method === 'DELETE') return onCollection ? 'deletecollection' : 'delete';
  return method === 'POST' ? 'create' : method === 'PATCH' ? 'patch' : 'update';
}

function resourceOf(where: Route): string {
  if (where.kind === 'pod-log') return 'pods/log';
  if (where.kind === 'access-review') return 'accessreviews';
  return where.kind === 'non-resource' ? where.path : where.resource.plural;
}

function deleteOptionsOf(body: unknown, query: URLSearchParams): DeleteOptions {
  const options = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {}; // an object of JSON
  const preconditions =
    typeof options['preconditions'] === 'object' && options['preconditions'] !== null
      ? (options['preconditions'] as Record<string, unknown>)
      : {};
  const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
  const grace = options['gracePeriodSeconds'] ?? query.get('gracePeriodSeconds') ?? undefined;
  const seconds = grace === undefined ? undefined : Number(grace);
  if (seconds !== undefined && (!Number.isInteger(seconds) || seconds < 0))
    throw new ApiError('BadRequest', 'gracePeriodSeconds must be a whole number');
  const dryRun = options['dryRun'];
  return {
    uid: textOf(preconditions['uid']),
    resourceVersion: textOf(preconditions['resourceVersion']),
    gracePeriodSeconds: seconds,
    orphan: (options['propagationPolicy'] ?? query.get('propagationPolicy')) === 'Orphan',
    dryRun: query.get('dryRun') === 'All' || (Array.isArray(dryRun) && dryRun.includes('All')),
  };
}

async function writeAll(response: ServerResponse, text: string): Promise<void> {
  if (response.destroyed || response.write(text)) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
  });
}
