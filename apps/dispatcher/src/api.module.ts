import type { DynamicModule } from '@nestjs/common';
import { Clock } from '@stead/platform/clock';
import { provide, provideValue } from '@stead/platform/nest';
import { ObjectStore, S3ObjectStore } from '@stead/platform/object-store';
import { Outbox } from '@stead/platform/outbox';
import type { ServiceParts } from '@stead/platform/service';
import { RunsController } from './adapters/http/runs.controller';
import { ClusterLogSources } from './adapters/kube/cluster-log-sources';
import { PostgresAttemptStore } from './adapters/postgres/attempt.store';
import { PostgresClusterStore, PostgresDecisionStore, PostgresStepStore } from './adapters/postgres/record.stores';
import { PostgresReplicationStore } from './adapters/postgres/replication.store';
import { PostgresRunStore } from './adapters/postgres/run.store';
import { PostgresWorkspaceStore, accountsOf } from './adapters/postgres/workspace.store';
import { PostgresTenantWork } from './adapters/postgres/unit-of-work';
import { AttemptAccounts } from './application/attempt-accounts';
import { CancelRun } from './application/cancel-run';
import { DispatchMetrics } from './application/dispatch-metrics';
import { EstimateRun } from './application/estimate-run';
import { ListRunFiles } from './application/list-run-files';
import { Lifecycles } from './application/move-run';
import { OfficeWork, SnapshotStore } from './application/office/ports';
import {
  AttemptStore,
  BudgetStore,
  ClusterStore,
  DecisionStore,
  LogSources,
  RunStore,
  StepStore,
  TenantWork,
  WorkspaceStore,
} from './application/ports';
import { ReplicationStore } from './application/replicate/ports';
import { ReadLogs } from './application/read-logs';
import { ReadRuns } from './application/read-runs';
import type { DispatcherConfig } from './config';
import { DEFAULT_POLICY } from './domain/policy';
import { OFFICE_CONTROLLERS, officeProviders, registeredConnections } from './office.providers';
import { serviceClock } from './service-clock';

class DispatcherApiModule {}

export function apiModule(parts: ServiceParts<DispatcherConfig>): DynamicModule {
  const sources = new ClusterLogSources(parts.config.CLUSTERS, registeredConnections(parts));
  parts.onClose(() => Promise.resolve(sources.close()));
  return {
    module: DispatcherApiModule,
    controllers: [RunsController, ...OFFICE_CONTROLLERS],
    providers: [
      provideValue(TenantWork, new PostgresTenantWork(parts.api)),
      provideValue(Outbox, parts.outbox),
      provideValue(Clock, serviceClock(parts, parts.api)),
      provideValue(ObjectStore, new S3ObjectStore(parts.config.objectStore)),
      provideValue(LogSources, sources),
      provideValue(RunStore, new PostgresRunStore()),
      provideValue(AttemptStore, new PostgresAttemptStore()),
      provideValue(StepStore, new PostgresStepStore()),
      provideValue(DecisionStore, new PostgresDecisionStore()),
      provideValue(ClusterStore, new PostgresClusterStore()),
      provideValue(WorkspaceStore, new PostgresWorkspaceStore(DEFAULT_POLICY.shareHalfLifeMs)),
      provideValue(ReplicationStore, new PostgresReplicationStore()),
      provideValue(DispatchMetrics, DispatchMetrics.of(parts.metrics)),
      provideValue(AttemptAccounts, accountsOf(parts.config.CLUSTERS, DispatchMetrics.of(parts.metrics))),
      provide(Lifecycles, RunStore, AttemptStore, Outbox, DispatchMetrics, AttemptAccounts),
      provide(ReadRuns, TenantWork, RunStore, AttemptStore, StepStore, DecisionStore, ClusterStore, ReplicationStore, Clock),
      provide(ReadLogs, TenantWork, RunStore, AttemptStore, StepStore, ObjectStore, LogSources),
      provide(ListRunFiles, TenantWork, RunStore, ObjectStore),
      provide(CancelRun, TenantWork, RunStore, Lifecycles, Clock),
      ...officeProviders(parts),
      provide(EstimateRun, OfficeWork, SnapshotStore, StepStore, WorkspaceStore, BudgetStore, Clock),
    ],
  };
}
