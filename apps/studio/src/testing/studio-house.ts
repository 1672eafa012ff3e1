import { createHash, randomUUID } from 'node:crypto';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import type { PayloadOf } from '@stead/contracts/messaging';
import type { BundleManifest } from '@stead/contracts/pipeline';
import { mapVersionReady } from '@stead/contracts/space-maps';
import type { publicationChanged, publicationPasswordChanged } from '@stead/contracts/studio';
import { IDENTITY_HEADER, IdentitySigner, type Actor } from '@stead/platform/auth';
import { newId } from '@stead/platform/ids';
import { Lifecycle } from '@stead/platform/lifecycle';
import { createLogger } from '@stead/platform/logging';
import { BullClient } from '@stead/platform/queue';
import { S3ObjectStore } from '@stead/platform/object-store';
import { openParts, startApi, startWorkers, type ServiceParts } from '@stead/platform/service';
import { callApi, freshDatabase, freshObjectStore, freshRedis, until } from '@stead/testing/servers';
import { loadConfig, type StudioConfig } from '../config';
import { studioService } from '../service';

export type News = PayloadOf<typeof publicationChanged>;
type PasswordNews = PayloadOf<typeof publicationPasswordChanged>;
export interface Answer<Body> {
  status: number;
  etag: string;
  headers: Headers;
  body: Body & { code?: string; detail?: string; errors?: { pointer: string; detail: string }[] };
}

export const VAULT_KEY = 'a-vault-key-of-more-than-32-characters-in-all';
const IDENTITY_KEY = 'an-identity-key-of-more-than-32-characters';

/** Studio over HTTP and queue, with a neighbour at the wire. */
export class StudioHouse {
  readonly workspaceId = randomUUID();
  readonly actor: Actor = {
    ...{ kind: 'user', id: 'anna', workspaceId: this.workspaceId },
    scopes: ['publications:read', 'publications:write', 'privacy:read', 'privacy:write', 'workspace:write'],
  };
  /** What viewing has heard of publications. */
  readonly told: News[] = [];
  readonly toldPasswords: PasswordNews[] = [];
  /** What its other neighbours have heard. */
  readonly heard: { receiver: string; name: string; payload: Record<string, unknown> }[] = [];
  private readonly signer = new IdentitySigner(IDENTITY_KEY);

  private constructor(
    readonly parts: ServiceParts<StudioConfig>,
    readonly store: S3ObjectStore,
    private readonly base: string,
    private readonly redis: Redis,
    private readonly client: BullClient,
    private readonly lifecycle: Lifecycle,
  ) {}

  static async open(): Promise<StudioHouse> {
    // Stops what was started, also where not everything could be.
    const lifecycle = new Lifecycle(createLogger({ service: 'studio-test', level: 'error' }));
    const [database, redis, s3] = await Promise.all([freshDatabase({ contexts: ['studio'] }), freshRedis(), freshObjectStore()]);
    lifecycle.add('database', () => database.drop());
    lifecycle.add('object store', () => s3.stop());
    const config = loadConfig({
      NODE_ENV: 'test',
      DATABASE_URL: database.apiUrl('studio'),
      WORKER_DATABASE_URL: database.workerUrl('studio'),
      REDIS_URL: redis.url,
      IDENTITY_KEY,
      VAULT_KEY,
      LOG_LEVEL: 'error',
      ...s3.env,
    });
    const store = new S3ObjectStore(config.objectStore);
    lifecycle.add('store client', () => store.close());
    await store.ensureBucket();
    const parts = openParts('studio', 'studio', config);
    lifecycle.add('parts', () => parts.close());
    const clientRedis = new Redis(redis.url, { maxRetriesPerRequest: null });
    lifecycle.add('redis', () => clientRedis.disconnect());
    const base = await startApi(studioService, parts, lifecycle);
    await startWorkers(studioService, parts, lifecycle);
    const client = new BullClient(clientRedis, () => undefined);
    lifecycle.add('client', () => client.close());
    const house = new StudioHouse(parts, store, base, clientRedis, client, lifecycle);
    for (const receiver of ['viewing', 'notifications', 'space-maps', 'workspaces'] as const) house.listenAs(receiver);
    return house;
  }

  close(): Promise<void> {
    return this.lifecycle.stop();
  }

  tell(message: Parameters<BullClient['emitAll']>[0][number]['message'], payload: unknown, id = newId()): Promise<void> {
    const { workspaceId } = this;
    const envelope = { id, origin: 'elsewhere', workspaceId, requestId: 'test-request', at: new Date().toISOString(), payload };
    return this.client.emitAll([{ receiver: 'studio', message, envelope }]);
  }

  call<Body>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
    as: Actor = this.actor,
  ): Promise<Answer<Body>> {
    const url = this.base + path;
    return callApi<Answer<Body>['body']>({ method, url, body, headers, identity: this.signer.sign(as) });
  }

  /** As the gateway forwards it: whatever the answer is, as it came. */
  forward(path: string, options: RequestInit & { headers: Record<string, string> }, as: Actor): Promise<Response> {
    return fetch(this.base + path, { ...options, headers: { ...options.headers, [IDENTITY_HEADER]: this.signer.sign(as) } });
  }

  /** Returns when studio knows of it. With a manifest in the store where one is given. */
  async readyVersion(
    spaceMapId: string,
    number: number,
    manifest?: BundleManifest,
    change: Partial<PayloadOf<typeof mapVersionReady>> = {},
  ): Promise<PayloadOf<typeof mapVersionReady>> {
    const runId = change.runId ?? randomUUID();
    const bytes = Buffer.from(JSON.stringify(manifest ?? {}));
    const version = {
      spaceMapId,
      versionId: randomUUID(),
      runId,
      number,
      name: 'Great hall',
      bundlePrefix: `workspaces/${this.workspaceId}/runs/${runId}/e1/bundle/`,
      manifestSha256: createHash('sha256').update(bytes).digest('hex'),
      bytes: 1000,
      ...{ captureId: randomUUID(), epoch: 1, redactionOf: null },
      ...change,
    };
    if (manifest !== undefined)
      await this.store.put(`${version.bundlePrefix}manifest.json`, bytes, { mediaType: 'application/json' });
    await this.tell(mapVersionReady, version);
    await until(
      'the version is known',
      async () =>
        (await this.parts.worker.query('SELECT 1 FROM studio.map_version WHERE id = $1', [version.versionId])).length === 1,
    );
    return version;
  }

  /** Nothing waits for studio any more. */
  async handled(): Promise<void> {
    const queue = new Queue('svc.studio', { connection: this.redis, prefix: 'stead' });
    await until('the queue is empty', async () => (await queue.getJobCountByTypes('waiting', 'active', 'delayed')) === 0);
    await queue.close();
  }

  /** A neighbour at the wire: hears what studio says, and says that it has heard. */
  private listenAs(receiver: 'viewing' | 'notifications' | 'space-maps' | 'workspaces'): void {
    const connection = this.redis.duplicate({ maxRetriesPerRequest: null });
    const worker = new Worker(
      `svc.${receiver}`,
      async (job) => {
        const { id, payload, origin } = job.data as { id: string; payload: News | PasswordNews; origin: string };
        if (receiver === 'viewing' && 'title' in payload) this.told.push(payload);
        else if (receiver === 'viewing' && 'passwordHash' in payload && !('linkId' in payload)) this.toldPasswords.push(payload);
        this.heard.push({ receiver, name: job.name, payload: { ...payload } });
        await this.redis.publish(`stead:ack:${origin}`, JSON.stringify({ id, receiver }));
      },
      { connection, prefix: 'stead', removeOnComplete: { count: 0 } },
    );
    worker.on('error', () => undefined);
    this.lifecycle.add(receiver, async () => {
      await worker.close();
      connection.disconnect();
    });
  }
}
