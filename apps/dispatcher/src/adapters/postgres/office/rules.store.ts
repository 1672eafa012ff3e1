import type { SqlExecutor, Tx } from '@stead/platform/postgres';
import { RulesStore, type RulesRow } from '../../../application/office/ports';
import type { WorkspaceRules, WorkspaceUse } from '../../../domain/workspace-use';

interface Row {
  workspace_id: string;
  weight: number | null;
  placement: WorkspaceRules['placement'];
  revision: number | null;
  updated_at: Date | null;
  gpu_seconds: number | null;
  cloud_cost: number | null;
  used_at: Date | null;
  served_at: Date | null;
  queued: number;
  running: number;
}

/** Counting stops here: beyond it a longer queue looks no different. */
const COUNT_MAX = 10_000;
const DETAILS = `SELECT n.workspace_id, w.weight, w.placement, w.revision, w.updated_at, u.gpu_seconds, u.cloud_cost, u.used_at, u.served_at,
    (SELECT count(*)::int FROM (SELECT 1 FROM dispatcher.run q WHERE q.workspace_id = n.workspace_id AND q.state = 'queued'
      LIMIT ${COUNT_MAX}) c) AS queued,
    (SELECT count(*)::int FROM dispatcher.run a WHERE a.workspace_id = n.workspace_id
      AND a.state IN ('dispatching', 'active', 'uncertain', 'verifying')) AS running
  FROM named n LEFT JOIN dispatcher.workspace_rules w USING (workspace_id) LEFT JOIN dispatcher.workspace_use u USING (workspace_id)`;

export class PostgresRulesStore extends RulesStore {
  async page(tx: Tx, after: string | null, limit: number): Promise<RulesRow[]> {
    const beyond = (column: string): string => `($1::uuid IS NULL OR ${column} > $1::uuid)`;
    const rows = await tx.query<Row>(
      `WITH named AS (
         SELECT workspace_id FROM dispatcher.workspace_rules WHERE ${beyond('workspace_id')}
         UNION SELECT workspace_id FROM dispatcher.workspace_use WHERE ${beyond('workspace_id')}
         UNION SELECT DISTINCT workspace_id FROM dispatcher.run WHERE ${beyond('workspace_id')}
           AND state IN ('queued', 'dispatching', 'active', 'uncertain', 'verifying')
         ORDER BY workspace_id LIMIT $2
       ) ${DETAILS} ORDER BY n.workspace_id`,
      [after, limit],
    );
    return rows.map(fromRow);
  }

  async find(tx: Tx, workspaceId: string): Promise<RulesRow> {
    return fromRow(await tx.one<Row>(`WITH named AS (SELECT $1::uuid AS workspace_id) ${DETAILS}`, [workspaceId]));
  }

  async set(
    tx: SqlExecutor,
    workspaceId: string,
    revision: number,
    { weight, placement }: WorkspaceRules,
    at: Date,
  ): Promise<boolean> {
    const values = [workspaceId, weight, placement === null ? null : JSON.stringify(placement), at];
    const sql =
      revision === 0
        ? `INSERT INTO dispatcher.workspace_rules (workspace_id, weight, placement, revision, updated_at)
           VALUES ($1::uuid, $2, $3::jsonb, 1, $4) ON CONFLICT DO NOTHING`
        : `UPDATE dispatcher.workspace_rules SET weight = $2, placement = $3::jsonb, revision = revision + 1, updated_at = $4
           WHERE workspace_id = $1::uuid AND revision = $5`;
    return (await tx.execute(sql, revision === 0 ? values : [...values, revision])) > 0;
  }
}

function fromRow(row: Row): RulesRow {
  const { workspace_id: workspaceId, weight, placement, revision, updated_at: updatedAt, queued, running } = row;
  const there = weight !== null && revision !== null && updatedAt !== null;
  return {
    ...{ workspaceId, queued, running },
    rules: there ? { weight, placement, revision, updatedAt } : null,
    use: useOf(row),
  };
}

function useOf({ gpu_seconds, cloud_cost, used_at, served_at }: Row): WorkspaceUse | null {
  if (gpu_seconds === null || cloud_cost === null || used_at === null) return null;
  return { gpuSeconds: gpu_seconds, cloudCost: cloud_cost, usedAt: used_at, servedAt: served_at };
}
