import type { Database, Tx } from '@stead/platform/postgres';
import { SweepStore, type Unpurged } from '../../application/sweep-ports';
import type { Capture } from '../../domain/capture';
import { CAPTURE, fromCaptureRow, type CaptureRow } from './capture.store';

export class PostgresSweepStore extends SweepStore {
  constructor(private readonly worker: Database) {
    super();
  }

  tx<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.worker.tx(work);
  }

  async takeAbandoned(tx: Tx, idleS: number, limit: number): Promise<Capture[]> {
    const rows = await tx.query<CaptureRow>(
      `SELECT ${CAPTURE} FROM workspaces.capture c
       WHERE c.state = 'uploading' AND c.changed_at < now() - make_interval(secs => $1)
       ORDER BY c.changed_at LIMIT $2 FOR UPDATE SKIP LOCKED`,
      [idleS, limit],
    );
    return rows.map(fromCaptureRow);
  }

  unpurged(deletedForS: number, limit: number): Promise<Unpurged[]> {
    return this.worker.query<Unpurged>(
      `SELECT c.workspace_id AS "workspaceId", c.id AS "captureId",
         coalesce((SELECT jsonb_agg(jsonb_build_object('fileId', f.id, 'uploadId', f.upload_id)) FROM workspaces.capture_file f
           WHERE f.workspace_id = c.workspace_id AND f.capture_id = c.id AND f.upload_id IS NOT NULL), '[]') AS uploads
       FROM workspaces.capture c
       WHERE c.state = 'deleted' AND c.purged_at IS NULL AND c.changed_at < now() - make_interval(secs => $1)
       ORDER BY c.changed_at LIMIT $2`,
      [deletedForS, limit],
    );
  }

  markPurged(workspaceId: string, captureId: string): Promise<boolean> {
    return this.worker.tx(async (tx) => {
      const marked = await tx.execute(
        `UPDATE workspaces.capture SET purged_at = now()
         WHERE workspace_id = $1::uuid AND id = $2::uuid AND state = 'deleted' AND purged_at IS NULL`,
        [workspaceId, captureId],
      );
      if (marked === 0) return false;
      await tx.execute(`DELETE FROM workspaces.capture_file WHERE workspace_id = $1::uuid AND capture_id = $2::uuid`, [
        workspaceId,
        captureId,
      ]);
      return true;
    });
  }

  deleteExpiredSessions(limit: number): Promise<number> {
    return this.worker.tx((tx) =>
      tx.execute(
        `DELETE FROM workspaces.refresh_token WHERE digest IN (
           SELECT digest FROM workspaces.refresh_token WHERE absolute_expiry <= now()
           ORDER BY absolute_expiry LIMIT $1 FOR UPDATE SKIP LOCKED)`,
        [limit],
      ),
    );
  }

  deleteOldInvitations(expiredForS: number, limit: number): Promise<number> {
    return this.worker.tx((tx) =>
      tx.execute(
        `DELETE FROM workspaces.invitation WHERE (workspace_id, id) IN (
           SELECT workspace_id, id FROM workspaces.invitation
           WHERE expires_at < now() - make_interval(secs => $1)
           ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED)`,
        [expiredForS, limit],
      ),
    );
  }
}
