import type { DynamicModule, Type } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { messagesFor } from '@stead/contracts/catalogue';
import type { Service } from '@stead/contracts/messaging';
import {
  PostgresIdempotencyStore,
  createHttpService,
  listen,
  serveOperations,
  type HttpServiceOptions,
} from '@stead/platform/http';
import { Lifecycle } from '@stead/platform/lifecycle';
import { OutboxRelay } from '@stead/platform/outbox';
import type { Database } from '@stead/platform/postgres';
import { startWorker } from '@stead/platform/queue';
import type { ServiceConfig } from './config';
import { openParts, type ServiceParts } from './parts';

export type { ServiceParts } from './parts';

/** Something that runs beside the message handlers: a scheduler, a reconciler, a watch. */
export interface Background {
  name: string;
  stop(): Promise<void>;
}

/** A service as its two processes see it. `schema` is its Postgres schema. */
export interface ServiceSpec<Config extends ServiceConfig = ServiceConfig> {
  name: Service;
  schema: string;
  controllers: readonly Type[];
  apiModule(parts: ServiceParts<Config>): DynamicModule;
  workerModule(parts: ServiceParts<Config>): DynamicModule;
  routes?(parts: ServiceParts<Config>): HttpServiceOptions['routes'];
  background?(parts: ServiceParts<Config>): Promise<readonly Background[]>;
  /** Extra things that must answer before the API is ready. */
  readiness?(parts: ServiceParts<Config>): Record<string, () => Promise<unknown>>;
}

/** Serves the HTTP API; returns its address. */
export async function startApi<Config extends ServiceConfig>(
  spec: ServiceSpec<Config>,
  parts: ServiceParts<Config>,
  lifecycle: Lifecycle,
): Promise<string> {
  const { config, logger, metrics, signer } = parts;
  const routes = spec.routes?.(parts);
  const service = await createHttpService({
    name: spec.name,
    module: spec.apiModule(parts),
    controllers: spec.controllers,
    logger,
    metrics,
    signer,
    idempotency: new PostgresIdempotencyStore(parts.api, spec.schema),
    docsUrl: config.DOCS_URL,
    readiness: { ...stores(parts.api, parts.redis), ...spec.readiness?.(parts) },
    ...(routes === undefined ? {} : { routes }),
  });
  const address = await listen(service, config.HOST, config.PORT);
  lifecycle.add(`${spec.name} api`, () => service.app.close());
  logger.info({ address }, 'api listens');
  return address;
}

/** Handles the service's messages, relays its outbox and runs its background work. */
export async function startWorkers<Config extends ServiceConfig>(
  spec: ServiceSpec<Config>,
  parts: ServiceParts<Config>,
  lifecycle: Lifecycle,
): Promise<void> {
  const { redis, logger, metrics, schema } = parts;
  const worker = await startWorker({
    service: spec.name,
    messages: messagesFor(spec.name),
    module: spec.workerModule(parts),
    redis,
    logger,
    metrics,
  });
  lifecycle.add(`${spec.name} messages`, () => worker.close());
  const relay = new OutboxRelay({ schema, database: parts.worker, redis, logger, metrics });
  await relay.start();
  lifecycle.add(`${spec.name} outbox`, () => relay.stop());
  for (const part of (await spec.background?.(parts)) ?? []) lifecycle.add(`${spec.name} ${part.name}`, () => part.stop());
  logger.info('worker runs');
}

/** The body of `main.api.ts`: one process that serves HTTP until it is told to stop. */
export async function runApi<Config extends ServiceConfig>(spec: ServiceSpec<Config>, config: Readonly<Config>): Promise<void> {
  await run(spec, config, async (parts, lifecycle) => void (await startApi(spec, parts, lifecycle)));
}

/** The body of `main.worker.ts`: one process that handles messages, and tells of itself, until it is told to stop. */
export async function runWorkers<Config extends ServiceConfig>(
  spec: ServiceSpec<Config>,
  config: Readonly<Config>,
): Promise<void> {
  await run(spec, config, async (parts, lifecycle) => {
    let started = false;
    const running = async (): Promise<void> => {
      if (!started) throw new Error('the workers have not started yet');
    };
    const readiness = { ...stores(parts.worker, parts.redis), running };
    const operations = await serveOperations(
      { name: `${spec.name}-worker`, metrics: parts.metrics, readiness },
      config.HOST,
      config.PORT,
    );
    lifecycle.add(`${spec.name} operations`, () => operations.close());
    await startWorkers(spec, parts, lifecycle);
    started = true;
    parts.logger.info({ address: operations.url }, 'health and metrics are served');
  });
}

function stores(database: Database, redis: Redis): Record<string, () => Promise<unknown>> {
  return { postgres: () => database.query('SELECT 1', []), redis: () => redis.ping() };
}

async function run<Config extends ServiceConfig>(
  spec: ServiceSpec<Config>,
  config: Readonly<Config>,
  start: (parts: ServiceParts<Config>, lifecycle: Lifecycle) => Promise<void>,
): Promise<void> {
  const parts = openParts(spec.name, spec.schema, config);
  const lifecycle = new Lifecycle(parts.logger);
  lifecycle.add('connections', () => parts.close());
  lifecycle.handleSignals();
  await start(parts, lifecycle);
}
