import type { Tx } from '@stead/platform/postgres';
import type { DispatchMetrics } from './dispatch-metrics';
import type { BudgetStore, WorkspaceStore } from './ports';
import { toMicros } from '../domain/budget';
import type { Attempt } from '../domain/run';

/** What an attempt has used is charged to its workspace once, in the transaction in which the attempt is over for good. */
export class AttemptAccounts {
  constructor(
    private readonly workspaces: WorkspaceStore,
    private readonly budgets: BudgetStore,
    private readonly spend: DispatchMetrics['spend'],
    private readonly isCloud: (cluster: string, tx: Tx) => boolean | Promise<boolean>,
  ) {}

  async over(tx: Tx, attempt: Attempt): Promise<void> {
    const { workspaceId, gpuSeconds, cost, cluster } = attempt;
    await this.budgets.settle(tx, workspaceId, attempt.id, toMicros(cost));
    const isCloud = await this.isCloud(cluster, tx);
    this.spend.inc({ cluster, kind: isCloud ? 'cloud' : 'onprem' }, cost);
    if (gpuSeconds <= 0 && cost <= 0) return;
    const at = attempt.finishedAt ?? attempt.lostAt ?? attempt.reservedAt;
    await this.workspaces.addUse(tx, workspaceId, { gpuSeconds, cloudCost: isCloud ? cost : 0 }, at);
  }
}
