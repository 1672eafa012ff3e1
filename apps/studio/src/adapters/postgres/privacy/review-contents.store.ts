import { coverSchema, type StoredFile } from '@stead/contracts/pipeline';
import { keepReasonSchema, markKindSchema, type Point } from '@stead/contracts/studio';
import type { SqlExecutor, Tx } from '@stead/platform/postgres';
import { z } from 'zod';
import {
  ReviewContents,
  type CountedPicture,
  type Decision,
  type DetectionFilter,
  type UndecidedFilter,
} from '../../../application/privacy/ports';
import type { Detection } from '../../../domain/privacy/detection';
import type { Review, ReviewPicture, ReviewVolume } from '../../../domain/privacy/review';
import {
  DETECTIONS_WITH_PARENT,
  IS_CHANGED,
  IS_UNDECIDED,
  fromPictureRow,
  fromVolumeRow,
  type PictureRow,
  type VolumeRow,
} from './review.mapping';

interface DetectionRow {
  id: string;
  image: string;
  source: string;
  kind: string;
  cover: unknown;
  score: number | null;
  place: unknown;
  part_of: string | null;
  is_part: boolean;
  verdict: string | null;
  reason: string | null;
  decided_by: string | null;
  decided_at: Date | null;
  covered: boolean;
}

const COLUMNS = `d.id, d.image, d.source, d.kind, d.cover, d.score, d.place, d.part_of, d.is_part, d.verdict, d.reason, d.decided_by, d.decided_at, d.covered`;
const OF = `d.workspace_id = $1::uuid AND d.review_id = $2::uuid`;
const ROWS_AT_ONCE = 1_000;

export class PostgresReviewContents extends ReviewContents {
  async insert(
    tx: SqlExecutor,
    review: Review,
    pictures: readonly ReviewPicture[],
    detections: readonly Detection[],
  ): Promise<void> {
    for (let from = 0; from < pictures.length; from += ROWS_AT_ONCE) {
      const rows = pictures.slice(from, from + ROWS_AT_ONCE);
      await tx.execute(
        `INSERT INTO studio.review_picture (workspace_id, review_id, image, position, name, width, height, original, covered, placed)
         SELECT $1::uuid, $2::uuid, t.image, t.position, t.name, t.width, t.height, t.original, t.covered, t.placed
         FROM jsonb_to_recordset($3::jsonb) AS t(image text, position int, name text, width int, height int, original jsonb, covered jsonb, placed jsonb)
         ON CONFLICT DO NOTHING`,
        [...keyOf(review), JSON.stringify(rows)],
      );
    }
    await this.add(tx, review, detections);
  }

  async add(tx: SqlExecutor, review: Review, detections: readonly Detection[]): Promise<void> {
    for (let from = 0; from < detections.length; from += ROWS_AT_ONCE) {
      const rows = detections.slice(from, from + ROWS_AT_ONCE);
      await tx.execute(
        `INSERT INTO studio.detection (workspace_id, review_id, id, image, source, kind, cover, score, place, part_of, is_part, verdict, reason,
           decided_by, decided_at, covered)
         SELECT $1::uuid, $2::uuid, t.id, t.image, t.source, t.kind, t.cover, t.score, t.place, t."partOf", t."isPart", t.verdict, t.reason,
           t."decidedBy", t."decidedAt", t.covered
         FROM jsonb_to_recordset($3::jsonb) AS t(id uuid, image text, source text, kind text, cover jsonb, score float8, place jsonb,
           "partOf" uuid, "isPart" boolean, verdict text, reason text, "decidedBy" text, "decidedAt" timestamptz, covered boolean)
         ON CONFLICT DO NOTHING`,
        [...keyOf(review), JSON.stringify(rows)],
      );
    }
  }

  async picture(tx: Tx, review: Review, image: string): Promise<ReviewPicture | null> {
    const row = await tx.maybeOne<PictureRow>(
      `SELECT image, position, name, width, height, original, covered, placed FROM studio.review_picture
       WHERE workspace_id = $1::uuid AND review_id = $2::uuid AND image = $3`,
      [...keyOf(review), image],
    );
    return row === null ? null : fromPictureRow(row);
  }

  async pictures(tx: Tx, review: Review, after: number | null, limit: number): Promise<CountedPicture[]> {
    const rows = await tx.query<PictureRow & { marks: number; undecided: number }>(
      `SELECT p.image, p.position, p.name, p.width, p.height, p.original, p.covered, p.placed,
         (count(d.id) FILTER (WHERE d.part_of IS NULL))::int AS marks, (count(d.id) FILTER (WHERE ${IS_UNDECIDED}))::int AS undecided
       FROM studio.review_picture p
       LEFT JOIN studio.detection d ON d.workspace_id = p.workspace_id AND d.review_id = p.review_id AND d.image = p.image
       WHERE p.workspace_id = $1::uuid AND p.review_id = $2::uuid AND ($3::int IS NULL OR p.position > $3)
       GROUP BY p.workspace_id, p.review_id, p.image ORDER BY p.position LIMIT $4`,
      [...keyOf(review), after, limit],
    );
    return rows.map((row) => ({ ...fromPictureRow(row), marks: row.marks, undecided: row.undecided }));
  }

  async detections(tx: Tx, review: Review, { image, show, after, limit }: DetectionFilter): Promise<Detection[]> {
    const shown = { all: 'd.part_of IS NULL', open: IS_UNDECIDED, changed: `d.part_of IS NULL AND ${IS_CHANGED}` }[show];
    const rows = await tx.query<DetectionRow>(
      `SELECT ${COLUMNS} FROM ${DETECTIONS_WITH_PARENT}
       WHERE ${OF} AND ${shown} AND ($3::text IS NULL OR d.image = $3) AND ($4::uuid IS NULL OR d.id > $4::uuid)
       ORDER BY d.id LIMIT $5`,
      [...keyOf(review), image, after, limit],
    );
    return rows.map(fromRow);
  }

  async every(tx: Tx, review: Review): Promise<Detection[]> {
    const rows = await tx.query<DetectionRow>(
      `SELECT ${COLUMNS} FROM studio.detection d WHERE ${OF} ORDER BY d.id`,
      keyOf(review),
    );
    return rows.map(fromRow);
  }

  async detection(tx: Tx, review: Review, id: string): Promise<Detection | null> {
    const row = await tx.maybeOne<DetectionRow>(`SELECT ${COLUMNS} FROM studio.detection d WHERE ${OF} AND d.id = $3::uuid`, [
      ...keyOf(review),
      id,
    ]);
    return row === null ? null : fromRow(row);
  }

  async marksIn(tx: Tx, review: Review, image: string): Promise<number> {
    const { count } = await tx.one<{ count: number }>(
      `SELECT count(*)::int AS count FROM studio.detection d WHERE ${OF} AND d.image = $3`,
      [...keyOf(review), image],
    );
    return count;
  }

  async remove(tx: SqlExecutor, review: Review, id: string): Promise<void> {
    await tx.execute(`DELETE FROM studio.detection d WHERE ${OF} AND d.id = $3::uuid`, [...keyOf(review), id]);
  }

  decide(tx: Tx, review: Review, ids: readonly string[], decision: Decision): Promise<string[]> {
    return this.decideWhere(tx, review, decision, `d.id = ANY($7::uuid[]) AND d.verdict IS DISTINCT FROM 'split'`, [[...ids]]);
  }

  decideUndecided(tx: Tx, review: Review, { kind, image, scoreMin }: UndecidedFilter, decision: Decision): Promise<string[]> {
    return this.decideWhere(
      ...([tx, review, decision] as const),
      `${IS_UNDECIDED} AND ($7::text IS NULL OR d.kind = $7) AND ($8::text IS NULL OR d.image = $8)
         AND ($9::float8 IS NULL OR d.score >= $9)`,
      [kind, image, scoreMin],
    );
  }

  async deciders(tx: Tx, review: Review): Promise<string[]> {
    const rows = await tx.query<{ by: string }>(
      `SELECT DISTINCT d.decided_by AS by FROM studio.detection d WHERE ${OF} AND d.decided_by IS NOT NULL`,
      keyOf(review),
    );
    return rows.map(({ by }) => by);
  }

  async settle(tx: SqlExecutor, review: Review, covered: ReadonlyMap<string, StoredFile>): Promise<void> {
    await tx.execute(
      `UPDATE studio.detection t SET covered = NOT t.covered FROM ${DETECTIONS_WITH_PARENT}
       WHERE ${OF} AND t.workspace_id = d.workspace_id AND t.review_id = d.review_id AND t.id = d.id AND ${IS_CHANGED}`,
      keyOf(review),
    );
    await tx.execute(
      `UPDATE studio.review_picture p SET covered = t.file
       FROM jsonb_to_recordset($3::jsonb) AS t(image text, file jsonb)
       WHERE p.workspace_id = $1::uuid AND p.review_id = $2::uuid AND p.image = t.image`,
      [...keyOf(review), JSON.stringify([...covered].map(([image, file]) => ({ image, file })))],
    );
    await tx.execute(`UPDATE studio.review_volume SET applied = true WHERE workspace_id = $1::uuid AND review_id = $2::uuid`, [
      ...keyOf(review),
    ]);
  }

  async forgetPictures(tx: SqlExecutor, review: Review): Promise<void> {
    await tx.execute(
      `UPDATE studio.review_picture SET original = NULL, covered = NULL WHERE workspace_id = $1::uuid AND review_id = $2::uuid`,
      keyOf(review),
    );
  }

  async volumes(tx: Tx, review: Review): Promise<ReviewVolume[]> {
    const rows = await tx.query<VolumeRow>(
      `SELECT id, sha256, volume, source, applied FROM studio.review_volume
       WHERE workspace_id = $1::uuid AND review_id = $2::uuid ORDER BY id`,
      keyOf(review),
    );
    return rows.map(fromVolumeRow);
  }

  async addVolume(tx: Tx, review: Review, volume: ReviewVolume, at: Date): Promise<ReviewVolume> {
    const row = await tx.one<VolumeRow>(
      `INSERT INTO studio.review_volume (workspace_id, review_id, id, sha256, volume, source, applied, created_at)
       VALUES ($1::uuid, $2::uuid, $3::uuid, $4, $5::jsonb, $6, false, $7)
       ON CONFLICT (workspace_id, review_id, sha256) DO UPDATE SET sha256 = excluded.sha256
       RETURNING id, sha256, volume, source, applied`,
      [...keyOf(review), volume.id, volume.sha256, JSON.stringify(volume.volume), volume.source, at],
    );
    return fromVolumeRow(row);
  }

  async hiddenByScenes(tx: Tx, workspaceId: string, versionId: string): Promise<unknown[]> {
    const rows = await tx.query<{ region: unknown }>(
      `SELECT e.body->'region' AS region FROM studio.scene s
       JOIN studio.scene_element e ON e.workspace_id = s.workspace_id AND e.scene_id = s.id
       WHERE s.workspace_id = $1::uuid AND s.version_id = $2::uuid AND e.kind = 'redaction' ORDER BY e.id`,
      [workspaceId, versionId],
    );
    return rows.map(({ region }) => region);
  }

  private async decideWhere(
    tx: Tx,
    review: Review,
    { verdict, reason, decidedBy, decidedAt }: Decision,
    where: string,
    params: readonly unknown[],
  ): Promise<string[]> {
    const rows = await tx.query<{ id: string }>(
      `UPDATE studio.detection d SET verdict = $3, reason = $4, decided_by = $5, decided_at = $6 WHERE ${OF} AND ${where} RETURNING d.id`,
      [...keyOf(review), verdict, reason, decidedBy, decidedAt, ...params],
    );
    return rows.map(({ id }) => id);
  }
}

function keyOf({ workspaceId, id }: Review): [string, string] {
  return [workspaceId, id];
}

function fromRow(row: DetectionRow): Detection {
  return {
    id: row.id,
    image: row.image,
    source: z.enum(['detector', 'person']).parse(row.source),
    kind: markKindSchema.parse(row.kind),
    cover: coverSchema.parse(row.cover),
    score: row.score,
    place: z.tuple([z.number(), z.number(), z.number()]).nullable().parse(row.place) satisfies Point | null,
    partOf: row.part_of,
    isPart: row.is_part,
    verdict: z.enum(['blur', 'keep', 'split']).nullable().parse(row.verdict),
    reason: keepReasonSchema.nullable().parse(row.reason),
    decidedBy: row.decided_by,
    decidedAt: row.decided_at,
    covered: row.covered,
  };
}
