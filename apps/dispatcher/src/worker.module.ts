import type { DynamicModule } from '@nestjs/common';
import { Clock } from '@stead/platform/clock';
import { provide, provideValue } from '@stead/platform/nest';
import { Outbox } from '@stead/platform/outbox';
import type { ServiceParts } from '@stead/platform/service';
import { DispatcherProcessor } from './adapters/jobs/dispatcher.processor';
import { PostgresAttemptStore } from './adapters/postgres/attempt.store';
import { PostgresStepStore } from './adapters/postgres/record.stores';
import { PostgresCaptureRemovalStore } from './adapters/postgres/replica.stores';
import { PostgresRunStore } from './adapters/postgres/run.store';
import { accountsOf } from './adapters/postgres/workspace.store';
import { PostgresTenantWork } from './adapters/postgres/unit-of-work';
import { AttemptAccounts } from './application/attempt-accounts';
import { CancelRun } from './application/cancel-run';
import { DispatchMetrics } from './application/dispatch-metrics';
import { Lifecycles } from './application/move-run';
import { AttemptStore, RunStore, StepStore, TenantWork } from './application/ports';
import { OrderPurge } from './application/purge-run';
import { ForgetCapture } from './application/replicate/forget-capture';
import { CaptureRemovalStore } from './application/replicate/ports';
import { RequestRun } from './application/request-run';
import type { DispatcherConfig } from './config';
import { serviceClock } from './service-clock';

class DispatcherWorkerModule {}

export function workerModule(parts: ServiceParts<DispatcherConfig>): DynamicModule {
  return {
    module: DispatcherWorkerModule,
    controllers: [DispatcherProcessor],
    providers: [
      provideValue(TenantWork, new PostgresTenantWork(parts.worker)),
      provideValue(Outbox, parts.outbox),
      provideValue(Clock, serviceClock(parts, parts.worker)),
      provideValue(RunStore, new PostgresRunStore()),
      provideValue(AttemptStore, new PostgresAttemptStore()),
      provideValue(StepStore, new PostgresStepStore()),
      provideValue(DispatchMetrics, DispatchMetrics.of(parts.metrics)),
      provideValue(AttemptAccounts, accountsOf(parts.config.CLUSTERS, DispatchMetrics.of(parts.metrics))),
      provide(Lifecycles, RunStore, AttemptStore, Outbox, DispatchMetrics, AttemptAccounts),
      provide(RequestRun, TenantWork, RunStore, StepStore, Lifecycles, Clock),
      provide(CancelRun, TenantWork, RunStore, Lifecycles, Clock),
      provide(OrderPurge, TenantWork, RunStore),
      provideValue(CaptureRemovalStore, new PostgresCaptureRemovalStore()),
      provide(ForgetCapture, TenantWork, CaptureRemovalStore),
    ],
  };
}
