import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { IDENTITY_HEADER, hasScope, type Actor, type IdentitySigner } from '@stead/platform/auth';
import { fieldProblems, platformError, type FieldProblem } from '@stead/platform/errors';
import { newId } from '@stead/platform/ids';
import { withContext, type Logger } from '@stead/platform/logging';
import type { Metrics } from '@stead/platform/metrics';
import type { EndpointSpec } from './endpoint';
import { hashRequest, idFromKey, type IdempotencyScope, type IdempotencyStore } from './idempotency';
import { requestId } from './request-id';

export interface HookOptions {
  logger: Logger;
  metrics: Metrics;
  signer: IdentitySigner;
  /** By `METHOD path` as Fastify spells it. */
  endpoints: ReadonlyMap<string, EndpointSpec>;
  idempotency?: IdempotencyStore;
}

/** No schema of ours is half as deep; what checks, hashes and stores bodies calls itself for each level. */
const BODY_DEPTH_MAX = 40;

const ANONYMOUS: Actor = { kind: 'anonymous', id: 'anonymous', workspaceId: null, scopes: [] };

/**
 * What every request passes, in order: an id and a log context; the identity; permission and schemas of its endpoint; the
 * idempotency key; and, on the way out, one log line and one observation. Fastify hooks rather than Nest guards and
 * interceptors: those cost three times as much as the routing itself.
 */
export function installHooks(fastify: FastifyInstance, options: HookOptions): void {
  const { logger, metrics, signer, endpoints, idempotency } = options;
  const durations = metrics.histogram('http_request_duration_seconds', 'Time to answer', ['route', 'method', 'status']);
  fastify.decorateRequest('creationId', '');
  fastify.decorateRequest('startedMs', 0);

  fastify.addHook('onRequest', (request, reply, done) => {
    request.startedMs = performance.now();
    request.actor = signer.verify(single(request.headers[IDENTITY_HEADER])) ?? ANONYMOUS;
    void reply.header('x-request-id', request.id);
    const { workspaceId } = request.actor;
    withContext({ requestId: request.id, ...(workspaceId === null ? {} : { workspaceId }) }, done);
  });

  fastify.addHook('preHandler', async (request, reply) => {
    const spec = endpoints.get(`${request.method} ${request.routeOptions.url ?? ''}`);
    if (spec === undefined) return undefined; // health, metrics and the not-found handler
    authorise(request.actor, spec);
    parse(request, spec);
    request.creationId = newId();
    if (spec.method === 'POST' && spec.idempotent !== false && idempotency !== undefined) {
      return replayOrClaim(request, reply, spec, idempotency);
    }
    return undefined;
  });

  if (idempotency !== undefined) installAnswerMemory(fastify, idempotency, logger);

  fastify.addHook('onResponse', (request, reply, done) => {
    const ms = performance.now() - request.startedMs;
    const route = request.routeOptions.url ?? 'unknown';
    durations.observe({ route, method: request.method, status: String(reply.statusCode) }, ms / 1000);
    const line = {
      method: request.method,
      route,
      status: reply.statusCode,
      ms: Math.round(ms * 10) / 10,
      actor: request.actor.id,
    };
    if (route === '/healthz' || route === '/readyz' || route === '/metrics') logger.trace(line, 'request');
    else logger.info(line, 'request');
    done();
  });
}

export function genRequestId(request: { headers: Record<string, string | string[] | undefined> }): string {
  return requestId(request.headers['x-request-id']);
}

function authorise(actor: Actor, { permission }: EndpointSpec): void {
  if (permission === 'public') return;
  if (actor.kind === 'anonymous')
    throw platformError['not-signed-in']('Send `Authorization: Bearer …` with an access token or an API key');
  if (permission === 'system' ? actor.kind !== 'system' : permission !== 'authenticated' && !hasScope(actor, permission)) {
    throw platformError['not-allowed'](
      `This needs ${permission === 'system' ? 'a service identity' : `the scope ${permission}`}`,
      {
        extra: { requiredScope: permission },
      },
    );
  }
}

function parse(request: FastifyRequest, spec: EndpointSpec): void {
  if (deeperThan(BODY_DEPTH_MAX, request.body))
    throw platformError['malformed-body'](`The body is nested more than ${BODY_DEPTH_MAX} levels deep`);
  const problems: FieldProblem[] = [];
  const check = (schema: z.ZodType | undefined, value: unknown, prefix: string): unknown => {
    if (schema === undefined) return value;
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    problems.push(
      ...fieldProblems(result.error, value).map(({ pointer, detail }) => ({
        pointer: prefix + (prefix === '' ? pointer : pointer.slice(1)),
        detail,
      })),
    );
    return value;
  };
  request.params = check(spec.params, request.params, ':');
  // An id that cannot exist is answered like one that does not exist, whatever is asked of it.
  if (problems.length > 0) throw platformError['route-not-found']('No such resource');
  request.query = check(spec.query, request.query, '?');
  request.body = check(spec.body, request.body ?? {}, '');
  if (problems.length > 0) {
    const first = problems[0];
    throw platformError['invalid-request'](`${first?.pointer ?? ''}: ${first?.detail ?? ''}`, { errors: problems });
  }
}

/** Level by level, as a call per level is what an attacker would like to see. */
function deeperThan(levelsMax: number, body: unknown): boolean {
  let level: unknown[] = [body];
  for (let depth = 0; depth <= levelsMax; depth += 1) {
    level = level.flatMap((value) => (typeof value === 'object' && value !== null ? Object.values(value) : []));
    if (level.length === 0) return false;
  }
  return true;
}

declare module 'fastify' {
  interface FastifyRequest {
    idempotencyScope?: IdempotencyScope;
  }
}

const KEY = /^[\x21-\x7e]{1,255}$/;

async function replayOrClaim(
  request: FastifyRequest,
  reply: FastifyReply,
  spec: EndpointSpec,
  store: IdempotencyStore,
): Promise<FastifyReply | undefined> {
  const key = single(request.headers['idempotency-key']);
  if (key === undefined || request.actor.workspaceId === null) return undefined;
  if (!KEY.test(key))
    throw platformError['invalid-request']('Idempotency-Key must be 1 to 255 printable ASCII characters without spaces');
  const scope = { workspaceId: request.actor.workspaceId, route: `${spec.method} ${request.url.split('?')[0] ?? ''}`, key };
  const outcome = await store.claim(scope, hashRequest(request.body));
  request.creationId = idFromKey(scope);
  switch (outcome.kind) {
    case 'first':
      request.idempotencyScope = scope;
      return undefined;
    case 'replay':
      return reply.status(outcome.status).header('idempotent-replayed', 'true').type('application/json').send(outcome.body);
    case 'in-flight':
      throw platformError['idempotency-in-flight']('Wait for the first request to end, then repeat this one');
    case 'other-request':
      throw platformError['idempotency-key-reused']('Use a new Idempotency-Key for a request with another body');
  }
}

/** Remembers successful answers; anything else frees the key, so that the corrected or repeated request may run. */
function installAnswerMemory(fastify: FastifyInstance, store: IdempotencyStore, logger: Logger): void {
  fastify.addHook('onSend', async (request, reply, payload) => {
    const scope = request.idempotencyScope;
    if (scope === undefined) return payload;
    delete request.idempotencyScope;
    try {
      if (reply.statusCode < 300 && typeof payload === 'string') await store.finish(scope, reply.statusCode, payload);
      else await store.release(scope);
    } catch (error) {
      logger.warn({ error }, 'the answer was not remembered for its Idempotency-Key');
    }
    return payload;
  });
}

function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
