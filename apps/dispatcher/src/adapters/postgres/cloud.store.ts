import type { SqlExecutor, Tx } from '@stead/platform/postgres';
import { CloudStore, type CloudFigures, type LearntCloud } from '../../application/machines';

/** What is known of the machines that come and go on each cluster. */
export class PostgresCloudStore extends CloudStore {
  async save(tx: SqlExecutor, cluster: string, figures: CloudFigures, learnt: LearntCloud): Promise<void> {
    await tx.execute(
      `INSERT INTO dispatcher.cluster_cloud (name, figures, learnt, updated_at) VALUES ($1, $2::jsonb, $3::jsonb, now())
       ON CONFLICT (name) DO UPDATE SET figures = excluded.figures, learnt = excluded.learnt, updated_at = now()`,
      [cluster, JSON.stringify(figures), JSON.stringify(learnt)],
    );
  }

  async learnt(tx: Tx): Promise<Map<string, LearntCloud>> {
    const rows = await tx.query<{ name: string; learnt: LearntCloud }>(`SELECT name, learnt FROM dispatcher.cluster_cloud`, []);
    return new Map(rows.map(({ name, learnt }) => [name, learnt]));
  }
}
