import type { Database } from '@stead/platform/postgres';
import { VisitCounter } from '../../application/ports';
import type { ShareLink } from '../../domain/place';

export class PostgresVisitCounter extends VisitCounter {
  constructor(private readonly database: Database) {
    super();
  }

  async count({ workspaceId, id, viewsMax }: ShareLink): Promise<boolean> {
    // One statement, so that of two visits at once that find one view left, one gets it.
    const counted = await this.database.tenantTx(workspaceId, (tx) =>
      tx.execute(
        `INSERT INTO viewing.share_link_views AS v (workspace_id, link_id, views, last_at) VALUES ($1::uuid, $2::uuid, 1, now())
         ON CONFLICT (link_id) DO UPDATE SET views = v.views + 1, last_at = now() WHERE $3::int IS NULL OR v.views < $3::int`,
        [workspaceId, id, viewsMax],
      ),
    );
    return counted > 0;
  }
}
