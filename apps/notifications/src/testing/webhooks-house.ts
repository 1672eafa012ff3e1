import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import type { MessageDefinition, PayloadOf } from '@stead/contracts/messaging';
import type { DeliveryView, NewWebhookView } from '@stead/contracts/notifications';
import { IdentitySigner, type Actor } from '@stead/platform/auth';
import { newId } from '@stead/platform/ids';
import { Lifecycle } from '@stead/platform/lifecycle';
import { connect, type Database } from '@stead/platform/postgres';
import { BullClient } from '@stead/platform/queue';
import { openParts, startApi, startWorkers, type ServiceParts } from '@stead/platform/service';
import { callApi, freshDatabase, freshRedis, Receiver, until, type FreshDatabase, type FreshRedis } from '@stead/testing/servers';
import { loadConfig, type NotificationsConfig } from '../config';
import { notificationsService } from '../service';

const IDENTITY_KEY = 'an-identity-key-of-more-than-32-characters';
const signer = new IdentitySigner(IDENTITY_KEY);

export interface Answer<Body> {
  status: number;
  etag: string;
  headers: Headers;
  body: Body & { code: string; errors?: { pointer: string; detail: string }[] };
}

export interface Replica {
  parts: ServiceParts<NotificationsConfig>;
  lifecycle: Lifecycle;
}

/** The service with its API and as many workers as a spec starts, a customer's server, and the queue that events come by. */
export class WebhooksHouse {
  readonly workspaceId = randomUUID();
  readonly actor: Actor;
  private readonly replicas: Replica[] = [];
  private url = '';

  private constructor(
    readonly receiver: Receiver,
    readonly admin: Database,
    private readonly fresh: FreshDatabase,
    private readonly redisServer: FreshRedis,
    private readonly redis: Redis,
    private readonly client: BullClient,
    private readonly env: Readonly<Record<string, string>>,
  ) {
    this.actor = { kind: 'user', id: 'anna', workspaceId: this.workspaceId, scopes: ['webhooks:read', 'webhooks:write'] };
  }

  /** Private addresses are allowed, as the receiver has one, unless `env` says otherwise. */
  static async open(options: { workers: number; env?: Readonly<Record<string, string>> }): Promise<WebhooksHouse> {
    const [fresh, redisServer] = await Promise.all([freshDatabase({ contexts: ['notifications'] }), freshRedis()]);
    const redis = new Redis(redisServer.url, { maxRetriesPerRequest: null });
    const admin = connect({ url: fresh.adminUrl, applicationName: 'spec-admin', poolMax: 2 });
    const client = new BullClient(redis, () => undefined);
    const env = { WEBHOOK_ALLOW_PRIVATE: 'true', WEBHOOK_TIMEOUT_MS: '1000', ...options.env };
    const house = new WebhooksHouse(await Receiver.open(), admin, fresh, redisServer, redis, client, env);
    const { parts, lifecycle } = house.replica();
    house.url = await startApi(notificationsService, parts, lifecycle);
    for (let n = 0; n < options.workers; n += 1) await house.startWorker();
    return house;
  }

  async close(): Promise<void> {
    await this.receiver.close();
    await Promise.all(this.replicas.map(({ lifecycle }) => lifecycle.stop()));
    await this.client.close();
    this.redis.disconnect();
    await this.admin.close();
    await this.fresh.drop();
  }

  async startWorker(): Promise<Replica> {
    const replica = this.replica();
    await startWorkers(notificationsService, replica.parts, replica.lifecycle);
    return replica;
  }

  /** Connections and configuration, and nothing that runs. */
  replica(): Replica {
    const config = loadConfig({
      ...{ NODE_ENV: 'test', LOG_LEVEL: 'error', IDENTITY_KEY, REDIS_URL: this.redisServer.url },
      DATABASE_URL: this.fresh.apiUrl('notifications'),
      WORKER_DATABASE_URL: this.fresh.workerUrl('notifications'),
      WEBHOOK_KEY: 'a-webhook-key-of-more-than-32-characters',
      ...this.env,
    });
    const parts = openParts('notifications', 'notifications', config);
    const lifecycle = new Lifecycle(parts.logger);
    lifecycle.add('parts', () => parts.close());
    this.replicas.push({ parts, lifecycle });
    return { parts, lifecycle };
  }

  call<Body>(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
    as: Actor = this.actor,
  ): Promise<Answer<Body>> {
    const url = this.url + path;
    return callApi<Answer<Body>['body']>({ method, url, body, headers, identity: signer.sign(as) });
  }

  /** A webhook to a path of the receiver. */
  async webhook(path: string, eventTypes: readonly string[] = ['map-version.ready']): Promise<NewWebhookView> {
    const made = await this.call<NewWebhookView>('POST', '/v1/webhooks', { url: this.receiver.url(path), eventTypes });
    if (made.status !== 201) throw new Error(`no webhook: ${JSON.stringify(made.body)}`);
    return made.body;
  }

  /** As a neighbour's outbox says it. Returns the message's id, which is the event's. */
  async tell<M extends MessageDefinition>(
    message: M,
    payload: PayloadOf<M>,
    { id = newId(), workspaceId = this.workspaceId }: { id?: string; workspaceId?: string } = {},
  ): Promise<string> {
    const envelope = { ...{ id, origin: 'spec', workspaceId, requestId: 'spec', at: new Date().toISOString() }, payload };
    await this.client.emitAll([{ receiver: 'notifications', message, envelope }]);
    return id;
  }

  async deliveries(webhookId: string, query = ''): Promise<DeliveryView[]> {
    const page = await this.call<{ items: DeliveryView[] }>('GET', `/v1/webhooks/${webhookId}/deliveries${query}`);
    return page.body.items;
  }

  /** The only delivery of a webhook, once it is in a state. */
  delivery(webhookId: string, state: DeliveryView['state']): Promise<DeliveryView> {
    return until(`the delivery is ${state}`, async () => {
      const [delivery] = await this.deliveries(webhookId);
      return delivery?.state === state ? delivery : null;
    });
  }

  /** Time passes: what waits for its next try is due. */
  async retryNow(webhookId: string): Promise<void> {
    await this.admin.query(
      `UPDATE notifications.webhook_delivery SET due_at = now() - interval '1 second' WHERE webhook_id = $1::uuid AND state = 'waiting'`,
      [webhookId],
    );
  }

  /** Time passes: whoever has taken it does not answer any more. */
  async expireLeases(webhookId: string): Promise<void> {
    await this.admin.query(
      `UPDATE notifications.webhook_delivery SET lease_until = now() - interval '1 second' WHERE webhook_id = $1::uuid AND state = 'sending'`,
      [webhookId],
    );
  }
}
