import { z } from 'zod';
import { captureKindSchema } from '@stead/contracts/pipeline';
import { captureProblemSchema, captureStateSchema, originalsStateSchema } from '@stead/contracts/workspaces';
import { olderThan, type Database, type SqlExecutor, type Tx } from '@stead/platform/postgres';
import { CaptureStore, type CaptureChange, type OriginalsChange } from '../../application/ports';
import type { Capture, CaptureFile, FileReport, FileState } from '../../domain/capture';

export const CAPTURE = `c.id, c.workspace_id, c.name, c.kind, c.state, c.revision, c.allow_partial, c.problems, c.originals,
  c.originals_erased_at, c.created_at`;
const FILE = 'f.id, f.capture_id, f.workspace_id, f.position, f.name, f.bytes, f.sha256, f.media_type, f.state, f.upload_id';

export interface CaptureRow {
  id: string;
  workspace_id: string;
  name: string;
  kind: string;
  state: string;
  revision: number;
  allow_partial: boolean;
  problems: unknown;
  originals: string;
  originals_erased_at: Date | null;
  created_at: Date;
}
interface FileRow {
  id: string;
  capture_id: string;
  workspace_id: string;
  position: number;
  name: string;
  bytes: string;
  sha256: string;
  media_type: string;
  state: FileState;
  upload_id: string | null;
}

export class PostgresCaptureStore extends CaptureStore {
  /** `worker` sees every workspace; only the reconciler asks across them. */
  constructor(private readonly worker: Database | null) {
    super();
  }

  async insert(tx: SqlExecutor, capture: Capture): Promise<boolean> {
    const { workspaceId, id, name, kind, state, revision, createdAt } = capture;
    const inserted = await tx.execute(
      `INSERT INTO workspaces.capture (workspace_id, id, name, kind, state, revision, created_at)
       VALUES ($1::uuid, $2::uuid, $3, $4, $5, $6, $7) ON CONFLICT (workspace_id, id) DO NOTHING`,
      [workspaceId, id, name, kind, state, revision, createdAt],
    );
    return inserted > 0;
  }

  async find(tx: Tx, workspaceId: string, id: string, options?: { lock: boolean }): Promise<Capture | null> {
    const row = await tx.maybeOne<CaptureRow>(
      `SELECT ${CAPTURE} FROM workspaces.capture c WHERE c.workspace_id = $1::uuid AND c.id = $2::uuid ${options?.lock === true ? 'FOR UPDATE' : ''}`,
      [workspaceId, id],
    );
    return row === null ? null : fromCaptureRow(row);
  }

  async list(
    tx: Tx,
    workspaceId: string,
    before: string | null,
    limit: number,
  ): Promise<(Capture & { files: number; bytes: number })[]> {
    const rows = await tx.query<CaptureRow & { files: string; total: string }>(
      `SELECT ${CAPTURE}, f.files, f.total
       FROM workspaces.capture c CROSS JOIN LATERAL (
         SELECT count(*) AS files, coalesce(sum(bytes), 0) AS total FROM workspaces.capture_file
         WHERE workspace_id = c.workspace_id AND capture_id = c.id) f
       WHERE c.workspace_id = $1::uuid AND c.state <> 'deleted' AND ${olderThan('workspaces.capture', 'c', '$2')}
       ORDER BY c.created_at DESC, c.id DESC LIMIT $3`,
      [workspaceId, before, limit],
    );
    return rows.map((row) => ({ ...fromCaptureRow(row), files: Number(row.files), bytes: Number(row.total) }));
  }

  async change(tx: SqlExecutor, capture: Capture, change: CaptureChange): Promise<boolean> {
    const { state, problems = capture.problems, allowPartial = capture.allowPartial, summary, originals } = change;
    const changed = await tx.execute(
      `UPDATE workspaces.capture SET state = $4, problems = $5::jsonb, allow_partial = $6, summary = coalesce($7::jsonb, summary),
         originals = coalesce($8, originals), revision = revision + 1, changed_at = now()
       WHERE workspace_id = $1::uuid AND id = $2::uuid AND revision = $3`,
      [
        capture.workspaceId,
        capture.id,
        capture.revision,
        state,
        JSON.stringify(problems),
        allowPartial,
        summary === undefined ? null : JSON.stringify(summary),
        originals ?? null,
      ],
    );
    return changed > 0;
  }

  async changeOriginals(tx: SqlExecutor, capture: Capture, { originals, sealed, erasedAt }: OriginalsChange): Promise<boolean> {
    const changed = await tx.execute(
      `UPDATE workspaces.capture SET originals = $4, originals_sealed = coalesce($5, originals_sealed),
         originals_erased_at = coalesce($6, originals_erased_at), revision = revision + 1, changed_at = now()
       WHERE workspace_id = $1::uuid AND id = $2::uuid AND revision = $3`,
      [capture.workspaceId, capture.id, capture.revision, originals, sealed ?? null, erasedAt ?? null],
    );
    return changed > 0;
  }

  async wasSealed(tx: Tx, workspaceId: string, id: string): Promise<boolean> {
    const { sealed } = await tx.one<{ sealed: boolean }>(
      `SELECT coalesce(originals_sealed, false) AS sealed FROM workspaces.capture WHERE workspace_id = $1::uuid AND id = $2::uuid`,
      [workspaceId, id],
    );
    return sealed;
  }

  async touch(tx: SqlExecutor, workspaceId: string, id: string): Promise<void> {
    await tx.execute(
      `UPDATE workspaces.capture SET changed_at = now() WHERE workspace_id = $1::uuid AND id = $2::uuid AND state = 'uploading'`,
      [workspaceId, id],
    );
  }

  async files(tx: Tx, workspaceId: string, captureId: string): Promise<CaptureFile[]> {
    const rows = await tx.query<FileRow>(
      `SELECT ${FILE} FROM workspaces.capture_file f WHERE f.workspace_id = $1::uuid AND f.capture_id = $2::uuid ORDER BY f.position`,
      [workspaceId, captureId],
    );
    return rows.map(fromFileRow);
  }

  async insertFile(tx: SqlExecutor, file: CaptureFile): Promise<void> {
    const { workspaceId, captureId, id, position, name, bytes, sha256, mediaType, state } = file;
    await tx.execute(
      `INSERT INTO workspaces.capture_file (workspace_id, capture_id, id, position, name, bytes, sha256, media_type, state)
       VALUES ($1::uuid, $2::uuid, $3::uuid, $4, $5, $6, $7, $8, $9)`,
      [workspaceId, captureId, id, position, name, bytes, sha256, mediaType, state],
    );
  }

  async setFile(
    tx: SqlExecutor,
    file: CaptureFile,
    change: { state?: FileState; uploadId?: string | null; mediaType?: string; report?: FileReport },
  ): Promise<void> {
    const { state = file.state, mediaType = file.mediaType, report } = change;
    const uploadId = change.uploadId === undefined ? file.uploadId : change.uploadId;
    await tx.execute(
      `UPDATE workspaces.capture_file SET state = $3, upload_id = $4, media_type = $5, probe = coalesce($6::jsonb, probe)
       WHERE workspace_id = $1::uuid AND id = $2::uuid`,
      [file.workspaceId, file.id, state, uploadId, mediaType, report === undefined ? null : JSON.stringify(report)],
    );
  }

  async removeFile(tx: SqlExecutor, file: CaptureFile): Promise<void> {
    await tx.execute(`DELETE FROM workspaces.capture_file WHERE workspace_id = $1::uuid AND id = $2::uuid`, [
      file.workspaceId,
      file.id,
    ]);
  }

  async findContent(tx: Tx, workspaceId: string, sha256: string, bytes: number): Promise<CaptureFile | null> {
    const row = await tx.maybeOne<FileRow>(
      `SELECT ${FILE} FROM workspaces.capture_file f
       JOIN workspaces.capture c ON c.workspace_id = f.workspace_id AND c.id = f.capture_id AND c.state = 'verified'
         AND c.originals = 'present'
       WHERE f.workspace_id = $1::uuid AND f.sha256 = $2 AND f.bytes = $3 AND f.state = 'verified' LIMIT 1`,
      [workspaceId, sha256, bytes],
    );
    return row === null ? null : fromFileRow(row);
  }

  async usage(tx: Tx, workspaceId: string, options?: { lock: boolean }): Promise<{ bytes: number; quotaBytes: number }> {
    // By itself: a sum in the same statement would be one from before the lock.
    if (options?.lock === true)
      await tx.query(`SELECT 1 FROM workspaces.workspace WHERE workspace_id = $1::uuid FOR NO KEY UPDATE`, [workspaceId]);
    const row = await tx.one<{ bytes: string; quota: string }>(
      `SELECT coalesce((SELECT sum(f.bytes) FROM workspaces.capture_file f
           JOIN workspaces.capture c ON c.workspace_id = f.workspace_id AND c.id = f.capture_id AND c.state <> 'deleted'
             AND c.originals <> 'erased'
           WHERE f.workspace_id = $1::uuid), 0) AS bytes,
         w.quota_bytes AS quota FROM workspaces.workspace w WHERE w.workspace_id = $1::uuid`,
      [workspaceId],
    );
    return { bytes: Number(row.bytes), quotaBytes: Number(row.quota) };
  }

  async summary(tx: Tx, workspaceId: string, id: string): Promise<{ megapixels: number | null; points: number | null }> {
    const row = await tx.one<{ megapixels: number | null; points: number | null }>(
      `SELECT (summary->>'megapixels')::float8 AS megapixels, (summary->>'points')::float8 AS points
       FROM workspaces.capture WHERE workspace_id = $1::uuid AND id = $2::uuid`,
      [workspaceId, id],
    );
    return { megapixels: row.megapixels, points: row.points };
  }

  async stalled(olderThanS: number, limit: number): Promise<{ workspaceId: string; id: string; revision: number }[]> {
    if (this.worker === null) throw new Error('only the worker asks across workspaces');
    const rows = await this.worker.query<{ workspace_id: string; id: string; revision: number }>(
      `SELECT workspace_id, id, revision FROM workspaces.capture
       WHERE state = 'probing' AND changed_at < now() - make_interval(secs => $1) ORDER BY changed_at LIMIT $2`,
      [olderThanS, limit],
    );
    return rows.map((row) => ({ workspaceId: row.workspace_id, id: row.id, revision: row.revision }));
  }

  async halfErased(olderThanS: number, limit: number): Promise<{ workspaceId: string; id: string }[]> {
    if (this.worker === null) throw new Error('only the worker asks across workspaces');
    return this.worker.query<{ workspaceId: string; id: string }>(
      `SELECT workspace_id AS "workspaceId", id FROM workspaces.capture
       WHERE originals = 'erasing' AND changed_at < now() - make_interval(secs => $1) ORDER BY changed_at LIMIT $2`,
      [olderThanS, limit],
    );
  }
}

export function fromCaptureRow(row: CaptureRow): Capture {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    name: row.name,
    kind: captureKindSchema.parse(row.kind),
    state: captureStateSchema.parse(row.state),
    revision: row.revision,
    allowPartial: row.allow_partial,
    problems: z.array(captureProblemSchema).parse(row.problems),
    originals: originalsStateSchema.parse(row.originals),
    originalsErasedAt: row.originals_erased_at,
    createdAt: row.created_at,
  };
}

function fromFileRow(row: FileRow): CaptureFile {
  const {
    id,
    capture_id: captureId,
    workspace_id: workspaceId,
    position,
    name,
    sha256,
    media_type: mediaType,
    state,
    upload_id: uploadId,
  } = row;
  return { id, captureId, workspaceId, position, name, bytes: Number(row.bytes), sha256, mediaType, state, uploadId };
}
