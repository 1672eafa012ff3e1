import type { DynamicModule } from '@nestjs/common';
import { loop } from '@stead/platform/lifecycle';
import { provide, provideValue } from '@stead/platform/nest';
import type { ServiceParts, ServiceSpec } from '@stead/platform/service';
import { EventsController } from './adapters/http/events.controller';
import { FeedProcessor } from './adapters/jobs/feed.processor';
import { PostgresFeedSignal } from './adapters/postgres/feed.signal';
import { PostgresFeedStore } from './adapters/postgres/feed.store';
import { FeedSignal, FeedStore, StreamTroubles } from './application/ports';
import { StreamEvents } from './application/stream-events';

const SWEEP_MS = 3_600_000;

class NotificationsApiModule {}
class NotificationsWorkerModule {}

export const notificationsService: ServiceSpec = {
  name: 'notifications',
  schema: 'notifications',
  controllers: [EventsController],
  apiModule,
  workerModule,
  background: (parts) => {
    const store = new PostgresFeedStore(parts.worker);
    const sweeper = loop('feed sweep', parts.logger, SWEEP_MS, async () => void (await store.sweep()));
    return Promise.resolve([{ name: 'feed sweep', stop: () => sweeper.stop() }]);
  },
};

function apiModule(parts: ServiceParts): DynamicModule {
  return {
    module: NotificationsApiModule,
    controllers: [EventsController],
    providers: [
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
    ],
  };
}

function workerModule(parts: ServiceParts): DynamicModule {
  return {
    module: NotificationsWorkerModule,
    controllers: [FeedProcessor],
    providers: [provideValue(FeedStore, new PostgresFeedStore(parts.worker))],
  };
}
