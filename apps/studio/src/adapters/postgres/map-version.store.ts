import type { SqlExecutor, Tx } from '@stead/platform/postgres';
import { MapVersionStore } from '../../application/ports';
import type { KnownMapVersion } from '../../domain/publication';
import { VERSION_COLUMNS, fromVersionRow, type VersionRow } from './publication.mapping';

export class PostgresMapVersionStore extends MapVersionStore {
  async hold(tx: Tx, workspaceId: string, spaceMapId: string, versionId: string | null): Promise<KnownMapVersion | null> {
    const row = await tx.maybeOne<VersionRow>(
      `SELECT ${VERSION_COLUMNS} FROM studio.map_version v
       WHERE v.workspace_id = $1::uuid AND v.space_map_id = $2::uuid AND v.deleted_at IS NULL AND ($3::uuid IS NULL OR v.id = $3::uuid)
       ORDER BY v.number DESC LIMIT 1 FOR SHARE`,
      [workspaceId, spaceMapId, versionId],
    );
    return row === null ? null : fromVersionRow(row);
  }

  async find(tx: Tx, workspaceId: string, versionId: string): Promise<KnownMapVersion | null> {
    const row = await tx.maybeOne<VersionRow>(
      `SELECT ${VERSION_COLUMNS} FROM studio.map_version v WHERE v.workspace_id = $1::uuid AND v.id = $2::uuid AND v.deleted_at IS NULL`,
      [workspaceId, versionId],
    );
    return row === null ? null : fromVersionRow(row);
  }

  async remember(tx: SqlExecutor, workspaceId: string, version: KnownMapVersion): Promise<void> {
    const { id, spaceMapId, number, name, bundlePrefix, manifestSha256 } = version;
    await tx.execute(
      `INSERT INTO studio.map_version (workspace_id, id, space_map_id, number, name, bundle_prefix, manifest_sha256)
       VALUES ($1::uuid, $2::uuid, $3::uuid, $4, $5, $6, $7) ON CONFLICT (workspace_id, id) DO NOTHING`,
      [workspaceId, id, spaceMapId, number, name, bundlePrefix, manifestSha256],
    );
  }

  async forgetOne(tx: SqlExecutor, workspaceId: string, id: string): Promise<void> {
    await tx.execute(
      `UPDATE studio.map_version SET deleted_at = now() WHERE workspace_id = $1::uuid AND id = $2::uuid AND deleted_at IS NULL`,
      [workspaceId, id],
    );
  }

  async forget(tx: SqlExecutor, workspaceId: string, spaceMapId: string, ids: readonly string[]): Promise<void> {
    await tx.execute(
      `UPDATE studio.map_version SET deleted_at = now() WHERE workspace_id = $1::uuid AND space_map_id = $2::uuid AND deleted_at IS NULL`,
      [workspaceId, spaceMapId],
    );
    // Tombstones for those that were never heard of, so that a `ready` that arrives after `deleted` does not bring them back.
    await tx.execute(
      `INSERT INTO studio.map_version (workspace_id, id, space_map_id, number, name, bundle_prefix, manifest_sha256, deleted_at)
       SELECT $1::uuid, id, $2::uuid, 0, '', '', '', now() FROM unnest($3::uuid[]) AS t(id) ON CONFLICT (workspace_id, id) DO NOTHING`,
      [workspaceId, spaceMapId, [...ids]],
    );
  }
}
