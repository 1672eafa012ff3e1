import type { WorkspaceActor } from '@stead/platform/auth';
import type { Clock } from '@stead/platform/clock';
import { newId } from '@stead/platform/ids';
import type { Tx } from '@stead/platform/postgres';
import type { UnitOfWork } from './ports';
import { bodyOf } from './record-event';
import type { DeliveryPage, DeliveryStore, LoggedDelivery, WebhookStore } from './webhook-ports';
import { deliveryAfter, newDelivery, type Delivery } from '../domain/delivery';
import { notificationsError } from '../domain/errors';
import type { Webhook } from '../domain/webhook';

/** One request brings back so many; more is asked for again, so that none holds the database for long. */
export const REPLAY_MAX = 500;

/** The log of what was sent, and sending it again. */
export class ReplayDeliveries {
  constructor(
    private readonly work: UnitOfWork,
    private readonly webhooks: WebhookStore,
    private readonly deliveries: DeliveryStore,
    private readonly clock: Clock,
  ) {}

  list({ workspaceId }: WorkspaceActor, page: DeliveryPage): Promise<LoggedDelivery[]> {
    return this.work.tenant(workspaceId, async (tx) => {
      await this.webhook(tx, workspaceId, page.webhookId);
      return this.deliveries.list(tx, workspaceId, { ...page, limit: page.limit + 1 });
    });
  }

  /** An event that says nothing but that events arrive. `requestId` is the same for each repetition of the request. */
  test({ workspaceId }: WorkspaceActor, webhookId: string, requestId: string): Promise<Delivery> {
    return this.work.tenant(workspaceId, async (tx) => {
      this.requireEnabled(await this.webhook(tx, workspaceId, webhookId));
      const there = await this.deliveries.find(tx, workspaceId, webhookId, requestId);
      if (there !== null) return there;
      const now = this.clock.now();
      const body = bodyOf({ type: 'webhook.test', data: { webhookId } }, now);
      const delivery = newDelivery(
        { id: requestId, workspaceId, webhookId, eventId: newId(), eventType: 'webhook.test', body },
        now,
      );
      await this.deliveries.insert(tx, [delivery]);
      return delivery;
    });
  }

  /** The same event, with the same id, whatever became of it before. One that waits goes now. */
  one({ workspaceId }: WorkspaceActor, webhookId: string, id: string): Promise<Delivery> {
    return this.work.tenant(workspaceId, async (tx) => {
      this.requireEnabled(await this.webhook(tx, workspaceId, webhookId));
      const delivery = await this.deliveries.find(tx, workspaceId, webhookId, id, { lock: true });
      if (delivery === null) throw notificationsError['delivery-not-found']();
      return this.replay(tx, delivery);
    });
  }

  /** What was given up since then. */
  since({ workspaceId }: WorkspaceActor, webhookId: string, since: Date): Promise<{ replayed: number; more: boolean }> {
    return this.work.tenant(workspaceId, async (tx) => {
      this.requireEnabled(await this.webhook(tx, workspaceId, webhookId));
      const dead = await this.deliveries.deadSince(tx, workspaceId, webhookId, since, REPLAY_MAX + 1);
      const chosen = dead.slice(0, REPLAY_MAX);
      for (const delivery of chosen) await this.replay(tx, delivery);
      return { replayed: chosen.length, more: dead.length > REPLAY_MAX };
    });
  }

  private async replay(tx: Tx, delivery: Delivery): Promise<Delivery> {
    const after = deliveryAfter(delivery, 'replay', this.clock.now());
    if (after === null) return delivery;
    if (!(await this.deliveries.change(tx, delivery, after))) throw notificationsError['delivery-changed']();
    return after;
  }

  private async webhook(tx: Tx, workspaceId: string, id: string): Promise<Webhook> {
    const webhook = await this.webhooks.find(tx, workspaceId, id);
    if (webhook === null) throw notificationsError['webhook-not-found']();
    return webhook;
  }

  private requireEnabled({ enabled }: Webhook): void {
    if (!enabled) throw notificationsError['webhook-disabled']('Enable it first: PATCH with {"enabled": true}');
  }
}
