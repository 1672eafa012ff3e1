import type { SqlExecutor, Tx } from '@stead/platform/postgres';
import { PublicationToldStore } from '../../application/webhook-ports';
import type { PublicationTold } from '../../domain/outward-news';

export class PostgresPublicationToldStore extends PublicationToldStore {
  async find(tx: Tx, workspaceId: string, publicationId: string): Promise<PublicationTold | null> {
    // Not the row alone: of a publication that is new there is none yet to lock.
    await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended($1, 10))`, [publicationId]);
    return tx.maybeOne<PublicationTold>(
      `SELECT revision, state FROM notifications.publication_told WHERE workspace_id = $1::uuid AND publication_id = $2::uuid`,
      [workspaceId, publicationId],
    );
  }

  async remember(tx: SqlExecutor, workspaceId: string, publicationId: string, told: PublicationTold): Promise<void> {
    await tx.execute(
      `INSERT INTO notifications.publication_told (workspace_id, publication_id, revision, state) VALUES ($1::uuid, $2::uuid, $3, $4)
       ON CONFLICT (workspace_id, publication_id) DO UPDATE SET revision = excluded.revision, state = excluded.state`,
      [workspaceId, publicationId, told.revision, told.state],
    );
  }
}
