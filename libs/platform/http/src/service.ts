import { NestFactory } from '@nestjs/core';
import type { DynamicModule, INestApplication, Type } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import type { IdentitySigner } from '@stead/platform/auth';
import type { Logger } from '@stead/platform/logging';
import { NestLogger } from '@stead/platform/nest';
import { endpointsOf, type EndpointSpec } from './endpoint';
import { genRequestId, installHooks } from './hooks';
import type { IdempotencyStore } from './idempotency';
import { openApiOf } from './openapi';
import { installOperations, type OperationsOptions } from './operations';
import { ProblemFilter } from './problem-filter';
import { endStreams } from './sse';

const BODY_BYTES_MAX = 1024 * 1024;

export interface HttpServiceOptions extends OperationsOptions {
  module: DynamicModule | Type;
  /** Controllers of the module, whose endpoints are checked, authorised and documented. */
  controllers: readonly Type[];
  logger: Logger;
  signer: IdentitySigner;
  idempotency?: IdempotencyStore;
  /** Base of the problem type URLs. */
  docsUrl: string;
  /** Raw Fastify routes for hot paths and streams. */
  routes?: (fastify: FastifyInstance, app: INestApplication) => void;
  bodyBytesMax?: number;
}

export interface HttpService {
  app: NestFastifyApplication;
  fastify: FastifyInstance;
}

/** A Nest application behind Fastify with the platform's hooks, problems, health, metrics and OpenAPI. Not listening yet. */
export async function createHttpService(options: HttpServiceOptions): Promise<HttpService> {
  const { logger, metrics, signer, idempotency } = options;
  const adapter = new FastifyAdapter({
    bodyLimit: options.bodyBytesMax ?? BODY_BYTES_MAX,
    genReqId: genRequestId,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 1000 },
  });
  const app = await NestFactory.create<NestFastifyApplication>(options.module, adapter, {
    logger: new NestLogger(logger),
    abortOnError: false,
    bodyParser: false,
  });
  const fastify = adapter.getInstance() as unknown as FastifyInstance; // Nest types the instance by its own Fastify generics
  takeNoBodyOfDelete(fastify);
  const specs = options.controllers.flatMap((controller) => endpointsOf(controller));
  const endpoints = new Map<string, EndpointSpec>(specs.map((spec) => [`${spec.method} ${spec.path}`, spec]));
  installHooks(fastify, { logger, metrics, signer, endpoints, ...(idempotency === undefined ? {} : { idempotency }) });
  const filter = new ProblemFilter(logger, options.docsUrl);
  app.useGlobalFilters(filter);
  installOperations(fastify, options);
  fastify.get('/internal/openapi.json', () => openApiOf(options.name, '1', specs));
  fastify.addHook('preClose', (done) => {
    endStreams(fastify.server);
    done();
  });
  options.routes?.(fastify, app);
  await app.init();
  return { app, fastify };
}

/** Many clients name a type for every request: a deletion has no body, whatever it says. */
function takeNoBodyOfDelete(fastify: FastifyInstance): void {
  const parse = fastify.getDefaultJsonParser('error', 'error');
  fastify.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (request.method === 'DELETE' && body === '') done(null, undefined);
    else parse(request, String(body), done);
  });
}

/** Listens and returns the address; port 0 takes any free one. */
export async function listen(service: HttpService, host: string, port: number): Promise<string> {
  await service.app.listen(port, host);
  const address = service.app.getHttpServer().address() as { port: number };
  return `http://${host}:${address.port}`;
}
