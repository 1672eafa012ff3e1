import type { DynamicModule } from '@nestjs/common';
import { Clock } from '@stead/platform/clock';
import { loop } from '@stead/platform/lifecycle';
import { provide, provideValue } from '@stead/platform/nest';
import type { Background, ServiceParts } from '@stead/platform/service';
import { SecretBox } from '@stead/platform/secret-box';
import { FeedProcessor } from './adapters/jobs/feed.processor';
import { PostgresDeliveryStore } from './adapters/postgres/delivery.store';
import { PostgresFeedStore } from './adapters/postgres/feed.store';
import { PostgresPublicationToldStore } from './adapters/postgres/publication-told.store';
import { PostgresUnitOfWork } from './adapters/postgres/unit-of-work';
import { PostgresWebhookStore } from './adapters/postgres/webhook.store';
import { PrometheusWebhookMetrics } from './adapters/prometheus-webhook.metrics';
import { guardedConnector } from './adapters/undici/guarded-connector';
import { UndiciWebhookSender } from './adapters/undici/undici.sender';
import { FeedStore, UnitOfWork } from './application/ports';
import { RecordEvent } from './application/record-event';
import { SendDeliveries } from './application/send-deliveries';
import { DeliveryStore, PublicationToldStore, WebhookStore, type WebhookMetrics } from './application/webhook-ports';
import { WEBHOOK_SECRETS, policyOf, type NotificationsConfig } from './config';
import { mayConnect } from './domain/public-address';
import { startCourier } from './webhook-courier';

const SWEEP_MS = 3_600_000;

class NotificationsWorkerModule {}

export function workerModule(parts: ServiceParts<NotificationsConfig>): DynamicModule {
  return {
    module: NotificationsWorkerModule,
    controllers: [FeedProcessor],
    providers: [
      provideValue(UnitOfWork, new PostgresUnitOfWork(parts.worker)),
      provideValue(Clock, parts.clock),
      provideValue(FeedStore, new PostgresFeedStore(parts.worker)),
      provideValue(WebhookStore, new PostgresWebhookStore()),
      provideValue(DeliveryStore, new PostgresDeliveryStore()),
      provideValue(PublicationToldStore, new PostgresPublicationToldStore()),
      provide(RecordEvent, UnitOfWork, FeedStore, WebhookStore, DeliveryStore, PublicationToldStore, Clock),
    ],
  };
}

/** What runs beside the handlers of messages. */
export async function background(parts: ServiceParts<NotificationsConfig>): Promise<readonly Background[]> {
  const feed = new PostgresFeedStore(parts.worker);
  const sweeper = loop('feed sweep', parts.logger, SWEEP_MS, async () => void (await feed.sweep()));
  const deliveries = sendDeliveries(parts, new PrometheusWebhookMetrics(parts.metrics));
  const courier = await startCourier(deliveries, parts.worker, parts.logger, parts.config.WEBHOOK_SENDS_MAX);
  return [{ name: 'feed sweep', stop: () => sweeper.stop() }, courier];
}

export function sendDeliveries(
  { worker, config, clock }: Pick<ServiceParts<NotificationsConfig>, 'worker' | 'config' | 'clock'>,
  metrics: WebhookMetrics,
): SendDeliveries {
  const policy = policyOf(config);
  const connect = guardedConnector((address) => mayConnect(address, policy));
  return new SendDeliveries(
    new PostgresUnitOfWork(worker),
    new PostgresWebhookStore(),
    new PostgresDeliveryStore(),
    new PostgresFeedStore(worker),
    new UndiciWebhookSender(connect, config.WEBHOOK_TIMEOUT_MS),
    new SecretBox(config.WEBHOOK_KEY, WEBHOOK_SECRETS),
    metrics,
    clock,
  );
}
