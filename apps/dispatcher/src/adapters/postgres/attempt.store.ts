import type { AttemptState } from '@stead/contracts/dispatcher';
import type { WorkflowManifest } from '@stead/platform/kube';
import type { SqlExecutor, Tx } from '@stead/platform/postgres';
import { AttemptStore, type AttemptChange } from '../../application/ports';
import type { Attempt } from '../../domain/run';
import { ATTEMPT_COLUMNS, assignments, fromAttemptRow, type AttemptRow } from './run.mapping';
import { RowCache, VERSION, type Mark } from './row-cache';

const JSON_MEMBERS: ReadonlySet<string> = new Set(['manifest']);
const LIVE_MAX = 10_000;

export class PostgresAttemptStore extends AttemptStore {
  private readonly live = new RowCache<AttemptRow & Mark, Attempt>(fromAttemptRow, LIVE_MAX);

  async insert(tx: SqlExecutor, attempt: Attempt): Promise<void> {
    await tx.execute(
      `INSERT INTO dispatcher.attempt (workspace_id, id, run_id, epoch, cluster, state, revision, workflow, reason, why, gpu_seconds, cost, reserved_at)
       VALUES ($1::uuid, $2::uuid, $3::uuid, $4, $5, $6, $7, $8, $9, $10, 0, 0, $11)`,
      [
        ...[attempt.workspaceId, attempt.id, attempt.runId, attempt.epoch, attempt.cluster, attempt.state, attempt.revision],
        ...[attempt.workflow, attempt.reason, attempt.why, attempt.reservedAt],
      ],
    );
  }

  async ofRun(tx: Tx, runId: string): Promise<Attempt[]> {
    const rows = await tx.query<AttemptRow>(
      `SELECT ${ATTEMPT_COLUMNS} FROM dispatcher.attempt a WHERE a.run_id = $1::uuid
         AND a.workspace_id = (SELECT workspace_id FROM dispatcher.run WHERE id = $1::uuid) ORDER BY a.epoch`,
      [runId],
    );
    return rows.map(fromAttemptRow);
  }

  async find(tx: Tx, attemptId: string): Promise<Attempt | null> {
    const row = await tx.maybeOne<AttemptRow>(`SELECT ${ATTEMPT_COLUMNS} FROM dispatcher.attempt a WHERE a.id = $1::uuid`, [
      attemptId,
    ]);
    return row === null ? null : fromAttemptRow(row);
  }

  async manifestOf(tx: Tx, attemptId: string): Promise<WorkflowManifest | null> {
    const row = await tx.maybeOne<{ manifest: WorkflowManifest | null }>(
      `SELECT manifest FROM dispatcher.attempt WHERE id = $1::uuid`,
      [attemptId],
    );
    return row?.manifest ?? null;
  }

  async change(tx: SqlExecutor, attempt: Attempt, change: AttemptChange): Promise<boolean> {
    const { sql, values } = assignments(change, JSON_MEMBERS, 4);
    const changed = await tx.execute(
      `UPDATE dispatcher.attempt SET ${sql === '' ? '' : `${sql}, `}revision = revision + 1
       WHERE workspace_id = $1::uuid AND id = $2::uuid AND revision = $3`,
      [attempt.workspaceId, attempt.id, attempt.revision, ...values],
    );
    return changed > 0;
  }

  async statesOf(tx: Tx, attemptIds: readonly string[]): Promise<Map<string, AttemptState>> {
    const rows = await tx.query<{ id: string; state: AttemptState }>(
      `SELECT id, state FROM dispatcher.attempt WHERE id = ANY($1::uuid[])`,
      [attemptIds],
    );
    return new Map(rows.map(({ id, state }) => [id, state]));
  }

  async note(tx: SqlExecutor, attemptId: string, { gpuSeconds, cost }: { gpuSeconds: number; cost: number }): Promise<void> {
    await tx.execute(
      `UPDATE dispatcher.attempt SET gpu_seconds = $2, cost = $3 WHERE id = $1::uuid AND state IN ('created', 'running')`,
      [attemptId, gpuSeconds, cost],
    );
  }

  async inStates(tx: Tx, states: readonly AttemptState[]): Promise<Attempt[]> {
    const marks = await tx.query<Mark>(
      `SELECT a.id, ${VERSION('a')} FROM dispatcher.attempt a WHERE a.state = ANY($1)
         AND a.state IN ('reserved', 'intent', 'created', 'running', 'lost') ORDER BY a.reserved_at LIMIT ${LIVE_MAX}`,
      [states],
    );
    return this.live.read(marks, (ids) =>
      tx.query<AttemptRow & Mark>(
        `SELECT ${ATTEMPT_COLUMNS}, ${VERSION('a')} FROM dispatcher.attempt a WHERE a.id = ANY($2::uuid[]) AND a.state = ANY($1)`,
        [states, ids],
      ),
    );
  }
}
