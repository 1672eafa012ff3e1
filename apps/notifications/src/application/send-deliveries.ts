import type { Clock } from '@stead/platform/clock';
import { newId } from '@stead/platform/ids';
import type { Tx } from '@stead/platform/postgres';
import { CannotOpen, type SecretBox } from '@stead/platform/secret-box';
import { sealOf } from './manage-webhooks';
import type { FeedStore, UnitOfWork } from './ports';
import { signedHeaders } from './signature';
import { SendingStopped, type DeliveryStore, type WebhookMetrics, type WebhookSender, type WebhookStore } from './webhook-ports';
import type { TryResult } from '../domain/answer';
import { afterFailure, afterLoss, deliveryAfter, type Delivery } from '../domain/delivery';
import type { DeliveryEvent } from '../domain/delivery.machine';
import { healthAfter, inForce, type Webhook } from '../domain/webhook';

/** A delivery that is ours until its lease runs out. */
export interface Taken {
  delivery: Delivery;
  webhook: Webhook;
}

/** One look at what was lost or stopped deals with so many; the next look goes on. */
const TIDY_MAX = 200;
const KEEP_MS = 30 * 86_400_000;
const SWEEP_MAX = 5_000;

/**
 * Sends what is due. A delivery is taken (lease and try are committed), posted, and its end recorded, in this order: a sender that
 * dies in between leaves a lease that runs out, and the delivery is sent again with the same id. At least once, in no promised order.
 */
export class SendDeliveries {
  constructor(
    private readonly work: UnitOfWork,
    private readonly webhooks: WebhookStore,
    private readonly deliveries: DeliveryStore,
    private readonly feed: FeedStore,
    private readonly sender: WebhookSender,
    private readonly secrets: SecretBox,
    private readonly metrics: WebhookMetrics,
    private readonly clock: Clock,
  ) {}

  /** At most `limit`, and one of each webhook. */
  take(limit: number): Promise<Taken[]> {
    return this.work.all(async (tx) => {
      const now = this.clock.now();
      const taken: Taken[] = [];
      for (const due of await this.deliveries.due(tx, now, limit)) {
        const delivery = deliveryAfter(due, 'take', now);
        const webhook = await this.webhooks.find(tx, due.workspaceId, due.webhookId);
        if (delivery === null || webhook === null || !(await this.deliveries.change(tx, due, delivery))) continue;
        await this.deliveries.beginTry(tx, delivery, now);
        taken.push({ delivery, webhook });
      }
      return taken;
    });
  }

  /** Posts and records. What goes wrong with the receiver is a result; what is thrown is ours, and the lease then runs out. */
  async send(taken: Taken, stop: AbortSignal): Promise<void> {
    try {
      const result = await this.post(taken, stop);
      await this.record(taken.delivery, result);
      this.metrics.tried(result.outcome, result.ms);
    } catch (error) {
      if (!(error instanceof SendingStopped)) throw error;
      await this.work.all((tx) => this.move(tx, taken.delivery, afterLoss(taken.delivery)));
    }
  }

  /** What a try came to: it counts for the delivery while the lease holds, and for the webhook in any case. */
  record(taken: Delivery, result: TryResult): Promise<void> {
    return this.work.all(async (tx) => {
      const webhook = await this.webhooks.find(tx, taken.workspaceId, taken.webhookId, { lock: true });
      if (webhook === null) return; // deleted meanwhile, and its deliveries with it
      await this.deliveries.endTry(tx, taken, result);
      const health = healthAfter(webhook, result.outcome, this.clock.now());
      await this.webhooks.setHealth(tx, webhook, health);
      if (webhook.enabled && health.disabledReason !== null) {
        this.metrics.disabled(health.disabledReason);
        const data = { webhookId: webhook.id, reason: health.disabledReason };
        await this.feed.append(tx, webhook.workspaceId, newId(), 'webhook.disabled', data);
      }
      await this.move(tx, taken, result.outcome === 'delivered' ? 'succeed' : afterFailure(taken, health.enabled));
    });
  }

  /** The safety net: leases that ran out, and what waits for webhooks that are off. Returns whether there may be more. */
  tidy(): Promise<boolean> {
    return this.work.all(async (tx) => {
      const lost = await this.deliveries.lost(tx, this.clock.now(), TIDY_MAX);
      for (const delivery of lost) {
        await this.move(tx, delivery, afterLoss(delivery));
        this.metrics.lost();
      }
      const stopped = await this.deliveries.stopped(tx, TIDY_MAX);
      for (const delivery of stopped) await this.move(tx, delivery, 'stop');
      return lost.length === TIDY_MAX || stopped.length === TIDY_MAX;
    });
  }

  async observe(): Promise<void> {
    const now = this.clock.now();
    const { due, oldest } = await this.work.all((tx) => this.deliveries.backlog(tx, now));
    this.metrics.waiting(due, oldest === null ? 0 : Math.max(0, now.getTime() - oldest.getTime()) / 1000);
  }

  /** Removes what ended long ago, so that the log stays of a size. True when there may be more. */
  async sweep(): Promise<boolean> {
    const before = new Date(this.clock.now().getTime() - KEEP_MS);
    return (await this.work.all((tx) => this.deliveries.sweep(tx, before, SWEEP_MAX))) === SWEEP_MAX;
  }

  private async post({ delivery, webhook }: Taken, stop: AbortSignal): Promise<TryResult> {
    const at = this.clock.now();
    try {
      const secrets = inForce(webhook.secrets, at).map(({ id, sealed }) => this.secrets.open(sealed, sealOf(webhook, id)));
      const headers = signedHeaders(secrets, delivery.eventId, at, delivery.body);
      return await this.sender.post({ url: webhook.url, headers, body: delivery.body }, stop);
    } catch (error) {
      if (!(error instanceof CannotOpen)) throw error;
      const detail = 'The secret cannot be opened, so nothing can be signed: rotate it with {"overlapHours": 0}';
      return { outcome: 'unsigned', status: null, ms: 0, detail, answer: null };
    }
  }

  /** False when somebody else has moved it since: a late word changes nothing. */
  private async move(tx: Tx, delivery: Delivery, event: DeliveryEvent): Promise<boolean> {
    const after = deliveryAfter(delivery, event, this.clock.now(), Math.random());
    return after !== null && this.deliveries.change(tx, delivery, after);
  }
}
