import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Faults } from '../faults/faults';
import type { LogReader } from '../kubelet/log-reader';
import type { ObjectStore } from '../store/object-store';
import type { KeyAndCertificate } from '../tls/self-signed';
import { listenTwoWay, type TwoWayServer } from '../tls/two-way-server';
import { answerAccessReview } from './access-review';
import { ApiError } from './api-error';
import type { Tokens } from './credentials';
import { discoveryDocument } from './discovery';
import { passFaults } from './fault-gate';
import { readBody, sendError, sendJson, sendText } from './http-exchange';
import { Lister } from './list';
import { authorize, resourceOf, userOf, verbOf } from './request-info';
import { handleResource, type Answer, type HandlerParts } from './resource-handler';
import type { Role, User, Verb } from './role';
import { route, type Route } from './route';
import { Watches } from './watches';
import { Writer } from './write';

export interface ApiServerParts {
  store: ObjectStore;
  faults: Faults;
  logs: LogReader;
  tokens: Tokens;
  tls: KeyAndCertificate;
  /** API groups that this cluster does not know: it was set up without what brings them. */
  absent: ReadonlySet<string>;
  /** The namespace in which the dispatcher's Role holds. */
  namespace: string;
  now: () => number;
  bookmarkEveryMs: number;
}

const REOPEN_TRIES_MAX = 300;
const REOPEN_EVERY_MS = 200;

/** The Kubernetes API, over HTTP and HTTPS. */
export class ApiServer {
  private readonly handlers: HandlerParts;
  private server: TwoWayServer | null = null;
  private address: { host: string; port: number } | null = null;
  private switching: Promise<void> = Promise.resolve();

  constructor(private readonly parts: ApiServerParts) {
    const { store, logs, now, faults } = parts;
    const lister = new Lister(store, faults, now);
    this.handlers = { store, logs, now, lister, writer: new Writer(store, now), watches: new Watches(parts, lister) };
    faults.onChange(() => this.followFaults());
  }

  async listen(host: string, port: number): Promise<number> {
    await this.open(host, port);
    this.address = { host, port: this.server?.port ?? port };
    return this.address.port;
  }

  async close(): Promise<void> {
    this.address = null;
    await this.switching;
    await this.shut();
  }

  private async open(host: string, port: number): Promise<void> {
    this.server = await listenTwoWay((request, response) => void this.serve(request, response), this.parts.tls, host, port);
  }

  /** Clients know the port; whoever took it meanwhile may give it back. */
  private async reopen(host: string, port: number): Promise<void> {
    for (let tried = 1; this.address !== null; tried += 1) {
      try {
        return await this.open(host, port);
      } catch (error) {
        if (tried >= REOPEN_TRIES_MAX) throw error;
        await new Promise((resolve) => setTimeout(resolve, REOPEN_EVERY_MS));
      }
    }
  }

  private async shut(): Promise<void> {
    const { server } = this;
    this.server = null;
    this.handlers.watches.closeAll();
    await server?.close();
  }

  /** While connections are to be refused there is no listener at all, as with a machine whose API server is down. */
  private followFaults(): void {
    this.switching = this.switching.then(async () => {
      if (this.address === null) return;
      const refuses = this.parts.faults.refusesAll();
      if (refuses && this.server !== null) await this.shut();
      else if (!refuses && this.server === null) await this.reopen(this.address.host, this.address.port);
    });
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const url = new URL(request.url ?? '/', 'http://cluster');
      const where = route(url.pathname);
      const verb = verbOf(request.method ?? 'GET', where, url.searchParams);
      const { faults } = this.parts;
      if (!(await passFaults(faults, verb, resourceOf(where), response))) return;
      const user = userOf(request, this.parts.tokens);
      if (user.role !== 'admin' && faults.isOn('revoke', verb, resourceOf(where)))
        throw new ApiError('Unauthorized', 'Unauthorized');
      const answer = await this.answer(where, verb, user, url.searchParams, request, response);
      if (answer === 'sent') return;
      if (answer === null) throw new ApiError('NotFound', 'the server could not find the requested resource');
      // A write whose answer never arrives: the client cannot know whether it happened.
      if (faults.strike(['drop-after-apply'], verb, resourceOf(where)) !== null) request.socket.destroy();
      else sendJson(response, answer.status, answer.body);
    } catch (error) {
      sendError(response, error);
    }
  }

  private async answer(
    where: Route,
    verb: Verb,
    user: User,
    query: URLSearchParams,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<Answer | 'sent' | null> {
    const { store, namespace, absent, faults } = this.parts;
    const role: Role = { namespace, withholds: (what, resource) => faults.isOn('forbid', what, resource) };
    if (where.kind === 'access-review') {
      return { status: 201, body: answerAccessReview(where.of, await readBody(request), user, role) };
    }
    if (where.kind !== 'non-resource') {
      authorize(where, verb, user, role);
      // Whoever may not ask is not told whether a group is there: authorization comes first.
      if (where.kind === 'unknown' || ('resource' in where && absent.has(where.resource.group))) return null;
      return handleResource(this.handlers, where, verb, query, request, response);
    }
    const document = discoveryDocument(where.path, absent);
    if (document === null) return null;
    if (verb !== 'get') throw new ApiError('MethodNotAllowed', 'only GET is answered here');
    if (typeof document !== 'string') return { status: 200, body: document };
    // A server that cannot write to its disk is not ready.
    if (where.path === '/readyz') await store.durable();
    sendText(response, 200, document);
    return 'sent';
  }
}
