import type { PurgedPart, RunState } from '@stead/contracts/dispatcher';
import type { SqlExecutor, Tx } from '@stead/platform/postgres';
import { HEADS_OF_EACH_MIN, RunStore, type RunChange, type RunPage } from '../../application/ports';
import type { PartialPurge } from '../../domain/purge';
import type { Run } from '../../domain/run';
import { RUN_COLUMNS, assignments, fromRunRow, type RunRow } from './run.mapping';
import { RowCache, VERSION, type Mark } from './row-cache';

const JSON_MEMBERS: ReadonlySet<string> = new Set(['excluded', 'memory', 'result', 'failure']);
/** Heads looked at per workspace and cycle. */
const HEADS_IMPORTANT = HEADS_OF_EACH_MIN;
const HEADS_URGENT = 16;
const HEADS_OLDEST = 8;
const LIVE_MAX = 10_000;
const NOTHING_ON_A_CLUSTER = `NOT EXISTS (SELECT 1 FROM dispatcher.attempt a WHERE a.run_id = r.id AND a.workspace_id = r.workspace_id
  AND a.state IN ('reserved', 'intent', 'created', 'running', 'lost'))`;

export class PostgresRunStore extends RunStore {
  private readonly live = new RowCache<RunRow & Mark, Run>(fromRunRow, LIVE_MAX);

  async insert(tx: SqlExecutor, run: Run): Promise<boolean> {
    const inserted = await tx.execute(
      `INSERT INTO dispatcher.run (workspace_id, id, pipeline, entrypoint, capture_id, options, title, priority, deadline, features, reuse,
         placement, latest_start, request_id, state, revision, epoch, requeues, excluded, percent, cost, created_at)
       VALUES ($1::uuid, $2::uuid, $3, $4, $5::uuid, $6::jsonb, $7, $8, $9, $10::jsonb, $11::jsonb, $12::jsonb, $13, $14, $15, $16, 0, 0,
         '{}', 0, 0, $17)
       ON CONFLICT DO NOTHING`,
      [
        ...[
          run.workspaceId,
          run.id,
          run.pipeline,
          run.entrypoint,
          run.captureId,
          JSON.stringify(run.options),
          run.title,
          run.priority,
        ],
        ...[run.deadline, JSON.stringify(run.features), run.reuse === null ? null : JSON.stringify(run.reuse)],
        ...[run.placement === null ? null : JSON.stringify(run.placement), run.latestStart],
        ...[run.requestId, run.state, run.revision, run.createdAt],
      ],
    );
    return inserted > 0;
  }

  find(tx: Tx, runId: string): Promise<Run | null> {
    return this.one(tx, runId, '');
  }

  async findAll(tx: Tx, runIds: readonly string[]): Promise<Run[]> {
    if (runIds.length === 0) return [];
    const rows = await tx.query<RunRow>(`SELECT ${RUN_COLUMNS} FROM dispatcher.run r WHERE r.id = ANY($1::uuid[])`, [runIds]);
    return rows.map(fromRunRow);
  }

  lock(tx: Tx, runId: string): Promise<Run | null> {
    return this.one(tx, runId, 'FOR NO KEY UPDATE');
  }

  async change(tx: SqlExecutor, run: Run, change: RunChange): Promise<boolean> {
    const { sql, values } = assignments(change, JSON_MEMBERS, 3);
    const changed = await tx.execute(
      `UPDATE dispatcher.run SET ${sql === '' ? '' : `${sql}, `}revision = revision + 1 WHERE id = $1::uuid AND revision = $2`,
      [run.id, run.revision, ...values],
    );
    return changed > 0;
  }

  async note(tx: SqlExecutor, runId: string, change: Pick<RunChange, 'step' | 'percent' | 'etaS' | 'cost'>): Promise<void> {
    const { sql, values } = assignments(change, JSON_MEMBERS, 2);
    if (sql !== '') await tx.execute(`UPDATE dispatcher.run SET ${sql} WHERE id = $1::uuid`, [runId, ...values]);
  }

  async defer(tx: SqlExecutor, runIds: readonly string[], forMs: number): Promise<void> {
    await tx.execute(
      `UPDATE dispatcher.run SET not_before = now() + $2 * interval '1 millisecond' WHERE id = ANY($1::uuid[]) AND state = 'queued'`,
      [runIds, forMs],
    );
  }

  /**
   * Steps from one workspace with a queue to the next through an index, and takes of each the most important, the most urgent
   * and the oldest through an index of its own, so a long queue costs no more than a short one.
   */
  async heads(tx: Tx, limit: number): Promise<Run[]> {
    const first = (order: string, count: number): string =>
      `(SELECT q.id, q.latest_start, row_number() OVER (ORDER BY ${order}) AS turn FROM dispatcher.run q
        WHERE q.workspace_id = w.workspace_id AND q.state = 'queued' AND (q.not_before IS NULL OR q.not_before <= now())
        ORDER BY ${order} LIMIT ${count})`;
    const rows = await tx.query<RunRow>(
      `WITH RECURSIVE workspace AS (
         (SELECT workspace_id FROM dispatcher.run WHERE state = 'queued' ORDER BY workspace_id LIMIT 1)
         UNION ALL
         SELECT (SELECT n.workspace_id FROM dispatcher.run n WHERE n.state = 'queued' AND n.workspace_id > w.workspace_id
                 ORDER BY n.workspace_id LIMIT 1)
         FROM workspace w WHERE w.workspace_id IS NOT NULL
       ), head AS (
         SELECT h.id, h.turn, h.latest_start FROM workspace w CROSS JOIN LATERAL (
           SELECT id, latest_start, min(turn) AS turn FROM (
             ${first('q.priority DESC, q.latest_start, q.id', HEADS_IMPORTANT)}
             UNION ALL ${first('q.latest_start, q.id', HEADS_URGENT)}
             UNION ALL ${first('q.created_at, q.id', HEADS_OLDEST)}
           ) ways GROUP BY id, latest_start
         ) h WHERE w.workspace_id IS NOT NULL
         ORDER BY h.turn, h.latest_start, h.id LIMIT $1
       )
       SELECT ${RUN_COLUMNS} FROM head JOIN dispatcher.run r ON r.id = head.id WHERE r.state = 'queued' ORDER BY head.turn, head.latest_start, r.id`,
      [limit],
    );
    return rows.map(fromRunRow);
  }

  async inStates(tx: Tx, states: readonly RunState[]): Promise<Run[]> {
    // Spelled out, not passed: a parameter could be any state, and the small index of live runs would not be used.
    const list = states.map((state) => `'${state}'`).join(', ');
    const marks = await tx.query<Mark>(
      `SELECT r.id, ${VERSION('r')} FROM dispatcher.run r WHERE r.state IN (${list}) ORDER BY r.id LIMIT ${LIVE_MAX}`,
      [],
    );
    return this.live.read(marks, (ids) =>
      tx.query<RunRow & Mark>(
        `SELECT ${RUN_COLUMNS}, ${VERSION('r')} FROM dispatcher.run r WHERE r.id = ANY($1::uuid[]) AND r.state IN (${list})`,
        [ids],
      ),
    );
  }

  async countQueued(tx: Tx, most: number): Promise<number> {
    const [row] = await tx.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM (SELECT 1 FROM dispatcher.run WHERE state = 'queued' LIMIT $1) q`,
      [most],
    );
    return row?.count ?? 0;
  }

  async page(tx: Tx, workspaceId: string, { before, limit, state, title, open }: RunPage): Promise<Run[]> {
    // Spelled out as the small index of open runs is, so that it leads to them.
    const isOpen = open ? `AND r.state IN ('queued', 'dispatching', 'active', 'uncertain', 'verifying')` : '';
    const rows = await tx.query<RunRow>(
      `SELECT ${RUN_COLUMNS} FROM dispatcher.run r
       WHERE r.workspace_id = $1::uuid AND ($2::uuid IS NULL OR r.id < $2::uuid) AND ($3::text IS NULL OR r.state = $3)
         AND ($4::text IS NULL OR strpos(lower(r.title), lower($4)) > 0) ${isOpen}
       ORDER BY r.id DESC LIMIT $5`,
      [workspaceId, before, state ?? null, title ?? null, limit],
    );
    return rows.map(fromRunRow);
  }

  async markForPurge(tx: SqlExecutor, runId: string, what: 'everything' | PurgedPart): Promise<void> {
    if (what === 'everything')
      await tx.execute(`UPDATE dispatcher.run SET purge_at = coalesce(purge_at, now()), purge_parts = '{}' WHERE id = $1::uuid`, [
        runId,
      ]);
    else
      await tx.execute(
        `UPDATE dispatcher.run SET purge_parts = array_append(purge_parts, $2)
         WHERE id = $1::uuid AND purge_at IS NULL AND NOT $2 = ANY(purge_parts)`,
        [runId, what],
      );
  }

  async purgeable(tx: Tx, limit: number): Promise<{ workspaceId: string; id: string }[]> {
    return tx.query(
      `SELECT r.workspace_id AS "workspaceId", r.id FROM dispatcher.run r
       WHERE r.purge_at IS NOT NULL AND r.purged_at IS NULL AND r.state IN ('succeeded', 'failed', 'cancelled', 'dead-letter')
         AND ${NOTHING_ON_A_CLUSTER}
       ORDER BY r.purge_at LIMIT $1`,
      [limit],
    );
  }

  async purged(tx: SqlExecutor, runId: string): Promise<void> {
    await tx.execute(`UPDATE dispatcher.run SET purged_at = now() WHERE id = $1::uuid`, [runId]);
  }

  async partlyPurgeable(tx: Tx, limit: number): Promise<PartialPurge[]> {
    return tx.query<PartialPurge>(
      `SELECT r.workspace_id AS "workspaceId", r.id, r.epoch, r.purge_parts AS parts FROM dispatcher.run r
       WHERE r.purge_parts <> '{}' AND r.state IN ('succeeded', 'failed', 'cancelled', 'dead-letter') AND ${NOTHING_ON_A_CLUSTER}
       ORDER BY r.id LIMIT $1`,
      [limit],
    );
  }

  async partsPurged(tx: SqlExecutor, runId: string, parts: readonly PurgedPart[]): Promise<void> {
    await tx.execute(
      `UPDATE dispatcher.run SET purge_parts = ARRAY(SELECT part FROM unnest(purge_parts) part WHERE part <> ALL($2::text[]))
       WHERE id = $1::uuid`,
      [runId, parts],
    );
  }

  private async one(tx: Tx, runId: string, lock: '' | 'FOR NO KEY UPDATE'): Promise<Run | null> {
    const row = await tx.maybeOne<RunRow>(`SELECT ${RUN_COLUMNS} FROM dispatcher.run r WHERE r.id = $1::uuid ${lock}`, [runId]);
    return row === null ? null : fromRunRow(row);
  }
}
