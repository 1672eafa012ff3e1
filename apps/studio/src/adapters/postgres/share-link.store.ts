import { shareLinkStateSchema } from '@stead/contracts/studio';
import type { SqlExecutor, Tx } from '@stead/platform/postgres';
import { ShareLinkStore, type ShareLinkPage } from '../../application/ports';
import type { ShareLink } from '../../domain/share-link';

interface Row {
  id: string;
  workspace_id: string;
  sort_id: string;
  request_id: string;
  publication_id: string;
  name: string;
  state: string;
  password_hash: string | null;
  expires_at: Date | null;
  views_max: number | null;
  download: boolean;
  revision: number;
  created_at: Date;
  changed_at: Date;
}

const COLUMNS = `workspace_id, id, sort_id, request_id, publication_id, name, state, password_hash, expires_at, views_max, download,
  revision, created_at, changed_at`;
const SELECT = `SELECT ${COLUMNS} FROM studio.share_link`;

export class PostgresShareLinkStore extends ShareLinkStore {
  async insert(tx: SqlExecutor, link: ShareLink): Promise<void> {
    const { workspaceId, id, sortId, requestId, publicationId, name, state, passwordHash, expiresAt, viewsMax } = link;
    await tx.execute(
      `INSERT INTO studio.share_link (${COLUMNS})
       VALUES ($1::uuid, $2::uuid, $3::uuid, $4::uuid, $5::uuid, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
      [
        ...[workspaceId, id, sortId, requestId, publicationId, name, state, passwordHash, expiresAt, viewsMax],
        ...[link.download, link.revision, link.createdAt, link.changedAt],
      ],
    );
  }

  async find(tx: Tx, workspaceId: string, id: string, options?: { lock: boolean }): Promise<ShareLink | null> {
    const row = await tx.maybeOne<Row>(
      `${SELECT} WHERE workspace_id = $1::uuid AND id = $2::uuid ${options?.lock === true ? 'FOR UPDATE' : ''}`,
      [workspaceId, id],
    );
    return row === null ? null : fromRow(row);
  }

  async findByRequest(tx: Tx, workspaceId: string, requestId: string): Promise<ShareLink | null> {
    const row = await tx.maybeOne<Row>(`${SELECT} WHERE workspace_id = $1::uuid AND request_id = $2::uuid`, [
      workspaceId,
      requestId,
    ]);
    return row === null ? null : fromRow(row);
  }

  async list(tx: Tx, workspaceId: string, publicationId: string, { before, limit }: ShareLinkPage): Promise<ShareLink[]> {
    const rows = await tx.query<Row>(
      `${SELECT} WHERE workspace_id = $1::uuid AND publication_id = $2::uuid AND state = 'active'
         AND ($3::uuid IS NULL OR sort_id < $3::uuid)
       ORDER BY sort_id DESC LIMIT $4`,
      [workspaceId, publicationId, before, limit],
    );
    return rows.map(fromRow);
  }

  async countActive(tx: Tx, workspaceId: string, publicationId: string): Promise<number> {
    const [row] = await tx.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM studio.share_link
       WHERE workspace_id = $1::uuid AND publication_id = $2::uuid AND state = 'active'`,
      [workspaceId, publicationId],
    );
    return row?.count ?? 0;
  }

  async change(tx: SqlExecutor, link: ShareLink, next: ShareLink): Promise<boolean> {
    const { name, state, passwordHash, expiresAt, viewsMax, download, revision, changedAt } = next;
    const changed = await tx.execute(
      `UPDATE studio.share_link SET name = $4, state = $5, password_hash = $6, expires_at = $7, views_max = $8, download = $9,
         revision = $10, changed_at = $11
       WHERE workspace_id = $1::uuid AND id = $2::uuid AND revision = $3`,
      [
        ...[link.workspaceId, link.id, link.revision],
        ...[name, state, passwordHash, expiresAt, viewsMax, download, revision, changedAt],
      ],
    );
    return changed > 0;
  }
}

function fromRow(row: Row): ShareLink {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    sortId: row.sort_id,
    requestId: row.request_id,
    publicationId: row.publication_id,
    name: row.name,
    state: shareLinkStateSchema.parse(row.state),
    passwordHash: row.password_hash,
    expiresAt: row.expires_at,
    viewsMax: row.views_max,
    download: row.download,
    revision: row.revision,
    createdAt: row.created_at,
    changedAt: row.changed_at,
  };
}
