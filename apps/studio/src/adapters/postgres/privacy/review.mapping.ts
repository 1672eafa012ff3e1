import { storedFileSchema, volumeSchema } from '@stead/contracts/pipeline';
import { erasureStateSchema, reviewStateSchema } from '@stead/contracts/studio';
import { z } from 'zod';
import type { CountedReview } from '../../../application/privacy/ports';
import type { ReviewPicture, ReviewVolume } from '../../../domain/privacy/review';
import { VERSION_COLUMNS, fromVersionRow, type VersionRow } from '../publication.mapping';

const point = z.tuple([z.number(), z.number(), z.number()]);
const placedSchema = z.object({ position: point, forward: point }).nullable();

/** Decided to be covered: by itself, or by what it belongs to. */
const WANTED = `coalesce(CASE WHEN d.part_of IS NULL THEN d.verdict ELSE parent.verdict END, 'blur') = 'blur'`;
export const DETECTIONS_WITH_PARENT = `studio.detection d LEFT JOIN studio.detection parent
  ON parent.workspace_id = d.workspace_id AND parent.review_id = d.review_id AND parent.id = d.part_of`;
/** Shown otherwise than it was decided. */
export const IS_CHANGED = `d.covered <> (${WANTED})`;
export const IS_UNDECIDED = `d.part_of IS NULL AND d.verdict IS NULL`;

export const REVIEW_COLUMNS = `r.workspace_id, r.id, r.space_map_id, r.capture_id, r.run_id, r.epoch, r.state, r.revision,
  r.pending_version_id, r.pending_run_id, r.failure, r.approved_at, r.approved_by, r.erasure, r.erasure_due_at, r.erasure_ordered_at,
  r.erased_at, r.hold, r.created_at, r.changed_at, ${VERSION_COLUMNS}`;

/** Beside the columns of a review. */
export const TALLY = `CROSS JOIN LATERAL (
    SELECT (SELECT count(*)::int FROM studio.review_picture p WHERE p.workspace_id = r.workspace_id AND p.review_id = r.id) AS pictures,
      (count(d.id) FILTER (WHERE d.part_of IS NULL))::int AS detections,
      (count(d.id) FILTER (WHERE ${IS_UNDECIDED}))::int AS undecided,
      (count(d.id) FILTER (WHERE ${IS_CHANGED}))::int
        + (SELECT count(*)::int FROM studio.review_volume o WHERE o.workspace_id = r.workspace_id AND o.review_id = r.id AND NOT o.applied)
        AS changes
    FROM ${DETECTIONS_WITH_PARENT} WHERE d.workspace_id = r.workspace_id AND d.review_id = r.id
  ) tally`;

export interface ReviewRow extends VersionRow {
  workspace_id: string;
  id: string;
  space_map_id: string;
  capture_id: string;
  run_id: string;
  epoch: number;
  state: string;
  revision: number;
  pending_version_id: string | null;
  pending_run_id: string | null;
  failure: string | null;
  approved_at: Date | null;
  approved_by: string | null;
  erasure: string;
  erasure_due_at: Date | null;
  erasure_ordered_at: Date | null;
  erased_at: Date | null;
  hold: string | null;
  created_at: Date;
  changed_at: Date;
  pictures?: number;
  detections?: number;
  undecided?: number;
  changes?: number;
}

export function fromReviewRow(row: ReviewRow): CountedReview {
  const { pending_version_id: versionId, pending_run_id: runId } = row;
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    spaceMapId: row.space_map_id,
    version: fromVersionRow(row),
    captureId: row.capture_id,
    runId: row.run_id,
    epoch: row.epoch,
    state: reviewStateSchema.parse(row.state),
    revision: row.revision,
    pending: versionId === null || runId === null ? null : { versionId, runId },
    failure: row.failure,
    approvedAt: row.approved_at,
    approvedBy: row.approved_by,
    erasure: {
      state: erasureStateSchema.parse(row.erasure),
      dueAt: row.erasure_due_at,
      orderedAt: row.erasure_ordered_at,
      erasedAt: row.erased_at,
      hold: row.hold,
    },
    createdAt: row.created_at,
    changedAt: row.changed_at,
    ...{ pictures: row.pictures ?? 0, detections: row.detections ?? 0, undecided: row.undecided ?? 0, changes: row.changes ?? 0 },
  };
}

export interface PictureRow {
  image: string;
  position: number;
  name: string;
  width: number;
  height: number;
  original: unknown;
  covered: unknown;
  placed: unknown;
}

export function fromPictureRow(row: PictureRow): ReviewPicture {
  const { image, position, name, width, height } = row;
  const file = storedFileSchema.nullable();
  return {
    ...{ image, position, name, width, height },
    original: file.parse(row.original),
    covered: file.parse(row.covered),
    placed: placedSchema.parse(row.placed),
  };
}

export interface VolumeRow {
  id: string;
  sha256: string;
  volume: unknown;
  source: string;
  applied: boolean;
}

export function fromVolumeRow({ id, sha256, volume, source, applied }: VolumeRow): ReviewVolume {
  return { id, sha256, volume: volumeSchema.parse(volume), source: z.enum(['scene', 'request']).parse(source), applied };
}
