import type { SqlExecutor, Tx } from '@stead/platform/postgres';
import { AttemptAccounts } from '../../application/attempt-accounts';
import type { DispatchMetrics } from '../../application/dispatch-metrics';
import { WorkspaceStore } from '../../application/ports';
import { DEFAULT_POLICY } from '../../domain/policy';
import { PostgresBudgetStore } from './budget.store';
import type { WorkspaceRules, WorkspaceUse } from '../../domain/workspace-use';

/** Rules are written by the back office, use by the scheduler's leader. */
export class PostgresWorkspaceStore extends WorkspaceStore {
  constructor(private readonly halfLifeMs: number) {
    super();
  }

  async rules(tx: Tx, workspaceIds: readonly string[]): Promise<Map<string, WorkspaceRules>> {
    const rows = await tx.query<WorkspaceRules & { workspaceId: string }>(
      `SELECT workspace_id AS "workspaceId", weight, placement FROM dispatcher.workspace_rules WHERE workspace_id = ANY($1::uuid[])`,
      [workspaceIds],
    );
    return new Map(rows.map(({ workspaceId, ...rules }) => [workspaceId, rules]));
  }

  async use(tx: Tx, workspaceIds: readonly string[]): Promise<Map<string, WorkspaceUse>> {
    const rows = await tx.query<WorkspaceUse & { workspaceId: string }>(
      `SELECT workspace_id AS "workspaceId", gpu_seconds AS "gpuSeconds", cloud_cost AS "cloudCost", used_at AS "usedAt", served_at AS "servedAt"
       FROM dispatcher.workspace_use WHERE workspace_id = ANY($1::uuid[])`,
      [workspaceIds],
    );
    return new Map(rows.map(({ workspaceId, ...use }) => [workspaceId, use]));
  }

  /** A clock that goes back makes nothing of the past larger: time only fades it. */
  async addUse(tx: SqlExecutor, workspaceId: string, used: { gpuSeconds: number; cloudCost: number }, at: Date): Promise<void> {
    const left = `0.5 ^ (greatest(0, extract(epoch FROM excluded.used_at - u.used_at) * 1000) / $5::double precision)`;
    await tx.execute(
      `INSERT INTO dispatcher.workspace_use AS u (workspace_id, gpu_seconds, cloud_cost, used_at) VALUES ($1::uuid, $2, $3, $4)
       ON CONFLICT (workspace_id) DO UPDATE SET gpu_seconds = excluded.gpu_seconds + u.gpu_seconds * ${left},
         cloud_cost = excluded.cloud_cost + u.cloud_cost * ${left}, used_at = greatest(excluded.used_at, u.used_at)`,
      [workspaceId, used.gpuSeconds, used.cloudCost, at, this.halfLifeMs],
    );
  }

  async served(tx: SqlExecutor, workspaceId: string, at: Date): Promise<void> {
    await tx.execute(
      `INSERT INTO dispatcher.workspace_use (workspace_id, gpu_seconds, cloud_cost, used_at, served_at) VALUES ($1::uuid, 0, 0, $2, $2)
       ON CONFLICT (workspace_id) DO UPDATE SET served_at = excluded.served_at`,
      [workspaceId, at],
    );
  }
}

/** For processes that watch no cluster: what is cloud stands in the configuration, or in what the leader has written down. */
export function accountsOf(sites: readonly { name: string; kind: string }[], metrics: DispatchMetrics): AttemptAccounts {
  const kinds = new Map(sites.map(({ name, kind }) => [name, kind]));
  const isCloud = async (cluster: string, tx: Tx): Promise<boolean> => {
    const known = kinds.get(cluster);
    if (known !== undefined) return known === 'cloud';
    const row = await tx.maybeOne<{ kind: string }>(`SELECT kind FROM dispatcher.cluster WHERE name = $1`, [cluster]);
    return row?.kind === 'cloud';
  };
  const workspaces = new PostgresWorkspaceStore(DEFAULT_POLICY.shareHalfLifeMs);
  return new AttemptAccounts(workspaces, new PostgresBudgetStore(), metrics.spend, isCloud);
}
