import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { runChanged, type RunFailure, type RunResult, type RunState } from '@stead/contracts/dispatcher';
import type { MessageDefinition } from '@stead/contracts/messaging';
import type { SpaceMapView } from '@stead/contracts/space-maps';
import { captureVerified } from '@stead/contracts/workspaces';
import { IDENTITY_HEADER, IdentitySigner, type Actor } from '@stead/platform/auth';
import { newId } from '@stead/platform/ids';
import { Lifecycle } from '@stead/platform/lifecycle';
import { BullClient } from '@stead/platform/queue';
import { openParts, startApi, startWorkers, type ServiceParts } from '@stead/platform/service';
import { freshDatabase, freshRedis, until, type FreshDatabase } from '@stead/testing/servers';
import { loadConfig, type SpaceMapsConfig } from '../config';
import { spaceMapsService } from '../service';

/** A capture of twenty photos that was announced. */
export const KNOWN_CAPTURE = randomUUID();
const IDENTITY_KEY = 'an-identity-key-of-more-than-32-characters';

export interface Answer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

/** The service's API and workers over real Postgres and Redis; its neighbours answer at the wire, and what it asks of the dispatcher is kept. */
export class RunningService {
  readonly workspaceId = randomUUID();
  readonly actor: Actor = {
    ...{ kind: 'user', id: 'anna', workspaceId: this.workspaceId },
    scopes: ['space-maps:read', 'space-maps:write'],
  };
  /** Captures that only their owner knows of, by what it answers. */
  readonly asked = new Map<string, object>();
  readonly requested: { name: string; payload: Record<string, unknown> }[] = [];
  private readonly signer = new IdentitySigner(IDENTITY_KEY);
  private readonly closers: (() => unknown)[] = [];
  private fresh!: FreshDatabase; // `start` sets these before anybody has the service
  parts!: ServiceParts<SpaceMapsConfig>;
  redis!: { url: string; flush(): Promise<void> };
  private base!: string;
  private client!: BullClient;

  static async start(): Promise<RunningService> {
    const service = new RunningService();
    await service.open();
    return service;
  }

  private async open(): Promise<void> {
    [this.fresh, this.redis] = await Promise.all([freshDatabase({ contexts: ['space_maps'] }), freshRedis()]);
    const neighbour = await this.workspaces();
    const { port } = neighbour.address() as { port: number }; // it listens on a TCP port
    const config = loadConfig({
      NODE_ENV: 'test',
      DATABASE_URL: this.fresh.apiUrl('space_maps'),
      WORKER_DATABASE_URL: this.fresh.workerUrl('space_maps'),
      REDIS_URL: this.redis.url,
      IDENTITY_KEY,
      WORKSPACES_URL: `http://127.0.0.1:${port}`,
      LOG_LEVEL: 'error',
    });
    this.parts = openParts('space-maps', 'space_maps', config);
    const lifecycle = new Lifecycle(this.parts.logger);
    lifecycle.add('parts', () => this.parts.close());
    this.base = await startApi(spaceMapsService, this.parts, lifecycle);
    await startWorkers(spaceMapsService, this.parts, lifecycle);
    const redis = new Redis(this.redis.url, { maxRetriesPerRequest: null });
    this.client = new BullClient(redis, () => undefined);
    const own = redis.duplicate({ maxRetriesPerRequest: null });
    const dispatcher = this.dispatcher(own, redis);
    this.closers.push(
      () => dispatcher.close(),
      () => this.client.close(),
      () => [redis, own].forEach((connection) => connection.disconnect()),
      () => lifecycle.stop(),
      () => neighbour.close(),
      () => this.fresh.drop(),
    );
    await this.tell(captureVerified, {
      ...{ captureId: KNOWN_CAPTURE, revision: 1, kind: 'photos', name: 'hall' },
      ...{ files: 20, bytes: 1000, megapixels: 9.6, points: null },
    });
    await until('the capture is known', async () => (await this.rows('SELECT 1 FROM space_maps.capture')).length > 0);
  }

  async stop(): Promise<void> {
    for (const close of this.closers) await close();
  }

  rows<T extends object>(sql: string, ...params: unknown[]): Promise<T[]> {
    return this.parts.worker.query<T>(sql, params);
  }

  tell(message: MessageDefinition, payload: unknown, id = newId()): Promise<void> {
    const at = new Date().toISOString();
    const envelope = { id, origin: 'elsewhere', workspaceId: this.workspaceId, requestId: 'test-request', at, payload };
    return this.client.emitAll([{ receiver: 'space-maps', message, envelope }]);
  }

  async call(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
    as: Actor = this.actor,
  ): Promise<Answer> {
    const response = await fetch(this.base + path, {
      method,
      headers: {
        [IDENTITY_HEADER]: this.signer.sign(as),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: (text === '' ? null : JSON.parse(text)) as Record<string, unknown>,
    };
  }

  async create(name = 'Hall', captureId: string = KNOWN_CAPTURE): Promise<SpaceMapView> {
    const { body } = await this.call('POST', '/v1/space-maps', { name, captureId, preset: 'preview' });
    return body as unknown as SpaceMapView;
  }

  async read(map: Pick<SpaceMapView, 'id'>): Promise<SpaceMapView> {
    return (await this.call('GET', `/v1/space-maps/${map.id}`)).body as unknown as SpaceMapView;
  }

  news(
    runId: string,
    revision: number,
    state: RunState,
    { result = null, failure = null }: { result?: RunResult | null; failure?: RunFailure | null } = {},
  ): Promise<void> {
    return this.tell(runChanged, { runId, revision, state, cluster: 'onprem', epoch: 1, why: 'there is room', result, failure });
  }

  /** What the dispatcher was asked for of a run. */
  asksOf(runId: unknown): { name: string; payload: Record<string, unknown> }[] {
    return this.requested.filter(({ payload }) => payload['runId'] === runId);
  }

  private dispatcher(connection: Redis, acks: Redis): Worker {
    const worker = new Worker(
      'svc.dispatcher',
      async (job) => {
        const { id, payload, origin } = job.data as { id: string; payload: Record<string, unknown>; origin: string };
        this.requested.push({ name: job.name, payload });
        await acks.publish(`stead:ack:${origin}`, JSON.stringify({ id, receiver: 'dispatcher' }));
      },
      { connection, prefix: 'stead', removeOnComplete: { count: 0 } },
    );
    worker.on('error', () => undefined); // one test empties Redis under it
    return worker;
  }

  private async workspaces(): Promise<Server> {
    const server = createServer((request, response) => {
      const found = this.asked.get(request.url?.split('/').at(-1) ?? '');
      const missing = { type: 't', title: 'Capture not found', status: 404, detail: 'no', instance: '', traceId: 'x' };
      response.setHeader('content-type', 'application/json');
      response.statusCode = found === undefined ? 404 : 200;
      response.end(JSON.stringify(found ?? { ...missing, code: 'workspaces/capture-not-found' }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return server;
  }
}

/** What workspaces says of a capture. */
export function internalAnswer(captureId: string, change: object = {}): object {
  return {
    ...{ captureId, revision: 1, state: 'verified', verified: true, kind: 'photos', name: 'n' },
    ...{ files: 3, bytes: 9, megapixels: 1, points: null },
    ...change,
  };
}

export function aResult(change: Partial<RunResult> = {}): RunResult {
  return {
    epoch: 1,
    bundlePrefix: 'workspaces/w/runs/r/e1/bundle/',
    manifestSha256: 'a'.repeat(64),
    bytes: 10,
    quality: {
      ...{ grade: 'A', images: 20, registered: 20, reprojectionPx: 0.5, sparsePoints: 5, points: 9, tiles: 1 },
      ...{ facesBlurred: 0, platesBlurred: 0, scaleSource: 'none', gpsResidualM: null, notes: [], advice: [] },
    },
    ...change,
  };
}
