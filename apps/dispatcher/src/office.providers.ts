import type { Provider, Type } from '@nestjs/common';
import { provide, provideValue } from '@stead/platform/nest';
import { Clock } from '@stead/platform/clock';
import type { ServiceParts } from '@stead/platform/service';
import { SecretBox } from '@stead/platform/secret-box';
import { BudgetsOfficeController } from './adapters/http/office/budgets.office.controller';
import { ClustersOfficeController } from './adapters/http/office/clusters.office.controller';
import { QueueOfficeController } from './adapters/http/office/queue.office.controller';
import { RecordsOfficeController } from './adapters/http/office/records.office.controller';
import { configOf } from './adapters/kube/live-sites';
import type { WatchedConfig } from './adapters/kube/site-config';
import { KubeClusterCheck } from './adapters/kube/cluster-check/kube-cluster-check';
import { PostgresBudgetStore } from './adapters/postgres/budget.store';
import { PostgresBudgetLocks } from './adapters/postgres/office/budget-locks';
import { PostgresFiguresStore } from './adapters/postgres/office/figures.store';
import { PostgresOfficeWork } from './adapters/postgres/office/office-work';
import {
  PostgresInventoryStore,
  PostgresRegistrationStore,
  PostgresSnapshotStore,
  PostgresWishStore,
} from './adapters/postgres/office/cluster.stores';
import { PostgresAuditStore, PostgresUsageStore } from './adapters/postgres/office/record.stores';
import { PostgresRulesStore } from './adapters/postgres/office/rules.store';
import { PostgresOfficeRunStore } from './adapters/postgres/office/run.store';
import { PostgresCycleStore } from './adapters/postgres/record.stores';
import { ThreadedWhatIf } from './adapters/simulation/threaded-what-if';
import { ClusterCheck } from './application/cluster-check';
import { Audit } from './application/office/audit';
import { BudgetsOffice } from './application/office/budgets';
import { ChangeClusters } from './application/office/change-clusters';
import { GiveUp } from './application/office/give-up';
import { KnownClusters } from './application/office/known-clusters';
import { OrderClusters } from './application/office/order-clusters';
import {
  AuditStore,
  BudgetLocks,
  FiguresStore,
  InventoryStore,
  OfficeRunStore,
  OfficeWork,
  RegistrationStore,
  RulesStore,
  SnapshotStore,
  UsageStore,
  WishStore,
} from './application/office/ports';
import { ReadAudit } from './application/office/read-audit';
import { ReadClusters } from './application/office/read-clusters';
import { ReadQueue } from './application/office/read-queue';
import { ReadUsage } from './application/office/read-usage';
import { Pipelines, RegisterClusters } from './application/office/register-clusters';
import { ReplayDecision } from './application/office/replay-decision';
import { Reprioritise } from './application/office/reprioritise';
import { RequeueDeadLetters } from './application/office/requeue-dead-letters';
import { AskWhatIf, WhatIf } from './application/office/what-if';
import { WorkspaceRulesOffice } from './application/office/workspace-rules';
import { Lifecycles } from './application/move-run';
import { AttemptStore, BudgetStore, ClusterStore, CycleStore, RunStore, StepStore } from './application/ports';
import { KUBECONFIGS, type DispatcherConfig } from './config';

export const OFFICE_CONTROLLERS: Type[] = [
  ...[ClustersOfficeController, QueueOfficeController, RecordsOfficeController, BudgetsOfficeController],
];

/** The back office, wired over the stores that the rest of the API has as well. */
export function officeProviders({ config, worker, clock }: ServiceParts<DispatcherConfig>): Provider[] {
  const configured = config.CLUSTERS.map(({ context, instanceId, ...site }) => ({ ...site, context, instanceId }));
  const known = {
    provide: KnownClusters,
    useFactory: (work: OfficeWork, registrations: RegistrationStore, check: ClusterCheck, secrets: SecretBox) =>
      new KnownClusters(work, registrations, configured, check, secrets),
    inject: [OfficeWork, RegistrationStore, ClusterCheck, SecretBox],
  };
  return [
    provideValue(OfficeWork, new PostgresOfficeWork(worker)),
    provideValue(RegistrationStore, new PostgresRegistrationStore()),
    provideValue(FiguresStore, new PostgresFiguresStore()),
    provideValue(WishStore, new PostgresWishStore()),
    provideValue(InventoryStore, new PostgresInventoryStore()),
    provideValue(SnapshotStore, new PostgresSnapshotStore()),
    provideValue(OfficeRunStore, new PostgresOfficeRunStore()),
    provideValue(RulesStore, new PostgresRulesStore()),
    provideValue(BudgetStore, new PostgresBudgetStore()),
    provideValue(BudgetLocks, new PostgresBudgetLocks()),
    provideValue(UsageStore, new PostgresUsageStore()),
    provideValue(AuditStore, new PostgresAuditStore()),
    provideValue(CycleStore, new PostgresCycleStore()),
    provideValue(SecretBox, new SecretBox(config.KUBECONFIG_KEY, KUBECONFIGS)),
    provideValue(ClusterCheck, new KubeClusterCheck(clock)),
    provideValue(Pipelines, new Pipelines(config.PIPELINES)),
    known,
    provide(Audit, AuditStore, Clock),
    provide(GiveUp, RunStore, AttemptStore, Lifecycles),
    provide(
      ReadClusters,
      OfficeWork,
      RegistrationStore,
      FiguresStore,
      WishStore,
      InventoryStore,
      ClusterStore,
      OfficeRunStore,
      KnownClusters,
      Clock,
    ),
    provide(
      RegisterClusters,
      ...([OfficeWork, RegistrationStore, WishStore, InventoryStore, OfficeRunStore, RunStore, KnownClusters] as const),
      ...([ClusterCheck, SecretBox, Pipelines, Lifecycles, Audit, Clock] as const),
    ),
    provide(ChangeClusters, OfficeWork, RegistrationStore, FiguresStore, KnownClusters, Audit, Clock),
    provide(OrderClusters, OfficeWork, WishStore, OfficeRunStore, GiveUp, KnownClusters, Audit, Clock),
    provide(ReadQueue, OfficeWork, OfficeRunStore, SnapshotStore, Clock),
    provide(Reprioritise, OfficeWork, RunStore, StepStore, OfficeRunStore, Lifecycles, Audit, Clock),
    provide(RequeueDeadLetters, OfficeWork, RunStore, StepStore, OfficeRunStore, Lifecycles, Audit, Clock),
    provide(WorkspaceRulesOffice, OfficeWork, RulesStore, Audit, Clock),
    provide(BudgetsOffice, OfficeWork, BudgetStore, BudgetLocks, Audit, Clock),
    provide(ReplayDecision, OfficeWork, OfficeRunStore, CycleStore),
    provideValue(WhatIf, new ThreadedWhatIf(config.WHAT_IF_MS)),
    provide(AskWhatIf, OfficeWork, SnapshotStore, OfficeRunStore, WhatIf, Clock),
    provide(ReadUsage, OfficeWork, UsageStore),
    provide(ReadAudit, OfficeWork, AuditStore),
  ];
}

/** How the logs of a cluster that operators have registered are read. */
export function registeredConnections({
  config,
  worker,
}: ServiceParts<DispatcherConfig>): (
  name: string,
) => Promise<(Pick<WatchedConfig, 'name' | 'kubeconfig' | 'context' | 'namespace'> & { version: number }) | null> {
  const [registrations, secrets] = [new PostgresRegistrationStore(), new SecretBox(config.KUBECONFIG_KEY, KUBECONFIGS)];
  return async (name) => {
    const registration = await worker.tx((tx) => registrations.find(tx, name));
    return registration === null ? null : { ...configOf(registration, secrets), version: registration.credentials };
  };
}
