import { attentionSchema, elementSchema, type Attention, type Element, type ElementKind } from '@stead/contracts/studio';
import type { SqlExecutor, Tx } from '@stead/platform/postgres';
import { ElementStore, type ElementPage, type StoredElement } from '../../application/scene-ports';
import { referencesOf } from '../../domain/references';
import { mediaOf } from '../../domain/shown-media';
import type { Scene, SceneEdit } from '../../domain/scene';
import { fromElementBody } from './scene.mapping';

const OF_SCENE = 'FROM studio.scene_element e WHERE e.workspace_id = $1::uuid AND e.scene_id = $2::uuid';
/** More are not named to anybody. */
const REFERRERS_MAX = 100;

export class PostgresElementStore extends ElementStore {
  async findAll(tx: Tx, { workspaceId, id }: Scene, ids: readonly string[]): Promise<Element[]> {
    if (ids.length === 0) return [];
    const rows = await tx.query<{ body: unknown }>(`SELECT e.body ${OF_SCENE} AND e.id = ANY($3::uuid[])`, [
      workspaceId,
      id,
      [...ids],
    ]);
    return rows.map(({ body }) => fromElementBody(body));
  }

  async kindsOf(tx: Tx, { workspaceId, id }: Scene, ids: readonly string[]): Promise<Map<string, ElementKind>> {
    const rows = await tx.query<{ id: string; kind: string }>(`SELECT e.id, e.kind ${OF_SCENE} AND e.id = ANY($3::uuid[])`, [
      ...[workspaceId, id, [...ids]],
    ]);
    return new Map(rows.map((row) => [row.id, kindOf(row.kind)]));
  }

  async referrersOf(tx: Tx, { workspaceId, id }: Scene, ids: readonly string[]): Promise<{ id: string; to: string }[]> {
    return tx.query<{ id: string; to: string }>(
      `SELECT e.id, s."to" FROM studio.scene_element e CROSS JOIN LATERAL unnest(e.speaks_of) AS s ("to")
       WHERE e.workspace_id = $1::uuid AND e.scene_id = $2::uuid AND e.speaks_of && $3::uuid[] AND s."to" = ANY($3::uuid[])
         AND NOT (e.id = ANY($3::uuid[])) LIMIT ${REFERRERS_MAX}`,
      [workspaceId, id, [...ids]],
    );
  }

  async calibrationOf(tx: Tx, { workspaceId, id }: Scene): Promise<string | null> {
    const row = await tx.maybeOne<{ id: string }>(`SELECT e.id ${OF_SCENE} AND e.kind = 'calibration'`, [workspaceId, id]);
    return row?.id ?? null;
  }

  async apply(
    tx: SqlExecutor,
    { workspaceId, id: sceneId }: Scene,
    { elements }: SceneEdit,
    revision: number,
    attention: ReadonlyMap<string, Attention> = new Map(),
  ): Promise<void> {
    const removed = [...elements].filter(([, { after }]) => after === null).map(([id]) => id);
    const put = [...elements.values()].flatMap(({ after }) => after ?? []);
    if (removed.length > 0)
      await tx.execute(
        `DELETE FROM studio.scene_element WHERE workspace_id = $1::uuid AND scene_id = $2::uuid AND id = ANY($3::uuid[])`,
        [workspaceId, sceneId, removed],
      );
    const rows = put.map((body) => ({
      id: body.id,
      kind: body.kind,
      body,
      speaks_of: referencesOf(body).map(({ to }) => to),
      shows: mediaOf(body).map(({ mediaId }) => mediaId),
    }));
    if (rows.length > 0)
      await tx.execute(
        `INSERT INTO studio.scene_element (workspace_id, scene_id, id, kind, body, speaks_of, shows, revision)
       SELECT $1::uuid, $2::uuid, t.id, t.kind, t.body, t.speaks_of, t.shows, $4
       FROM jsonb_to_recordset($3::jsonb) AS t (id uuid, kind text, body jsonb, speaks_of uuid[], shows uuid[])
       ON CONFLICT (workspace_id, scene_id, id) DO UPDATE SET body = excluded.body, speaks_of = excluded.speaks_of, shows = excluded.shows,
         revision = excluded.revision, attention = NULL`,
        [workspaceId, sceneId, JSON.stringify(rows), revision],
      );
    if (attention.size === 0) return;
    // Also of those that the edit leaves as they are: where nothing tells how to move them, they stay, and need it all the more.
    const needed = [...attention].map(([id, value]) => ({ id, value }));
    await tx.execute(
      `UPDATE studio.scene_element e SET attention = t.value FROM jsonb_to_recordset($3::jsonb) AS t (id uuid, value jsonb)
       WHERE e.workspace_id = $1::uuid AND e.scene_id = $2::uuid AND e.id = t.id`,
      [workspaceId, sceneId, JSON.stringify(needed)],
    );
  }

  async settle(tx: SqlExecutor, { workspaceId, id: sceneId }: Scene, id: string): Promise<boolean> {
    const settled = await tx.execute(
      `UPDATE studio.scene_element SET attention = NULL WHERE workspace_id = $1::uuid AND scene_id = $2::uuid AND id = $3::uuid`,
      [workspaceId, sceneId, id],
    );
    return settled > 0;
  }

  async list(tx: Tx, { workspaceId, id }: Scene, { after, limit, attention }: ElementPage): Promise<StoredElement[]> {
    const rows = await tx.query<{ body: unknown; revision: number; attention: unknown }>(
      `SELECT e.body, e.revision, e.attention ${OF_SCENE} AND ($3::uuid IS NULL OR e.id > $3::uuid)
         ${attention ? 'AND e.attention IS NOT NULL' : ''} ORDER BY e.id LIMIT $4`,
      [workspaceId, id, after, limit],
    );
    return rows.map((row) => ({
      element: fromElementBody(row.body),
      revision: row.revision,
      attention: attentionSchema.nullable().parse(row.attention),
    }));
  }
}

const kinds = new Set<string>(elementSchema.options.map((option) => option.shape.kind.value));

function kindOf(kind: string): ElementKind {
  if (!kinds.has(kind)) throw new Error(`${kind} is no kind of element`);
  return kind as ElementKind; // it is one of those that the contract lists
}
