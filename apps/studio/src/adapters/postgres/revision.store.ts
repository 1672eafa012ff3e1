import type { SqlExecutor, Tx } from '@stead/platform/postgres';
import { RevisionStore } from '../../application/scene-ports';
import type { Revision, SceneRevision } from '../../domain/revision';
import type { Scene, SceneEdit } from '../../domain/scene';
import { REVISION_COLUMNS, fromEditJson, fromRevisionRow, type RevisionRow } from './scene.mapping';

const OF_SCENE = 'FROM studio.scene_revision r WHERE r.workspace_id = $1::uuid AND r.scene_id = $2::uuid';

export class PostgresRevisionStore extends RevisionStore {
  async ofChange(tx: Tx, { workspaceId, id }: Scene, changeId: string): Promise<number | null> {
    const row = await tx.maybeOne<{ number: number }>(`SELECT r.number ${OF_SCENE} AND r.change_id = $3::uuid`, [
      ...[workspaceId, id, changeId],
    ]);
    return row?.number ?? null;
  }

  async find(tx: Tx, { workspaceId, id }: Scene, number: number): Promise<Revision | null> {
    const row = await tx.maybeOne<RevisionRow & { edit: unknown }>(
      `SELECT ${REVISION_COLUMNS}, r.edit ${OF_SCENE} AND r.number = $3`,
      [workspaceId, id, number],
    );
    if (row === null) return null;
    const { edit, ...line } = row;
    return { ...fromRevisionRow(line), edit: fromEditJson(edit) };
  }

  async list(
    tx: Tx,
    { workspaceId, id }: Scene,
    { before, limit }: { before: string | null; limit: number },
  ): Promise<SceneRevision[]> {
    const rows = await tx.query<RevisionRow>(
      `SELECT ${REVISION_COLUMNS} ${OF_SCENE} AND ($3::uuid IS NULL OR r.number < (SELECT c.number FROM studio.scene_revision c
         WHERE c.workspace_id = $1::uuid AND c.scene_id = $2::uuid AND c.change_id = $3::uuid)) ORDER BY r.number DESC LIMIT $4`,
      [workspaceId, id, before, limit],
    );
    return rows.map(fromRevisionRow);
  }

  async editsBetween(tx: Tx, { workspaceId, id }: Scene, from: number, to: number, limit: number): Promise<SceneEdit[]> {
    const rows = await tx.query<{ edit: unknown }>(
      `SELECT r.edit ${OF_SCENE} AND r.number > $3 AND r.number <= $4 ORDER BY r.number LIMIT $5`,
      [workspaceId, id, from, to, limit],
    );
    return rows.map(({ edit }) => fromEditJson(edit));
  }

  async newestToUndo(tx: Tx, { workspaceId, id }: Scene): Promise<number | null> {
    const row = await tx.maybeOne<{ number: number }>(
      `SELECT r.number ${OF_SCENE} AND r.cause IN ('edit', 'restore', 'move') AND r.undone_by IS NULL ORDER BY r.number DESC LIMIT 1`,
      [workspaceId, id],
    );
    return row?.number ?? null;
  }

  async markUndone(tx: SqlExecutor, { workspaceId, id }: Scene, number: number, by: number): Promise<void> {
    await tx.execute(
      `UPDATE studio.scene_revision SET undone_by = $4 WHERE workspace_id = $1::uuid AND scene_id = $2::uuid AND number = $3`,
      [workspaceId, id, number, by],
    );
  }
}
