import { randomUUID } from 'node:crypto';
import type { SqlExecutor, Tx } from '@stead/platform/postgres';
import { SceneStore, type ScenePage } from '../../application/scene-ports';
import type { Revision } from '../../domain/revision';
import { NO_EDIT, type Scene } from '../../domain/scene';
import { SCENE_COLUMNS, fromSceneRow, toRevisionValues, type SceneRow } from './scene.mapping';

const SELECT = `SELECT ${SCENE_COLUMNS} FROM studio.scene s
  JOIN studio.map_version v ON v.workspace_id = s.workspace_id AND v.id = s.version_id`;

export class PostgresSceneStore extends SceneStore {
  async insert(tx: SqlExecutor, scene: Scene, by: string): Promise<boolean> {
    const inserted = await tx.execute(
      `INSERT INTO studio.scene (workspace_id, id, request_id, space_map_id, version_id, name, start, revision, elements, created_at, changed_at)
       VALUES ($1::uuid, $2::uuid, $3::uuid, $4::uuid, $5::uuid, $6, $7::jsonb, $8, $9, $10, $11)
       ON CONFLICT (workspace_id, request_id) DO NOTHING`,
      [
        ...[
          scene.workspaceId,
          scene.id,
          scene.requestId,
          scene.spaceMapId,
          scene.version.id,
          scene.name,
          JSON.stringify(scene.start),
        ],
        ...[scene.revision, scene.elements, scene.createdAt, scene.changedAt],
      ],
    );
    if (inserted === 0) return false;
    const { revision: number, createdAt: at } = scene;
    await insertRevision(tx, scene, {
      ...{ number, at, by, cause: 'create', of: null, undoneBy: null, changeId: randomUUID(), edit: NO_EDIT },
    });
    return true;
  }

  async find(tx: Tx, workspaceId: string, id: string, { lock }: { lock: boolean } = { lock: false }): Promise<Scene | null> {
    const row = await tx.maybeOne<SceneRow>(
      `${SELECT} WHERE s.workspace_id = $1::uuid AND s.id = $2::uuid${lock ? ' FOR UPDATE OF s' : ''}`,
      [workspaceId, id],
    );
    return row === null ? null : fromSceneRow(row);
  }

  async findByRequest(tx: Tx, workspaceId: string, requestId: string): Promise<Scene | null> {
    const row = await tx.maybeOne<SceneRow>(`${SELECT} WHERE s.workspace_id = $1::uuid AND s.request_id = $2::uuid`, [
      workspaceId,
      requestId,
    ]);
    return row === null ? null : fromSceneRow(row);
  }

  async list(tx: Tx, workspaceId: string, { spaceMapId, before, limit }: ScenePage): Promise<Scene[]> {
    const rows = await tx.query<SceneRow>(
      `${SELECT} WHERE s.workspace_id = $1::uuid AND ($2::uuid IS NULL OR s.space_map_id = $2::uuid)
         AND ($3::uuid IS NULL OR s.id < $3::uuid)
       ORDER BY s.id DESC LIMIT $4`,
      [workspaceId, spaceMapId, before, limit],
    );
    return rows.map(fromSceneRow);
  }

  async lockOfVersion(tx: Tx, workspaceId: string, versionId: string): Promise<Scene[]> {
    const rows = await tx.query<SceneRow>(
      `${SELECT} WHERE s.workspace_id = $1::uuid AND s.version_id = $2::uuid ORDER BY s.id FOR UPDATE OF s`,
      [workspaceId, versionId],
    );
    return rows.map(fromSceneRow);
  }

  async hasOfMap(tx: Tx, workspaceId: string, spaceMapId: string): Promise<boolean> {
    const { found } = await tx.one<{ found: boolean }>(
      `SELECT EXISTS (SELECT 1 FROM studio.scene WHERE workspace_id = $1::uuid AND space_map_id = $2::uuid) AS found`,
      [workspaceId, spaceMapId],
    );
    return found;
  }

  async change(tx: SqlExecutor, scene: Scene, next: Scene, revision: Revision): Promise<boolean> {
    const changed = await tx.execute(
      `UPDATE studio.scene SET name = $4, start = $5::jsonb, elements = $6, changed_at = $7, version_id = $8::uuid, revision = revision + 1
       WHERE workspace_id = $1::uuid AND id = $2::uuid AND revision = $3`,
      [
        ...[scene.workspaceId, scene.id, scene.revision],
        ...[next.name, JSON.stringify(next.start), next.elements, next.changedAt, next.version.id],
      ],
    );
    if (changed === 0) return false;
    await insertRevision(tx, scene, revision);
    return true;
  }

  async delete(tx: SqlExecutor, workspaceId: string, id: string): Promise<boolean> {
    const deleted = await tx.execute(`DELETE FROM studio.scene WHERE workspace_id = $1::uuid AND id = $2::uuid`, [
      workspaceId,
      id,
    ]);
    return deleted > 0;
  }

  async deleteOfMap(tx: SqlExecutor, workspaceId: string, spaceMapId: string): Promise<void> {
    await tx.execute(`DELETE FROM studio.scene WHERE workspace_id = $1::uuid AND space_map_id = $2::uuid`, [
      workspaceId,
      spaceMapId,
    ]);
  }
}

async function insertRevision(tx: SqlExecutor, { workspaceId, id }: Scene, revision: Revision): Promise<void> {
  await tx.execute(
    `INSERT INTO studio.scene_revision (workspace_id, scene_id, number, change_id, at, by, cause, of, undone_by, put, removed, edit)
     VALUES ($1::uuid, $2::uuid, $3, $4::uuid, $5, $6, $7, $8, $9, $10, $11, $12::jsonb)`,
    [workspaceId, id, ...toRevisionValues(revision)],
  );
}
