import type { DynamicModule } from '@nestjs/common';
import { Clock } from '@stead/platform/clock';
import { provide, provideValue } from '@stead/platform/nest';
import type { ServiceParts } from '@stead/platform/service';
import { SecretBox } from '@stead/platform/secret-box';
import { EventsController } from './adapters/http/events.controller';
import { WebhookDeliveriesController } from './adapters/http/webhook-deliveries.controller';
import { WebhooksController } from './adapters/http/webhooks.controller';
import { PostgresDeliveryStore } from './adapters/postgres/delivery.store';
import { PostgresFeedSignal } from './adapters/postgres/feed.signal';
import { PostgresFeedStore } from './adapters/postgres/feed.store';
import { PostgresUnitOfWork } from './adapters/postgres/unit-of-work';
import { PostgresWebhookStore } from './adapters/postgres/webhook.store';
import { ManageWebhooks } from './application/manage-webhooks';
import { FeedSignal, FeedStore, StreamTroubles, UnitOfWork } from './application/ports';
import { ReplayDeliveries } from './application/replay-deliveries';
import { StreamEvents } from './application/stream-events';
import { DeliveryStore, WebhookStore } from './application/webhook-ports';
import { WEBHOOK_SECRETS, policyOf, type NotificationsConfig } from './config';

export const CONTROLLERS = [EventsController, WebhooksController, WebhookDeliveriesController];

class NotificationsApiModule {}

export function apiModule(parts: ServiceParts<NotificationsConfig>): DynamicModule {
  return {
    module: NotificationsApiModule,
    controllers: CONTROLLERS,
    providers: [
      provideValue(UnitOfWork, new PostgresUnitOfWork(parts.api)),
      provideValue(Clock, parts.clock),
      provideValue(FeedStore, new PostgresFeedStore(parts.api)),
      {
        provide: FeedSignal,
        useFactory: async (): Promise<FeedSignal> => {
          const signal = new PostgresFeedSignal(parts.api);
          await signal.start();
          parts.onClose(() => signal.stop());
          return signal;
        },
      },
      provideValue(StreamTroubles, {
        report: (workspaceId, error) => parts.logger.warn({ error, workspaceId }, 'an event stream ended'),
      }),
      provide(StreamEvents, FeedStore, FeedSignal),
      provideValue(WebhookStore, new PostgresWebhookStore()),
      provideValue(DeliveryStore, new PostgresDeliveryStore()),
      provideValue(SecretBox, new SecretBox(parts.config.WEBHOOK_KEY, WEBHOOK_SECRETS)),
      {
        provide: ManageWebhooks,
        useFactory: (work: UnitOfWork, webhooks: WebhookStore, secrets: SecretBox, clock: Clock) =>
          new ManageWebhooks(work, webhooks, secrets, clock, policyOf(parts.config)),
        inject: [UnitOfWork, WebhookStore, SecretBox, Clock],
      },
      provide(ReplayDeliveries, UnitOfWork, WebhookStore, DeliveryStore, Clock),
    ],
  };
}
