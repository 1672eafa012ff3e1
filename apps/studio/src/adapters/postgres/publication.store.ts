import type { SqlExecutor, Tx } from '@stead/platform/postgres';
import { PublicationStore, type PublicationPage } from '../../application/ports';
import type { Publication, PublicationChange } from '../../domain/publication';
import {
  PUBLICATION_COLUMNS,
  fromPublicationRow,
  toAccessValues,
  toPublicationValues,
  type PublicationRow,
} from './publication.mapping';

const SELECT = `SELECT ${PUBLICATION_COLUMNS} FROM studio.publication p
  JOIN studio.edition e ON e.workspace_id = p.workspace_id AND e.id = p.edition_id
  JOIN studio.map_version v ON v.workspace_id = e.workspace_id AND v.id = e.version_id`;
/** More of one map are closed by further deliveries of the same message; nobody makes so many. */
const OF_MAP_MAX = 10_000;

export class PostgresPublicationStore extends PublicationStore {
  async insert(tx: SqlExecutor, publication: Publication): Promise<boolean> {
    const inserted = await tx.execute(
      `INSERT INTO studio.publication (workspace_id, id, sort_id, request_id, space_map_id, title, state, edition_id, earlier,
         revision, created_at, changed_at, visibility, password_hash, embed_sites, embed_anywhere, preview, photos)
       VALUES ($1::uuid, $2::uuid, $3::uuid, $4::uuid, $5::uuid, $6, $7, $8::uuid, $9::uuid[], $10, $11, $12, $13, $14, $15::text[], $16, $17::jsonb, $18)
       ON CONFLICT (workspace_id, request_id) DO NOTHING`,
      toPublicationValues(publication),
    );
    return inserted > 0;
  }

  async find(tx: Tx, workspaceId: string, id: string, options?: { lock: boolean }): Promise<Publication | null> {
    const row = await tx.maybeOne<PublicationRow>(
      `${SELECT} WHERE p.workspace_id = $1::uuid AND p.id = $2::uuid ${options?.lock === true ? 'FOR UPDATE OF p' : ''}`,
      [workspaceId, id],
    );
    return row === null ? null : fromPublicationRow(row);
  }

  async findByRequest(tx: Tx, workspaceId: string, requestId: string): Promise<Publication | null> {
    const row = await tx.maybeOne<PublicationRow>(`${SELECT} WHERE p.workspace_id = $1::uuid AND p.request_id = $2::uuid`, [
      workspaceId,
      requestId,
    ]);
    return row === null ? null : fromPublicationRow(row);
  }

  async list(tx: Tx, workspaceId: string, { spaceMapId, title, before, limit }: PublicationPage): Promise<Publication[]> {
    const rows = await tx.query<PublicationRow>(
      `${SELECT} WHERE p.workspace_id = $1::uuid AND p.state <> 'closed' AND ($2::uuid IS NULL OR p.space_map_id = $2::uuid)
         AND ($3::uuid IS NULL OR p.sort_id < $3::uuid) AND ($5::text IS NULL OR strpos(lower(p.title), lower($5)) > 0)
       ORDER BY p.sort_id DESC LIMIT $4`,
      [workspaceId, spaceMapId, before, limit, title],
    );
    return rows.map(fromPublicationRow);
  }

  async lockOfMap(tx: Tx, workspaceId: string, spaceMapId: string): Promise<Publication[]> {
    const rows = await tx.query<PublicationRow>(
      `${SELECT} WHERE p.workspace_id = $1::uuid AND p.space_map_id = $2::uuid AND p.state <> 'closed'
       ORDER BY p.id LIMIT ${OF_MAP_MAX} FOR UPDATE OF p`,
      [workspaceId, spaceMapId],
    );
    return rows.map(fromPublicationRow);
  }

  async change(tx: SqlExecutor, publication: Publication, change: PublicationChange, changedAt: Date): Promise<boolean> {
    const { title, state, edition, earlier } = change;
    const changed = await tx.execute(
      `UPDATE studio.publication SET title = $4, state = $5, edition_id = $6::uuid, earlier = $7::uuid[], changed_at = $8,
         visibility = $9, password_hash = $10, embed_sites = $11::text[], embed_anywhere = $12, preview = $13::jsonb, photos = $14,
         revision = revision + 1
       WHERE workspace_id = $1::uuid AND id = $2::uuid AND revision = $3`,
      [
        ...[publication.workspaceId, publication.id, publication.revision],
        ...[title, state, edition.id, earlier.map(({ id }) => id), changedAt],
        ...toAccessValues(change),
      ],
    );
    return changed > 0;
  }
}
