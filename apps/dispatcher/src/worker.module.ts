import type { DynamicModule } from '@nestjs/common';
import { Clock } from '@stead/platform/clock';
import { provide, provideValue } from '@stead/platform/nest';
import { Outbox } from '@stead/platform/outbox';
import type { ServiceParts } from '@stead/platform/service';
import { DispatcherProcessor } from './adapters/jobs/dispatcher.processor';
import { PostgresAttemptStore } from './adapters/postgres/attempt.store';
import { PostgresRunStore } from './adapters/postgres/run.store';
import { PostgresTenantWork } from './adapters/postgres/unit-of-work';
import { CancelRun } from './application/cancel-run';
import { DispatchMetrics } from './application/dispatch-metrics';
import { Lifecycles } from './application/move-run';
import { AttemptStore, RunStore, TenantWork } from './application/ports';
import { OrderPurge } from './application/purge-run';
import { RequestRun } from './application/request-run';
import type { DispatcherConfig } from './config';

class DispatcherWorkerModule {}

export function workerModule(parts: ServiceParts<DispatcherConfig>): DynamicModule {
  return {
    module: DispatcherWorkerModule,
    controllers: [DispatcherProcessor],
    providers: [
      provideValue(TenantWork, new PostgresTenantWork(parts.worker)),
      provideValue(Outbox, parts.outbox),
      provideValue(Clock, parts.clock),
      provideValue(RunStore, new PostgresRunStore()),
      provideValue(AttemptStore, new PostgresAttemptStore()),
      provideValue(DispatchMetrics, DispatchMetrics.of(parts.metrics)),
      provide(Lifecycles, RunStore, AttemptStore, Outbox, DispatchMetrics),
      provide(RequestRun, TenantWork, RunStore, Lifecycles, Clock),
      provide(CancelRun, TenantWork, RunStore, Lifecycles, Clock),
      provide(OrderPurge, TenantWork, RunStore),
    ],
  };
}
