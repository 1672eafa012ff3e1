import type { SqlExecutor, Tx } from '@stead/platform/postgres';
import {
  ReplicationStore,
  type KnownInputs,
  type ReplicationChange,
  type ReplicationId,
  type ReplicationProgress,
} from '../../application/replicate/ports';
import type { OpenReplication, Replication } from '../../domain/replication';
import { assignments } from './run.mapping';

const NO_JSON: ReadonlySet<string> = new Set();
const OF_RUN_MAX = 200;
const OF_RUNS_MAX = 2_000;

/** `int8` would come as a string; no sum of bytes here leaves the integers that a double holds. */
const COLUMNS = `p.workspace_id AS "workspaceId", p.run_id AS "runId", p.what, p.from_store AS "from", p.to_store AS "to",
  p.capture_id AS "captureId", p.state, p.revision, p.for_epoch AS "forEpoch", p.ahead, p.steps, p.complete,
  p.objects_total AS "objectsTotal", p.objects_done AS "objectsDone", p.bytes_total::float8 AS "bytesTotal",
  p.bytes_done::float8 AS "bytesDone", p.bytes_copied::float8 AS "bytesCopied", p.failures, p.not_before AS "notBefore", p.detail,
  p.planned_at AS "plannedAt", p.started_at AS "startedAt", p.finished_at AS "finishedAt"`;

const BY_ID = 'workspace_id = $1::uuid AND run_id = $2::uuid AND what = $3 AND from_store = $4 AND to_store = $5';

function idOf({ workspaceId, runId, what, from, to }: ReplicationId): unknown[] {
  return [workspaceId, runId, what, from, to];
}

export class PostgresReplicationStore extends ReplicationStore {
  async insert(tx: SqlExecutor, replication: Replication): Promise<boolean> {
    const { captureId, state, revision, forEpoch, ahead, steps, complete, plannedAt } = replication;
    const inserted = await tx.execute(
      `INSERT INTO dispatcher.replication (workspace_id, run_id, what, from_store, to_store, capture_id, state, revision, for_epoch, ahead,
         steps, complete, objects_total, objects_done, bytes_total, bytes_done, bytes_copied, failures, planned_at)
       VALUES ($1::uuid, $2::uuid, $3, $4, $5, $6::uuid, $7, $8, $9, $10, $11, $12, 0, 0, 0, 0, 0, 0, $13) ON CONFLICT DO NOTHING`,
      [...idOf(replication), captureId, state, revision, forEpoch, ahead, steps, complete, plannedAt],
    );
    return inserted > 0;
  }

  find(tx: Tx, id: ReplicationId): Promise<Replication | null> {
    return tx.maybeOne<Replication>(`SELECT ${COLUMNS} FROM dispatcher.replication p WHERE ${BY_ID}`, idOf(id));
  }

  ofRun(tx: Tx, runId: string): Promise<Replication[]> {
    return tx.query<Replication>(
      `SELECT ${COLUMNS} FROM dispatcher.replication p WHERE p.run_id = $1::uuid ORDER BY p.planned_at, p.what LIMIT ${OF_RUN_MAX}`,
      [runId],
    );
  }

  openOfRuns(tx: Tx, runIds: readonly string[]): Promise<Replication[]> {
    return tx.query<Replication>(
      `SELECT ${COLUMNS} FROM dispatcher.replication p WHERE p.run_id = ANY($1::uuid[]) AND p.state IN ('planned', 'copying')
       LIMIT ${OF_RUNS_MAX}`,
      [runIds],
    );
  }

  async change(tx: SqlExecutor, replication: Replication, change: ReplicationChange): Promise<boolean> {
    const { sql, values } = assignments(change, NO_JSON, 7);
    const changed = await tx.execute(
      `UPDATE dispatcher.replication SET ${sql === '' ? '' : `${sql}, `}revision = revision + 1 WHERE ${BY_ID} AND revision = $6`,
      [...idOf(replication), replication.revision, ...values],
    );
    return changed > 0;
  }

  async note(tx: SqlExecutor, id: ReplicationId, progress: ReplicationProgress): Promise<void> {
    const { objectsTotal, objectsDone, bytesTotal, bytesDone, bytesCopied } = progress;
    const { sql, values } = assignments({ objectsTotal, objectsDone, bytesTotal, bytesDone, bytesCopied }, NO_JSON, 6);
    await tx.execute(`UPDATE dispatcher.replication SET ${sql} WHERE ${BY_ID} AND state = 'copying'`, [...idOf(id), ...values]);
  }

  async open(tx: Tx, limit: number): Promise<OpenReplication[]> {
    return tx.query<OpenReplication>(
      `WITH looked_at AS (
         (SELECT workspace_id, run_id, what, from_store, to_store FROM dispatcher.replication
          WHERE state IN ('planned', 'copying') ORDER BY planned_at LIMIT $1)
         UNION
         (SELECT p.workspace_id, p.run_id, p.what, p.from_store, p.to_store FROM dispatcher.attempt a JOIN dispatcher.replication p
            ON p.workspace_id = a.workspace_id AND p.run_id = a.run_id AND p.what = 'e' || a.epoch AND p.state = 'done'
          WHERE a.state IN ('intent', 'created', 'running') LIMIT $1)
       )
       SELECT ${COLUMNS}, r.state AS "runState", r.epoch AS "runEpoch", r.published_epoch AS "publishedEpoch",
         r.purge_at IS NOT NULL AS "isPurged", a.state AS "attemptState", a.cluster AS "attemptCluster",
         a.intent_at IS NOT NULL AS "attemptIntended", coalesce(s.finished, 0)::int AS "finishedSteps"
       FROM looked_at JOIN dispatcher.replication p USING (workspace_id, run_id, what, from_store, to_store)
       JOIN dispatcher.run r ON r.workspace_id = p.workspace_id AND r.id = p.run_id
       LEFT JOIN dispatcher.attempt a ON a.workspace_id = p.workspace_id AND a.run_id = p.run_id
         AND a.epoch = CASE p.what WHEN 'inputs' THEN r.epoch ELSE substr(p.what, 2)::int END
       LEFT JOIN LATERAL (
         SELECT count(*) AS finished FROM dispatcher.step s WHERE s.workspace_id = a.workspace_id AND s.run_id = a.run_id
           AND s.epoch = a.epoch AND s.state = 'succeeded'
       ) s ON true
       ORDER BY p.planned_at`,
      [limit],
    );
  }

  async openAheadCount(tx: Tx): Promise<number> {
    const { count } = await tx.one<{ count: number }>(
      `SELECT count(*)::int AS count FROM dispatcher.replication WHERE state IN ('planned', 'copying') AND ahead AND what = $1`,
      ['inputs'],
    );
    return count;
  }

  inputsOf(tx: Tx, captureIds: readonly string[]): Promise<KnownInputs[]> {
    return tx.query<KnownInputs>(
      `SELECT DISTINCT ON (p.capture_id, p.to_store, p.state) p.capture_id AS "captureId", p.to_store AS "to", p.state,
         p.bytes_total::float8 AS "bytesTotal", p.bytes_done::float8 AS "bytesDone"
       FROM dispatcher.replication p JOIN dispatcher.run r ON r.workspace_id = p.workspace_id AND r.id = p.run_id
       WHERE p.capture_id = ANY($1::uuid[]) AND p.what = 'inputs' AND p.state IN ('planned', 'copying', 'done') AND r.purge_at IS NULL
       ORDER BY p.capture_id, p.to_store, p.state, p.bytes_done DESC`,
      [captureIds],
    );
  }

  storesOfRun(tx: Tx, runId: string): Promise<string[]> {
    return this.stores(tx, 'run_id', runId);
  }

  storesOfCapture(tx: Tx, captureId: string): Promise<string[]> {
    return this.stores(tx, 'capture_id', captureId);
  }

  async isCaptureUsed(tx: Tx, captureId: string): Promise<boolean> {
    const [row] = await tx.query(
      `SELECT 1 FROM dispatcher.replication p JOIN dispatcher.run r ON r.workspace_id = p.workspace_id AND r.id = p.run_id
       WHERE p.capture_id = $1::uuid AND r.purge_at IS NULL LIMIT 1`,
      [captureId],
    );
    return row !== undefined;
  }

  finishedSteps(tx: Tx, runIds: readonly string[]): Promise<{ runId: string; cluster: string; steps: number }[]> {
    return tx.query(
      `SELECT a.run_id AS "runId", a.cluster, count(*)::int AS steps FROM dispatcher.run r
       JOIN dispatcher.attempt a ON a.workspace_id = r.workspace_id AND a.run_id = r.id
       JOIN dispatcher.step s ON s.workspace_id = a.workspace_id AND s.run_id = a.run_id AND s.epoch = a.epoch AND s.state = 'succeeded'
       WHERE r.id = ANY($1::uuid[]) GROUP BY a.run_id, a.cluster`,
      [runIds],
    );
  }

  private async stores(tx: Tx, column: 'run_id' | 'capture_id', id: string): Promise<string[]> {
    const rows = await tx.query<{ store: string }>(
      `SELECT from_store AS store FROM dispatcher.replication WHERE ${column} = $1::uuid
       UNION SELECT to_store FROM dispatcher.replication WHERE ${column} = $1::uuid ORDER BY store`,
      [id],
    );
    return rows.map(({ store }) => store);
  }
}
