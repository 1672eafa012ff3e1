import type { Database, SqlExecutor, Tx } from '@stead/platform/postgres';
import { ReviewStore, type CountedReview, type ReviewPage } from '../../../application/privacy/ports';
import type { Review } from '../../../domain/privacy/review';
import { REVIEW_COLUMNS, TALLY, fromReviewRow, type ReviewRow } from './review.mapping';

const FROM = `FROM studio.review r JOIN studio.map_version v ON v.workspace_id = r.workspace_id AND v.id = r.version_id`;
const SELECT = `SELECT ${REVIEW_COLUMNS} ${FROM}`;
const COUNTED = `SELECT ${REVIEW_COLUMNS}, tally.* ${FROM} ${TALLY}`;
/** More versions of one map or capture wait for another delivery of the same news; nobody has so many. */
const OF_ONE_MAX = 1_000;

export class PostgresReviewStore extends ReviewStore {
  /** `worker`: sees every workspace; null where only one at a time is asked about. */
  constructor(private readonly worker: Database | null) {
    super();
  }

  async insert(tx: SqlExecutor, review: Review): Promise<boolean> {
    const { workspaceId, id, spaceMapId, version, captureId, runId, epoch, createdAt } = review;
    const inserted = await tx.execute(
      `INSERT INTO studio.review (workspace_id, id, space_map_id, version_id, capture_id, run_id, epoch, created_at, state, revision,
         erasure, changed_at)
       VALUES ($1::uuid, $2::uuid, $3::uuid, $4::uuid, $5::uuid, $6::uuid, $7, $8, $9, $10, $11, $8) ON CONFLICT DO NOTHING`,
      [workspaceId, id, spaceMapId, version.id, captureId, runId, epoch, createdAt, review.state, review.revision, 'kept'],
    );
    return inserted > 0;
  }

  async find(tx: Tx, workspaceId: string, id: string, options?: { lock: boolean }): Promise<CountedReview | null> {
    const row = await tx.maybeOne<ReviewRow>(
      `${COUNTED} WHERE r.workspace_id = $1::uuid AND r.id = $2::uuid ${options?.lock === true ? 'FOR UPDATE OF r' : ''}`,
      [workspaceId, id],
    );
    return row === null ? null : fromReviewRow(row);
  }

  async ofVersion(tx: Tx, workspaceId: string, versionId: string): Promise<Review | null> {
    const row = await tx.maybeOne<ReviewRow>(`${SELECT} WHERE r.workspace_id = $1::uuid AND r.version_id = $2::uuid`, [
      workspaceId,
      versionId,
    ]);
    return row === null ? null : fromReviewRow(row);
  }

  async lockOfPending(tx: Tx, workspaceId: string, versionId: string): Promise<Review | null> {
    const row = await tx.maybeOne<ReviewRow>(
      `${SELECT} WHERE r.workspace_id = $1::uuid AND r.pending_version_id = $2::uuid FOR UPDATE OF r`,
      [workspaceId, versionId],
    );
    return row === null ? null : fromReviewRow(row);
  }

  async list(tx: Tx, workspaceId: string, { spaceMapId, state, before, limit }: ReviewPage): Promise<CountedReview[]> {
    const rows = await tx.query<ReviewRow>(
      `${COUNTED} WHERE r.workspace_id = $1::uuid AND ($2::uuid IS NULL OR r.space_map_id = $2::uuid)
         AND (r.state = $3 OR ($3::text IS NULL AND r.state <> 'closed')) AND ($4::uuid IS NULL OR r.id < $4::uuid)
       ORDER BY r.id DESC LIMIT $5`,
      [workspaceId, spaceMapId, state, before, limit],
    );
    return rows.map(fromReviewRow);
  }

  lockOfMap(tx: Tx, workspaceId: string, spaceMapId: string): Promise<Review[]> {
    return this.lockWhere(tx, `r.space_map_id = $2::uuid AND r.state <> 'closed'`, [workspaceId, spaceMapId]);
  }

  lockOfCapture(tx: Tx, workspaceId: string, captureId: string): Promise<Review[]> {
    return this.lockWhere(tx, `r.capture_id = $2::uuid`, [workspaceId, captureId]);
  }

  async change(tx: SqlExecutor, review: Review, next: Review): Promise<boolean> {
    const { version, state, pending, failure, approvedAt, approvedBy, erasure, changedAt } = next;
    const changed = await tx.execute(
      `UPDATE studio.review SET version_id = $4::uuid, state = $5, pending_version_id = $6::uuid, pending_run_id = $7::uuid, failure = $8,
         approved_at = $9, approved_by = $10, erasure = $11, erasure_due_at = $12, erasure_ordered_at = $13, erased_at = $14, hold = $15,
         changed_at = $16, revision = revision + 1
       WHERE workspace_id = $1::uuid AND id = $2::uuid AND revision = $3`,
      [
        ...[
          review.workspaceId,
          review.id,
          review.revision,
          version.id,
          state,
          pending?.versionId ?? null,
          pending?.runId ?? null,
        ],
        ...[failure, approvedAt, approvedBy],
        ...[erasure.state, erasure.dueAt, erasure.orderedAt, erasure.erasedAt, erasure.hold, changedAt],
      ],
    );
    return changed > 0;
  }

  async dueCaptures(now: Date, limit: number): Promise<{ workspaceId: string; captureId: string }[]> {
    if (this.worker === null) throw new Error('only a worker looks into every workspace');
    return this.worker.query(
      `SELECT DISTINCT r.workspace_id AS "workspaceId", r.capture_id AS "captureId" FROM studio.review r
       WHERE r.erasure = 'due' AND r.erasure_due_at <= $1 AND r.hold IS NULL
         AND NOT EXISTS (SELECT 1 FROM studio.review o WHERE o.workspace_id = r.workspace_id AND o.capture_id = r.capture_id
           AND o.state <> 'closed' AND (o.hold IS NOT NULL OR o.erasure = 'kept' OR o.erasure_due_at > $1))
       LIMIT $2`,
      [now, limit],
    );
  }

  private async lockWhere(tx: Tx, where: string, params: readonly unknown[]): Promise<Review[]> {
    const rows = await tx.query<ReviewRow>(
      `${SELECT} WHERE r.workspace_id = $1::uuid AND ${where} ORDER BY r.id LIMIT ${OF_ONE_MAX} FOR UPDATE OF r`,
      params,
    );
    return rows.map(fromReviewRow);
  }
}
