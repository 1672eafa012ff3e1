import type { SqlExecutor, Tx } from '@stead/platform/postgres';
import { EditionStore } from '../../application/ports';
import type { Edition, Publication } from '../../domain/publication';
import { EDITION_COLUMNS, fromEditionRow, type EditionRow } from './publication.mapping';

export class PostgresEditionStore extends EditionStore {
  async insert(tx: SqlExecutor, publication: Pick<Publication, 'id' | 'workspaceId'>, edition: Edition, at: Date): Promise<void> {
    const { id, version, scene } = edition;
    const contents = scene?.contents;
    await tx.execute(
      `INSERT INTO studio.edition (workspace_id, id, publication_id, version_id, scene_id, scene_revision, elements, contents_key,
         contents_sha256, contents_bytes, created_at)
       VALUES ($1::uuid, $2::uuid, $3::uuid, $4::uuid, $5::uuid, $6, $7, $8, $9, $10, $11)`,
      [
        ...[
          publication.workspaceId,
          id,
          publication.id,
          version.id,
          scene?.id ?? null,
          scene?.revision ?? null,
          scene?.elements ?? null,
        ],
        ...[contents?.key ?? null, contents?.sha256 ?? null, contents?.bytes ?? null, at],
      ],
    );
  }

  async findAll(tx: Tx, workspaceId: string, ids: readonly string[]): Promise<Edition[]> {
    const rows = await tx.query<EditionRow>(
      `SELECT ${EDITION_COLUMNS} FROM studio.edition e
       JOIN studio.map_version v ON v.workspace_id = e.workspace_id AND v.id = e.version_id
       WHERE e.workspace_id = $1::uuid AND e.id = ANY($2::uuid[]) AND v.deleted_at IS NULL FOR SHARE OF v`,
      [workspaceId, [...ids]],
    );
    return rows.map(fromEditionRow);
  }
}
