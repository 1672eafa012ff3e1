import type { CaptureKind } from '@stead/contracts/pipeline';
import type { SqlExecutor, Tx } from '@stead/platform/postgres';
import { CaptureStore } from '../../application/ports';
import type { CaptureSize, KnownCapture } from '../../domain/map-version';

interface Row {
  id: string;
  name: string;
  kind: CaptureKind;
  files: number;
  bytes: string;
  megapixels: number | null;
  points: string | null;
  erased: boolean;
}

export class PostgresCaptureStore extends CaptureStore {
  async find(tx: Tx, workspaceId: string, captureId: string): Promise<KnownCapture | null> {
    const row = await tx.maybeOne<Row>(
      `SELECT id, name, kind, files, bytes, megapixels, points, erased_at IS NOT NULL AS erased FROM space_maps.capture
       WHERE workspace_id = $1::uuid AND id = $2::uuid AND deleted_at IS NULL`,
      [workspaceId, captureId],
    );
    if (row === null) return null;
    return { ...row, bytes: Number(row.bytes), points: row.points === null ? null : Number(row.points) };
  }

  async sizeOf(tx: Tx, workspaceId: string, captureId: string): Promise<CaptureSize | null> {
    const row = await tx.maybeOne<Pick<Row, 'files' | 'bytes' | 'megapixels' | 'points'>>(
      `SELECT files, bytes, megapixels, points FROM space_maps.capture WHERE workspace_id = $1::uuid AND id = $2::uuid`,
      [workspaceId, captureId],
    );
    if (row === null) return null;
    return { ...row, bytes: Number(row.bytes), points: row.points === null ? null : Number(row.points) };
  }

  async remember(tx: SqlExecutor, workspaceId: string, capture: KnownCapture, revision: number): Promise<void> {
    const { id, name, kind, files, bytes, megapixels, points } = capture;
    await tx.execute(
      `INSERT INTO space_maps.capture AS c (workspace_id, id, revision, name, kind, files, bytes, megapixels, points)
       VALUES ($1::uuid, $2::uuid, $3, $4, $5, $6, $7, $8, $9)
       ON CONFLICT (workspace_id, id) DO UPDATE SET revision = excluded.revision, name = excluded.name, files = excluded.files,
         bytes = excluded.bytes, megapixels = excluded.megapixels, points = excluded.points
       WHERE c.revision < excluded.revision`,
      [workspaceId, id, revision, name, kind, files, bytes, megapixels, points],
    );
  }

  async markErased(tx: SqlExecutor, workspaceId: string, captureId: string): Promise<void> {
    // Of revision 0, so that a `verified` that arrives later fills in the rest and the mark stays.
    await tx.execute(
      `INSERT INTO space_maps.capture AS c (workspace_id, id, revision, name, kind, files, bytes, erased_at)
       VALUES ($1::uuid, $2::uuid, 0, '', 'photos', 0, 0, now())
       ON CONFLICT (workspace_id, id) DO UPDATE SET erased_at = coalesce(c.erased_at, excluded.erased_at)`,
      [workspaceId, captureId],
    );
  }

  async forget(tx: SqlExecutor, workspaceId: string, captureId: string): Promise<void> {
    // A tombstone, so that a `verified` that arrives after `deleted` does not bring the capture back.
    await tx.execute(
      `INSERT INTO space_maps.capture (workspace_id, id, revision, name, kind, files, bytes, deleted_at)
       VALUES ($1::uuid, $2::uuid, 2147483647, '', 'photos', 0, 0, now())
       ON CONFLICT (workspace_id, id) DO UPDATE SET deleted_at = now(), revision = 2147483647`,
      [workspaceId, captureId],
    );
  }
}
