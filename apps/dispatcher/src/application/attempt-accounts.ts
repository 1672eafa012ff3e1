import type { Tx } from '@stead/platform/postgres';
import type { WorkspaceStore } from './ports';
import type { Attempt } from '../domain/run';

/** What an attempt has used is charged to its workspace once, in the transaction in which the attempt is over for good. */
export class AttemptAccounts {
  constructor(
    private readonly workspaces: WorkspaceStore,
    private readonly isCloud: (cluster: string) => boolean,
  ) {}

  async over(tx: Tx, attempt: Attempt): Promise<void> {
    const { workspaceId, gpuSeconds, cost, cluster } = attempt;
    if (gpuSeconds <= 0 && cost <= 0) return;
    const at = attempt.finishedAt ?? attempt.lostAt ?? attempt.reservedAt;
    await this.workspaces.addUse(tx, workspaceId, { gpuSeconds, cloudCost: this.isCloud(cluster) ? cost : 0 }, at);
  }
}
