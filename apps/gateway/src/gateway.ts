import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Redis } from 'ioredis';
import { placePageSchema } from '@stead/contracts/viewing';
import { IdentitySigner, systemActor, type Actor } from '@stead/platform/auth';
import { platformError } from '@stead/platform/errors';
import { InternalClient, ProblemFilter, requestId } from '@stead/platform/http';
import type { Lifecycle } from '@stead/platform/lifecycle';
import { createLogger, withContext, type Logger } from '@stead/platform/logging';
import { createMetrics } from '@stead/platform/metrics';
import { NestLogger } from '@stead/platform/nest';
import { allowBrowsers } from './adapters/http/cors';
import { MergedOpenApi } from './adapters/http/openapi-merge';
import { installPages } from './adapters/http/pages';
import { Proxy } from './adapters/http/proxy';
import { refuseConnection, refusePath } from './adapters/http/refusals';
import { RedisRateLimits } from './adapters/redis/redis-rate-limits';
import { WorkspacesVerifier } from './adapters/workspaces/workspaces-verifier';
import { Authenticator } from './application/authenticator';
import { rateSubject, type RateLimits } from './application/rate-limits';
import type { GatewayConfig } from './config';
import { ownerOf, type Upstream } from './domain/routes';

@Module({})
class GatewayModule {}

/** Wires and starts the public door; returns its address. */
export async function startGateway(config: Readonly<GatewayConfig>, lifecycle: Lifecycle): Promise<string> {
  const logger = createLogger({
    service: 'gateway',
    level: config.LOG_LEVEL,
    ...(config.LOG_FILE === undefined ? {} : { destination: config.LOG_FILE }),
  });
  const signer = new IdentitySigner(config.IDENTITY_KEY);
  const redis = new Redis(config.REDIS_URL, {
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
    retryStrategy: (times) => Math.min(2000, 100 * times),
  });
  followAvailability(redis, logger);
  const workspaces = new InternalClient(config.WORKSPACES_URL, signer);
  const viewing = new InternalClient(config.VIEWING_URL, signer);
  const authenticator = new Authenticator(new WorkspacesVerifier(workspaces));
  const revocations = followRevocations(redis, authenticator, logger);
  const urls: Record<Upstream, string> = {
    workspaces: config.WORKSPACES_URL,
    'space-maps': config.SPACE_MAPS_URL,
    dispatcher: config.DISPATCHER_URL,
    studio: config.STUDIO_URL,
    viewing: config.VIEWING_URL,
    notifications: config.NOTIFICATIONS_URL,
  };
  const proxy = new Proxy(urls, signer);
  const limits = new RedisRateLimits(redis, {
    api: config.RATE_PER_MINUTE,
    anonymous: config.ANONYMOUS_RATE_PER_MINUTE,
    tiles: config.TILE_RATE_PER_MINUTE,
  });

  const filter = new ProblemFilter(logger, config.DOCS_URL);
  const adapter = new FastifyAdapter({
    genReqId: (request: { headers: Record<string, string | string[] | undefined> }) => requestId(request.headers['x-request-id']),
    forceCloseConnections: true,
    trustProxy: 'loopback',
    clientErrorHandler: refuseConnection(config.DOCS_URL),
    frameworkErrors: refusePath(filter),
    routerOptions: { maxParamLength: 8_000 },
  });
  const app = await NestFactory.create<NestFastifyApplication>(GatewayModule, adapter, {
    logger: new NestLogger(logger),
    bodyParser: false,
    abortOnError: false,
  });
  const fastify = adapter.getInstance() as unknown as FastifyInstance; // Nest types the instance by its own Fastify generics
  app.useGlobalFilters(filter);
  installObservation(fastify, logger);
  // In a scope of their own: Nest sets the error handler of the root.
  await fastify.register(async (scope) => {
    scope.setErrorHandler((error, request, reply) => filter.answer(error, request, reply));
    await allowBrowsers(scope, config.CORS_ORIGINS);
    installDoor(scope, { authenticator, limits, proxy });
    installOperations(scope, new MergedOpenApi(urls, logger), () => redis.ping());
    await installPages(scope, {
      console: config.CONSOLE_FOLDER,
      viewer: config.VIEWER_FOLDER,
      objectStoreOrigin: config.S3_PUBLIC_ORIGIN,
      placeOf: (placeId) => viewing.ask(systemActor('gateway'), 'GET', `/internal/places/${placeId}/page`, placePageSchema),
    });
  });
  await app.init();
  // Before it listens: where somebody else has the port, the connections are to go all the same.
  lifecycle.add('gateway', async () => {
    await app.close();
    await Promise.all([proxy.close(), workspaces.close(), viewing.close()]);
    revocations.disconnect();
    redis.disconnect();
  });
  await app.listen(config.PORT, config.HOST);
  const { port } = app.getHttpServer().address() as { port: number };
  logger.info({ port }, 'gateway listens');
  return `http://${config.HOST}:${port}`;
}

interface Door {
  authenticator: Authenticator;
  limits: RateLimits;
  proxy: Proxy;
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** An id, a log line and one observation for every request. */
function installObservation(fastify: FastifyInstance, logger: Logger): void {
  const metrics = createMetrics('gateway', { processMetrics: false });
  const durations = metrics.histogram('gateway_request_duration_seconds', 'Time to the last byte', ['method', 'status']);
  fastify.get('/metrics', async (_request, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  );
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-request-id', request.id).header('x-content-type-options', 'nosniff');
    withContext({ requestId: request.id }, done);
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    durations.observe({ method: request.method, status: String(reply.statusCode) }, reply.elapsedTime / 1000);
    logger.debug(
      { method: request.method, path: request.url.split('?')[0], status: reply.statusCode, ms: Math.round(reply.elapsedTime) },
      'request',
    );
    done();
  });
}

/** Every request for a service: who, how often, whose; then it is forwarded. */
function installDoor(fastify: FastifyInstance, { authenticator, limits, proxy }: Door): void {
  // Bodies are not read here but streamed on.
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', (_request, _payload, done) => done(null));
  const handle = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const path = request.url.split('?')[0] ?? '';
    const owner = ownerOf(request.method, path);
    if (owner === null) throw platformError['route-not-found'](`No resource at ${request.method} ${path.slice(0, 200)}`);
    const actor = path.startsWith('/t/') ? null : await authenticator.authenticate(request);
    await takeFromBudget(limits, path, actor, request, reply);
    return proxy.forward(owner, actor, request, reply);
  };
  for (const url of ['/v1/*', '/t/*', '/.well-known/jwks.json']) fastify.route({ method: [...METHODS], url, handler: handle });
}

async function takeFromBudget(
  limits: RateLimits,
  path: string,
  actor: Actor | null,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const { rateClass, subject } = rateSubject(path, actor, request.ip);
  const verdict = await limits.take(rateClass, subject);
  // draft-ietf-httpapi-ratelimit-headers: what is left, and when the window starts anew
  void reply
    .header('ratelimit', `"${rateClass}";r=${verdict.remaining};t=${verdict.resetS}`)
    .header('ratelimit-policy', `"${rateClass}";q=${verdict.limit};w=60`);
  if (!verdict.allowed) {
    throw platformError['rate-limited'](`More than ${verdict.limit} requests a minute; try again in ${verdict.resetS} s`, {
      extra: { retryAfterS: verdict.resetS },
    });
  }
}

function installOperations(fastify: FastifyInstance, openApi: MergedOpenApi, pingRedis: () => Promise<unknown>): void {
  fastify.get('/healthz', () => ({ service: 'gateway', status: 'ok' }));
  // Redis is told but not required: without it requests are still answered, and all replicas would be unready at once.
  fastify.get('/readyz', async () => {
    const redis = await pingRedis().then(
      () => true,
      () => false,
    );
    return { service: 'gateway', status: 'ready', checks: [{ name: 'redis', ok: redis, required: false }] };
  });
  fastify.get('/openapi.json', () => openApi.document());
}

/** Says once that Redis has gone, and once that it is back, however often the client has tried meanwhile. */
function followAvailability(redis: Redis, logger: Logger): void {
  let away = false;
  redis.on('error', (error: Error) => {
    if (!away) logger.warn({ error: error.message }, 'redis is away: each gateway counts requests for itself');
    away = true;
  });
  redis.on('ready', () => {
    if (away) logger.info('redis is back: gateways count requests together');
    away = false;
  });
}

/** A gateway that starts while Redis is away subscribes when it is back; until then verdicts grow old after seconds. */
function followRevocations(redis: Redis, authenticator: Authenticator, logger: Logger): Redis {
  const subscriber = redis.duplicate({ enableOfflineQueue: true, maxRetriesPerRequest: null });
  subscriber.on('error', (error: Error) => logger.debug({ error: error.message }, 'revocation channel'));
  subscriber.on('message', (_channel, keyId) => authenticator.revoke(keyId));
  subscriber.subscribe('stead:api-key-revoked').catch((error: unknown) => logger.warn({ error }, 'revocations are not followed'));
  return subscriber;
}
