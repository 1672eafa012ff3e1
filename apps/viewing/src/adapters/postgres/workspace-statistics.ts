import type { Tx } from '@stead/platform/postgres';
import type { ViewedAfter } from '../../application/ports';
import {
  VISITORS_MIN,
  type Counted,
  type Period,
  type PublicationSum,
  type Scope,
  type WorkspaceSums,
} from '../../domain/statistics';

/** Rows of a workspace in a period, of all its publications or of one. What the publications themselves do has them as its subject. */
const ASKED = `workspace_id = $1::uuid AND day BETWEEN $2::date AND $3::date AND ($4::uuid IS NULL OR publication_id = $4::uuid)`;

/** How far a visit came, after it was opened. Named one by one, so that the index is used and hotspots are not read. */
const STEPS: readonly Counted[] = ['ready', 'moved', 'hotspot-view', 'tour-finished'];

/** Added up in the database: what comes back is as long as the period, however many publications there are. */
export async function sums(tx: Tx, workspaceId: string, scope: Scope, hotspotsMax: number): Promise<WorkspaceSums> {
  const asked = [workspaceId, scope.from, scope.to, scope.publicationId];
  const days = await tx.query<{ day: string; views: string; visitors: string }>(
    `SELECT to_char(day, 'YYYY-MM-DD') AS day, sum(count) AS views,
       coalesce(sum(visitors) FILTER (WHERE visitors >= $5), 0) AS visitors
     FROM viewing.view_sum WHERE ${ASKED} AND what = 'view' GROUP BY viewing.view_sum.day ORDER BY viewing.view_sum.day`,
    [...asked, VISITORS_MIN],
  );
  const people = await tx.one<{ visitors: string }>(
    `SELECT coalesce(sum(visitors), 0) AS visitors FROM (
       SELECT sum(visitors) AS visitors FROM viewing.view_sum WHERE ${ASKED} AND what = 'view'
       GROUP BY publication_id HAVING sum(visitors) >= $5) p`,
    [...asked, VISITORS_MIN],
  );
  const counts = await tx.query<{ what: Counted; count: string }>(
    `SELECT what, sum(count) AS count FROM viewing.view_sum WHERE ${ASKED} AND what = ANY($5) GROUP BY what`,
    [...asked, STEPS],
  );
  const hotspots = await tx.query<{
    hotspot_id: string;
    publication_id: string;
    visitors: string;
    opens: string;
    dwell_ms: string;
  }>(
    `SELECT subject AS hotspot_id, publication_id, sum(visitors) AS visitors, sum(count) AS opens, sum(dwell_ms) AS dwell_ms
     FROM viewing.view_sum WHERE ${ASKED} AND what = 'hotspot' GROUP BY publication_id, subject
     HAVING sum(visitors) >= $5 ORDER BY sum(count) DESC, subject LIMIT $6`,
    [...asked, VISITORS_MIN, hotspotsMax],
  );
  return {
    days: days.map(({ day, views, visitors }) => ({ day, views: Number(views), visitors: Number(visitors) })),
    visitors: Number(people.visitors),
    counts: Object.fromEntries(counts.map(({ what, count }) => [what, Number(count)])),
    hotspots: hotspots.map(({ hotspot_id: hotspotId, publication_id: publicationId, visitors, opens, dwell_ms: dwellMs }) => ({
      ...{ hotspotId, publicationId, visitors: Number(visitors), opens: Number(opens), dwellMs: Number(dwellMs) },
    })),
  };
}

export async function viewed(
  tx: Tx,
  workspaceId: string,
  { from, to }: Period,
  after: ViewedAfter | null,
  limit: number,
): Promise<PublicationSum[]> {
  const rows = await tx.query<{ id: string; title: string | null; views: string; visitors: string }>(
    `SELECT v.publication_id AS id, p.title, v.views, v.visitors FROM (
       SELECT publication_id, sum(count) AS views, sum(visitors) AS visitors FROM viewing.view_sum
       WHERE workspace_id = $1::uuid AND day BETWEEN $2::date AND $3::date AND what = 'view' GROUP BY publication_id) v
     LEFT JOIN viewing.publication p ON p.id = v.publication_id AND p.workspace_id = $1::uuid
     WHERE $4::bigint IS NULL OR (v.views, v.publication_id) < ($4::bigint, $5::uuid)
     ORDER BY v.views DESC, v.publication_id DESC LIMIT $6`,
    [workspaceId, from, to, after?.views ?? null, after?.publicationId ?? null, limit],
  );
  return rows.map(({ id: publicationId, title, views, visitors }) => ({
    ...{ publicationId, title, views: Number(views), visitors: Number(visitors) },
  }));
}
