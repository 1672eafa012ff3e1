import { feedEventSchema, type FeedEvent, type FeedType } from '@stead/contracts/notifications';
import type { Database, Tx } from '@stead/platform/postgres';
import { FeedStore } from '../../application/ports';

/** Postgres channel on which streams hear that a workspace's feed has something new. */
export const FEED_CHANNEL = 'stead_feed';
const KEEP_HOURS = 72;
const KEEP_PROGRESS_HOURS = 2;

interface Row {
  id: string;
  type: string;
  at: Date;
  data: unknown;
}

export class PostgresFeedStore extends FeedStore {
  constructor(private readonly database: Database) {
    super();
  }

  async append(tx: Tx, workspaceId: string, messageId: string, type: FeedType, data: unknown): Promise<boolean> {
    // One writer per workspace at a time, so that ids become visible in their order and a reader never steps over one.
    await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended($1, 7))`, [workspaceId]);
    const added = await tx.execute(
      `WITH fresh AS (
         INSERT INTO notifications.effect (message_id, step) VALUES ($1::uuid, 'feed') ON CONFLICT DO NOTHING RETURNING message_id
       ) INSERT INTO notifications.feed (workspace_id, type, data) SELECT $2::uuid, $3, $4::jsonb FROM fresh`,
      [messageId, workspaceId, type, JSON.stringify(data)],
    );
    if (added > 0) tx.notify(FEED_CHANNEL, workspaceId);
    return added > 0;
  }

  async after(workspaceId: string, id: string, limit: number): Promise<FeedEvent[]> {
    const rows = await this.database.tenantTx(workspaceId, (tx) =>
      tx.query<Row>(
        // `ORDER BY id` would mean the text above it, and put 10 before 9.
        `SELECT f.id::text AS id, f.type, f.at, f.data FROM notifications.feed f
         WHERE f.workspace_id = $1::uuid AND f.id > $2::bigint ORDER BY f.id LIMIT $3`,
        [workspaceId, id, limit],
      ),
    );
    return rows.map((row) => feedEventSchema.parse({ ...row, at: row.at.toISOString() }));
  }

  async lastId(workspaceId: string): Promise<string> {
    const row = await this.database.tenantTx(workspaceId, (tx) =>
      tx.one<{ id: string }>(`SELECT coalesce(max(id), 0)::text AS id FROM notifications.feed WHERE workspace_id = $1::uuid`, [
        workspaceId,
      ]),
    );
    return row.id;
  }

  async sweep(): Promise<number> {
    return this.database.tx((tx) =>
      tx.execute(
        `DELETE FROM notifications.feed WHERE at < now() - interval '${KEEP_HOURS} hours'
           OR (type = 'run.progressed' AND at < now() - interval '${KEEP_PROGRESS_HOURS} hours')`,
        [],
      ),
    );
  }
}
