import { blurRequestStateSchema, createBlurRequestBody, viewSchema, type Point } from '@stead/contracts/studio';
import type { Database, SqlExecutor, Tx } from '@stead/platform/postgres';
import { z } from 'zod';
import { BlurRequestStore, type BlurRequestPage } from '../../../application/privacy/ports';
import type { BlurRequest } from '../../../domain/privacy/blur-request';
import type { Review } from '../../../domain/privacy/review';

interface Row {
  workspace_id: string;
  id: string;
  sort_id: string;
  publication_id: string;
  space_map_id: string;
  place: unknown;
  view: unknown;
  what: string;
  note: string | null;
  contact: string | null;
  state: string;
  review_id: string | null;
  volume_id: string | null;
  answer: string | null;
  received_at: Date;
  answer_by: Date;
  answered_at: Date | null;
  revision: number;
}

const COLUMNS = `workspace_id, id, sort_id, publication_id, space_map_id, place, view, what, note, contact, state, review_id, volume_id,
  answer, received_at, answer_by, answered_at, revision`;
const SELECT = `SELECT ${COLUMNS} FROM studio.blur_request q`;

export class PostgresBlurRequestStore extends BlurRequestStore {
  /** Of the role that serves requests: what it may see without a workspace is what it names the address of. */
  constructor(private readonly database: Database) {
    super();
  }

  async insert(tx: SqlExecutor, request: BlurRequest): Promise<void> {
    const { workspaceId, id, sortId, publicationId, spaceMapId, place, view, what, note, contact } = request;
    await tx.execute(
      `INSERT INTO studio.blur_request (${COLUMNS}) VALUES ($1::uuid, $2::uuid, $3::uuid, $4::uuid, $5::uuid, $6::jsonb, $7::jsonb, $8, $9, $10,
         $11, $12::uuid, $13::uuid, $14, $15, $16, $17, $18)`,
      [
        ...[workspaceId, id, sortId, publicationId, spaceMapId, JSON.stringify(place)],
        ...[view === null ? null : JSON.stringify(view), what, note, contact, request.state, null, null, request.answer],
        ...[request.receivedAt, request.answerBy, request.answeredAt, request.revision],
      ],
    );
  }

  async find(tx: Tx, workspaceId: string, id: string, options?: { lock: boolean }): Promise<BlurRequest | null> {
    const row = await tx.maybeOne<Row>(
      `${SELECT} WHERE workspace_id = $1::uuid AND id = $2::uuid ${options?.lock === true ? 'FOR UPDATE' : ''}`,
      [workspaceId, id],
    );
    return row === null ? null : fromRow(row);
  }

  async list(tx: Tx, workspaceId: string, { state, spaceMapId, before, limit }: BlurRequestPage): Promise<BlurRequest[]> {
    const rows = await tx.query<Row>(
      `${SELECT} WHERE workspace_id = $1::uuid AND ($2::text IS NULL OR state = $2) AND ($3::uuid IS NULL OR space_map_id = $3::uuid)
         AND ($4::uuid IS NULL OR sort_id < $4::uuid) ORDER BY sort_id DESC LIMIT $5`,
      [workspaceId, state, spaceMapId, before, limit],
    );
    return rows.map(fromRow);
  }

  async countOpen(tx: Tx, workspaceId: string, publicationId: string): Promise<number> {
    const { count } = await tx.one<{ count: number }>(
      `SELECT count(*)::int AS count FROM studio.blur_request
       WHERE workspace_id = $1::uuid AND publication_id = $2::uuid AND state = 'received'`,
      [workspaceId, publicationId],
    );
    return count;
  }

  async lockAnswered(tx: Tx, { workspaceId, id }: Review): Promise<BlurRequest[]> {
    const rows = await tx.query<Row>(
      `${SELECT} WHERE workspace_id = $1::uuid AND review_id = $2::uuid AND state = 'accepted' AND EXISTS (
         SELECT 1 FROM studio.review_volume v
         WHERE v.workspace_id = q.workspace_id AND v.review_id = q.review_id AND v.id = q.volume_id AND v.applied)
       ORDER BY id FOR UPDATE OF q`,
      [workspaceId, id],
    );
    return rows.map(fromRow);
  }

  async change(tx: SqlExecutor, request: BlurRequest, next: BlurRequest): Promise<boolean> {
    const changed = await tx.execute(
      `UPDATE studio.blur_request SET state = $4, review_id = $5::uuid, volume_id = $6::uuid, answer = $7, answered_at = $8,
         revision = revision + 1
       WHERE workspace_id = $1::uuid AND id = $2::uuid AND revision = $3`,
      [
        ...[request.workspaceId, request.id, request.revision, next.state],
        ...[next.volume?.reviewId ?? null, next.volume?.volumeId ?? null, next.answer, next.answeredAt],
      ],
    );
    return changed > 0;
  }

  async byAddress(id: string): Promise<BlurRequest | null> {
    const row = await this.atAddress(id, (tx) => tx.maybeOne<Row>(`${SELECT} WHERE id = $1::uuid`, [id]));
    return row === null ? null : fromRow(row);
  }

  async workspaceOfPublished(publicationId: string): Promise<string | null> {
    const row = await this.atAddress(publicationId, (tx) =>
      tx.maybeOne<{ workspace_id: string }>(
        `SELECT workspace_id FROM studio.publication WHERE id = $1::uuid AND state = 'published'`,
        [publicationId],
      ),
    );
    return row?.workspace_id ?? null;
  }

  /** Row-level security lets the one row through that is named; every other one stays unseen. */
  private atAddress<T>(address: string, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.database.tx(async (tx) => {
      await tx.query(`SELECT set_config('app.address', $1, true)`, [address]);
      return work(tx);
    });
  }
}

function fromRow(row: Row): BlurRequest {
  const { review_id: reviewId, volume_id: volumeId } = row;
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    sortId: row.sort_id,
    publicationId: row.publication_id,
    spaceMapId: row.space_map_id,
    place: z.tuple([z.number(), z.number(), z.number()]).parse(row.place) satisfies Point,
    view: viewSchema.nullable().parse(row.view),
    what: createBlurRequestBody.shape.what.parse(row.what),
    note: row.note,
    contact: row.contact,
    state: blurRequestStateSchema.parse(row.state),
    volume: reviewId === null || volumeId === null ? null : { reviewId, volumeId },
    answer: row.answer,
    receivedAt: row.received_at,
    answerBy: row.answer_by,
    answeredAt: row.answered_at,
    revision: row.revision,
  };
}
