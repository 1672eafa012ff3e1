import type { Database } from '@stead/platform/postgres';
import { SightingStore, type ViewedAfter } from '../../application/ports';
import type {
  Counted,
  LinkViews,
  Period,
  PublicationSum,
  Scope,
  Sighting,
  ViewSum,
  WorkspaceSums,
} from '../../domain/statistics';
import * as workspace from './workspace-statistics';

interface SumRow {
  subject: string;
  what: Counted;
  day: string;
  count: string;
  visitors: string;
  dwell_ms: string;
}

export class PostgresSightingStore extends SightingStore {
  constructor(private readonly database: Database) {
    super();
  }

  async add(sightings: readonly Sighting[]): Promise<void> {
    for (const [workspaceId, own] of byWorkspace(sightings)) await this.addOf(workspaceId, own);
  }

  async sums(workspaceId: string, publicationId: string, { from, to }: { from: string; to: string }): Promise<ViewSum[]> {
    const rows = await this.database.tenantTx(workspaceId, (tx) =>
      tx.query<SumRow>(
        `SELECT subject, what, to_char(day, 'YYYY-MM-DD') AS day, count, visitors, dwell_ms FROM viewing.view_sum
         WHERE workspace_id = $1::uuid AND publication_id = $2::uuid AND day BETWEEN $3::date AND $4::date`,
        [workspaceId, publicationId, from, to],
      ),
    );
    return rows.map(({ subject, what, day, count, visitors, dwell_ms: dwellMs }) => ({
      ...{ subject, what, day, count: Number(count), visitors: Number(visitors), dwellMs: Number(dwellMs) },
    }));
  }

  async links(workspaceId: string, publicationId: string): Promise<LinkViews[]> {
    const rows = await this.database.tenantTx(workspaceId, (tx) =>
      tx.query<{ id: string; views: number; last_at: Date | null }>(
        `SELECT l.id, coalesce(v.views, 0) AS views, v.last_at FROM viewing.share_link l
         LEFT JOIN viewing.share_link_views v ON v.link_id = l.id AND v.workspace_id = l.workspace_id
         WHERE l.workspace_id = $1::uuid AND l.publication_id = $2::uuid ORDER BY v.views DESC NULLS LAST, l.id`,
        [workspaceId, publicationId],
      ),
    );
    return rows.map(({ id: linkId, views, last_at: lastAt }) => ({ linkId, views, lastAt }));
  }

  workspaceSums(workspaceId: string, scope: Scope, hotspotsMax: number): Promise<WorkspaceSums> {
    return this.database.tenantTx(workspaceId, (tx) => workspace.sums(tx, workspaceId, scope, hotspotsMax));
  }

  viewed(workspaceId: string, period: Period, after: ViewedAfter | null, limit: number): Promise<PublicationSum[]> {
    return this.database.tenantTx(workspaceId, (tx) => workspace.viewed(tx, workspaceId, period, after, limit));
  }

  async forgetBefore(day: string): Promise<void> {
    await this.database.query('DELETE FROM viewing.visitor_counted WHERE day < $1::date', [day]);
  }

  /** Sums and who is new in them, in one statement: a visitor counts once a day, whatever comes at once. */
  private async addOf(workspaceId: string, sightings: readonly Sighting[]): Promise<void> {
    const rows = sightings.map(({ publicationId, subject, what, day, dwellMs, visitor }) => ({
      ...{ publication_id: publicationId, subject, what, day, dwell_ms: dwellMs, visitor: visitor.toString('hex') },
    }));
    await this.database.tenantTx(workspaceId, (tx) =>
      tx.execute(
        `WITH seen AS (
           SELECT * FROM jsonb_to_recordset($2::jsonb)
             AS t (publication_id uuid, subject uuid, what text, day date, dwell_ms bigint, visitor text)
         ), fresh AS (
           INSERT INTO viewing.visitor_counted (workspace_id, publication_id, subject, what, day, visitor)
           SELECT DISTINCT $1::uuid, publication_id, subject, what, day, decode(visitor, 'hex') FROM seen
           ORDER BY 2, 3, 4, 5, 6
           ON CONFLICT DO NOTHING
           RETURNING publication_id, subject, what, day
         ), sums AS (
           SELECT s.publication_id, s.subject, s.what, s.day, count(*) AS count, sum(s.dwell_ms) AS dwell_ms,
             (SELECT count(*) FROM fresh f
                WHERE (f.publication_id, f.subject, f.what, f.day) = (s.publication_id, s.subject, s.what, s.day)) AS visitors
           FROM seen s GROUP BY s.publication_id, s.subject, s.what, s.day
         )
         INSERT INTO viewing.view_sum AS v (workspace_id, publication_id, subject, what, day, count, visitors, dwell_ms)
         SELECT $1::uuid, publication_id, subject, what, day, count, visitors, dwell_ms FROM sums
         ORDER BY publication_id, what, subject, day
         ON CONFLICT (workspace_id, publication_id, what, subject, day) DO UPDATE SET count = v.count + excluded.count,
           visitors = v.visitors + excluded.visitors, dwell_ms = v.dwell_ms + excluded.dwell_ms`,
        [workspaceId, JSON.stringify(rows)],
      ),
    );
  }
}

function byWorkspace(sightings: readonly Sighting[]): Map<string, Sighting[]> {
  const found = new Map<string, Sighting[]>();
  for (const sighting of sightings) found.set(sighting.workspaceId, [...(found.get(sighting.workspaceId) ?? []), sighting]);
  return found;
}
