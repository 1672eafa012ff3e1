import { WEBHOOK_EVENT_VERSION, webhookBodySchema, type FeedType, type WebhookNews } from '@stead/contracts/notifications';
import type { PayloadOf } from '@stead/contracts/messaging';
import type { publicationChanged } from '@stead/contracts/studio';
import type { Clock } from '@stead/platform/clock';
import { newId } from '@stead/platform/ids';
import type { Tx } from '@stead/platform/postgres';
import type { FeedStore, UnitOfWork } from './ports';
import type { DeliveryStore, PublicationToldStore, WebhookStore } from './webhook-ports';
import { newDelivery } from '../domain/delivery';
import { publicationNews } from '../domain/outward-news';

/** A message that has come, perhaps again. */
export interface Told {
  id: string;
  workspaceId: string;
}

/** One transaction makes of a message a line of the feed and a delivery for each webhook that wants it: both, once, or neither. */
export class RecordEvent {
  constructor(
    private readonly work: UnitOfWork,
    private readonly feed: FeedStore,
    private readonly webhooks: WebhookStore,
    private readonly deliveries: DeliveryStore,
    private readonly publications: PublicationToldStore,
    private readonly clock: Clock,
  ) {}

  async run(told: Told, type: FeedType, data: unknown, news: WebhookNews | null): Promise<void> {
    await this.work.tenant(told.workspaceId, async (tx) => {
      const fresh = await this.feed.append(tx, told.workspaceId, told.id, type, data);
      if (fresh && news !== null) await this.announce(tx, told, news);
    });
  }

  async publication(told: Told, changed: PayloadOf<typeof publicationChanged>): Promise<void> {
    const { workspaceId } = told;
    await this.work.tenant(workspaceId, async (tx) => {
      if (!(await this.feed.append(tx, workspaceId, told.id, 'publication.changed', changed))) return;
      const { publicationId, revision, state } = changed;
      const before = await this.publications.find(tx, workspaceId, publicationId);
      if (before !== null && before.revision >= revision) return;
      await this.publications.remember(tx, workspaceId, publicationId, { revision, state });
      const news = publicationNews(before, changed);
      if (news !== null) await this.announce(tx, told, news);
    });
  }

  /** The message's id becomes the event's, so that every try of every delivery of it carries the same one. */
  private async announce(tx: Tx, { id: eventId, workspaceId }: Told, news: WebhookNews): Promise<void> {
    const subscribers = await this.webhooks.subscribers(tx, workspaceId, news.type);
    if (subscribers.length === 0) return;
    const now = this.clock.now();
    const body = bodyOf(news, now);
    await this.deliveries.insert(
      tx,
      subscribers.map((webhookId) =>
        newDelivery({ id: newId(), workspaceId, webhookId, eventId, eventType: news.type, body }, now),
      ),
    );
  }
}

/** What a receiver reads. Parsed on its way out: what the contract does not name does not leave. */
export function bodyOf(news: WebhookNews, at: Date): string {
  return JSON.stringify(
    webhookBodySchema.parse({ type: news.type, version: WEBHOOK_EVENT_VERSION, timestamp: at.toISOString(), data: news.data }),
  );
}
