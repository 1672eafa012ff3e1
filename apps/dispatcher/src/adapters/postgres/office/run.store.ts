import { DEFAULT_PLACEMENT, type PlacementPolicy } from '@stead/contracts/dispatcher';
import type { Tx } from '@stead/platform/postgres';
import {
  OfficeRunStore,
  type AttemptCount,
  type DeadLetterFilter,
  type DeadLetterPlace,
  type LoggedDecision,
  type QueueFilter,
  type QueuePlace,
  type QueueRow,
} from '../../../application/office/ports';
import type { Attempt, Run } from '../../../domain/run';
import { ATTEMPT_COLUMNS, RUN_COLUMNS, fromAttemptRow, fromRunRow, type AttemptRow, type RunRow } from '../run.mapping';

const OPEN = `r.state IN ('queued', 'dispatching', 'active', 'uncertain', 'verifying')`;
const LIVE = `('reserved', 'intent', 'created', 'running')`;
const DECISION = `d.seq::text AS seq, d.at, d.kind, d.reason, d.why, d.cluster, d.epoch, d.inputs, d.verdicts, d.cycle_id AS "cycleId"`;
/** A run with the rules of its workspace and the last decision about it. */
const ROWS = `SELECT ${RUN_COLUMNS}, w.weight AS rules_weight, w.placement AS rules_placement, to_jsonb(last) AS last_decision
  FROM dispatcher.run r LEFT JOIN dispatcher.workspace_rules w ON w.workspace_id = r.workspace_id
  LEFT JOIN LATERAL (SELECT ${DECISION} FROM dispatcher.decision d WHERE d.workspace_id = r.workspace_id AND d.run_id = r.id
    ORDER BY d.seq DESC LIMIT 1) last ON true`;

type Row = RunRow & {
  rules_weight: number | null;
  rules_placement: PlacementPolicy | null;
  /** As JSON: its moment is text. */
  last_decision: (Omit<LoggedDecision, 'at'> & { at: string }) | null;
};

export class PostgresOfficeRunStore extends OfficeRunStore {
  async queue(tx: Tx, filter: QueueFilter, after: QueuePlace | null, limit: number): Promise<QueueRow[]> {
    const { workspaceId, state, pipeline, cluster, policy, title } = filter;
    // The row comparison turns one sign around, so that one index scan goes the whole way.
    const rows = await tx.query<Row>(
      `${ROWS} WHERE ${OPEN}
         AND ($1::uuid IS NULL OR r.workspace_id = $1::uuid) AND ($2::text IS NULL OR r.state = $2)
         AND ($3::text IS NULL OR r.pipeline = $3) AND ($4::text IS NULL OR r.cluster = $4)
         AND ($5::text IS NULL OR coalesce(r.placement->>'kind', w.placement->>'kind', $6) = $5)
         AND ($7::text IS NULL OR strpos(lower(r.title), lower($7)) > 0)
         AND ($8::int IS NULL OR r.priority < $8 OR (r.priority = $8 AND (r.latest_start, r.id) > ($9::timestamptz, $10::uuid)))
       ORDER BY r.priority DESC, r.latest_start, r.id LIMIT $11`,
      [
        ...[workspaceId ?? null, state ?? null, pipeline ?? null, cluster ?? null, policy ?? null, DEFAULT_PLACEMENT.kind],
        ...[title ?? null, after?.priority ?? null, after?.latestStart ?? null, after?.id ?? null, limit],
      ],
    );
    return rows.map(fromRow);
  }

  async one(tx: Tx, runId: string): Promise<QueueRow | null> {
    const row = await tx.maybeOne<Row>(`${ROWS} WHERE r.id = $1::uuid`, [runId]);
    return row === null ? null : fromRow(row);
  }

  async deadLetters(tx: Tx, filter: DeadLetterFilter, after: DeadLetterPlace | null, limit: number): Promise<Run[]> {
    const { workspaceId, pipeline, code, before } = filter;
    const rows = await tx.query<RunRow>(
      `SELECT ${RUN_COLUMNS} FROM dispatcher.run r WHERE r.state = 'dead-letter' AND r.purge_at IS NULL
         AND ($1::uuid IS NULL OR r.workspace_id = $1::uuid) AND ($2::text IS NULL OR r.pipeline = $2)
         AND ($3::text IS NULL OR r.failure->>'code' = $3) AND ($4::timestamptz IS NULL OR r.finished_at < $4)
         AND ($5::timestamptz IS NULL OR r.finished_at < $5 OR (r.finished_at = $5 AND r.id > $6::uuid))
       ORDER BY r.finished_at DESC, r.id LIMIT $7`,
      [
        ...[workspaceId ?? null, pipeline ?? null, code ?? null, before ?? null],
        ...[after?.finishedAt ?? null, after?.id ?? null, limit],
      ],
    );
    return rows.map(fromRunRow);
  }

  async attemptsOf(tx: Tx, runIds: readonly string[]): Promise<Attempt[]> {
    const rows = await tx.query<AttemptRow>(
      `SELECT ${ATTEMPT_COLUMNS} FROM dispatcher.attempt a JOIN dispatcher.run r ON r.workspace_id = a.workspace_id AND r.id = a.run_id
       WHERE r.id = ANY($1::uuid[]) ORDER BY a.run_id, a.epoch`,
      [runIds],
    );
    return rows.map(fromAttemptRow);
  }

  decisionsOf(tx: Tx, runId: string, limit: number): Promise<LoggedDecision[]> {
    return tx.query<LoggedDecision>(
      `SELECT ${DECISION} FROM dispatcher.decision d JOIN dispatcher.run r ON r.workspace_id = d.workspace_id AND r.id = d.run_id
       WHERE r.id = $1::uuid ORDER BY d.seq DESC LIMIT $2`,
      [runId, limit],
    );
  }

  decision(tx: Tx, runId: string, seq: string): Promise<LoggedDecision | null> {
    return tx.maybeOne<LoggedDecision>(
      `SELECT ${DECISION} FROM dispatcher.decision d JOIN dispatcher.run r ON r.workspace_id = d.workspace_id AND r.id = d.run_id
       WHERE r.id = $1::uuid AND d.seq = $2::bigint`,
      [runId, seq],
    );
  }

  attemptCounts(tx: Tx): Promise<AttemptCount[]> {
    return tx.query<AttemptCount>(
      `SELECT cluster, (count(*) FILTER (WHERE state IN ${LIVE}))::int AS live, (count(*) FILTER (WHERE state = 'lost'))::int AS lost
       FROM dispatcher.attempt WHERE state IN ('reserved', 'intent', 'created', 'running', 'lost') GROUP BY cluster`,
      [],
    );
  }

  async attemptsOn(tx: Tx, cluster: string, states: readonly Attempt['state'][], limit: number): Promise<Attempt[]> {
    // By run: whoever holds several runs at once takes them in one order.
    const rows = await tx.query<AttemptRow>(
      `SELECT ${ATTEMPT_COLUMNS} FROM dispatcher.attempt a WHERE a.cluster = $1 AND a.state = ANY($2)
         AND a.state IN ('reserved', 'intent', 'created', 'running', 'lost') ORDER BY a.run_id, a.epoch LIMIT $3`,
      [cluster, states, limit],
    );
    return rows.map(fromAttemptRow);
  }

  async isPurged(tx: Tx, runId: string): Promise<boolean> {
    const row = await tx.maybeOne<{ purged: boolean }>(
      `SELECT purge_at IS NOT NULL AS purged FROM dispatcher.run WHERE id = $1::uuid`,
      [runId],
    );
    return row?.purged === true;
  }

  openCounts(tx: Tx, limit: number): Promise<{ queued: number; running: number }> {
    return tx.one<{ queued: number; running: number }>(
      `SELECT (SELECT count(*)::int FROM (SELECT 1 FROM dispatcher.run WHERE state = 'queued' LIMIT $1) q) AS queued,
         (SELECT count(*)::int FROM (SELECT 1 FROM dispatcher.run WHERE state IN ('dispatching', 'active', 'uncertain', 'verifying')
           LIMIT $1) r) AS running`,
      [limit],
    );
  }
}

function fromRow(row: Row): QueueRow {
  const { rules_weight: weight, rules_placement: placement, last_decision: last } = row;
  return {
    run: fromRunRow(row),
    rules: weight === null ? null : { weight, placement },
    decision: last === null ? null : { ...last, at: new Date(last.at) },
  };
}
