import { mediaKindSchema, mediaProblemSchema, mediaStateSchema } from '@stead/contracts/studio';
import type { SqlExecutor, Tx } from '@stead/platform/postgres';
import { MediaStore, type MediaPage } from '../../application/media-ports';
import type { Media } from '../../domain/media';

interface Row {
  id: string;
  workspace_id: string;
  request_id: string;
  name: string;
  state: string;
  kind: string | null;
  media_type: string | null;
  extension: string | null;
  bytes: string;
  sha256: string;
  width_px: number | null;
  height_px: number | null;
  duration_s: number | null;
  problem: unknown;
  created_at: Date;
}

const COLUMNS = `workspace_id, id, request_id, name, state, kind, media_type, extension, bytes, sha256, width_px, height_px, duration_s,
  problem, created_at`;
const SELECT = `SELECT ${COLUMNS} FROM studio.media`;
const UNSENT_AT_ONCE = 100;
const NAMED_MAX = 5;

export class PostgresMediaStore extends MediaStore {
  async insert(tx: SqlExecutor, media: Media): Promise<void> {
    await tx.execute(
      `INSERT INTO studio.media (${COLUMNS})
       VALUES ($1::uuid, $2::uuid, $3::uuid, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14::jsonb, $15)`,
      [media.workspaceId, media.id, media.requestId, media.name, ...settledValues(media), media.createdAt],
    );
  }

  async find(tx: Tx, workspaceId: string, id: string, options?: { lock: boolean }): Promise<Media | null> {
    const row = await tx.maybeOne<Row>(
      `${SELECT} WHERE workspace_id = $1::uuid AND id = $2::uuid ${options?.lock === true ? 'FOR UPDATE' : ''}`,
      [workspaceId, id],
    );
    return row === null ? null : fromRow(row);
  }

  async findByRequest(tx: Tx, workspaceId: string, requestId: string): Promise<Media | null> {
    const row = await tx.maybeOne<Row>(`${SELECT} WHERE workspace_id = $1::uuid AND request_id = $2::uuid`, [
      ...[workspaceId, requestId],
    ]);
    return row === null ? null : fromRow(row);
  }

  async hold(tx: Tx, workspaceId: string, ids: readonly string[]): Promise<Media[]> {
    if (ids.length === 0) return [];
    const rows = await tx.query<Row>(
      `${SELECT} WHERE workspace_id = $1::uuid AND id = ANY($2::uuid[]) AND state <> 'deleted' ORDER BY id FOR SHARE`,
      [workspaceId, [...ids]],
    );
    return rows.map(fromRow);
  }

  async list(tx: Tx, workspaceId: string, { kind, before, limit }: MediaPage): Promise<Media[]> {
    const rows = await tx.query<Row>(
      `${SELECT} WHERE workspace_id = $1::uuid AND state <> 'deleted' AND ($2::text IS NULL OR kind = $2)
         AND ($3::uuid IS NULL OR id < $3::uuid) AND (state <> 'uploading' OR created_at > now() - interval '1 day')
       ORDER BY id DESC LIMIT $4`,
      [workspaceId, kind, before, limit],
    );
    return rows.map(fromRow);
  }

  async count(tx: Tx, workspaceId: string): Promise<number> {
    const { count } = await tx.one<{ count: number }>(
      `SELECT count(*)::int AS count FROM studio.media WHERE workspace_id = $1::uuid AND state <> 'deleted'`,
      [workspaceId],
    );
    return count;
  }

  async unsentBefore(tx: Tx, workspaceId: string, time: Date): Promise<Media[]> {
    const rows = await tx.query<Row>(
      `${SELECT} WHERE workspace_id = $1::uuid AND state = 'uploading' AND created_at < $2 ORDER BY id LIMIT ${UNSENT_AT_ONCE} FOR UPDATE`,
      [workspaceId, time],
    );
    return rows.map(fromRow);
  }

  async change(tx: SqlExecutor, media: Media, next: Media): Promise<boolean> {
    const changed = await tx.execute(
      `UPDATE studio.media SET name = $4, state = $5, kind = $6, media_type = $7, extension = $8, bytes = $9, sha256 = $10,
         width_px = $11, height_px = $12, duration_s = $13, problem = $14::jsonb
       WHERE workspace_id = $1::uuid AND id = $2::uuid AND state = $3`,
      [media.workspaceId, media.id, media.state, next.name, ...settledValues(next)],
    );
    return changed > 0;
  }

  async scenesThatShow(tx: Tx, workspaceId: string, id: string): Promise<string[]> {
    const rows = await tx.query<{ scene_id: string }>(
      `SELECT DISTINCT scene_id FROM studio.scene_element WHERE workspace_id = $1::uuid AND shows @> ARRAY[$2::uuid] LIMIT ${NAMED_MAX}`,
      [workspaceId, id],
    );
    return rows.map(({ scene_id: sceneId }) => sceneId);
  }
}

/** From `state` to `problem`, in the order of the columns. */
function settledValues({
  state,
  kind,
  mediaType,
  extension,
  bytes,
  sha256,
  widthPx,
  heightPx,
  durationS,
  problem,
}: Media): unknown[] {
  return [
    ...[state, kind, mediaType, extension, bytes, sha256, widthPx, heightPx, durationS],
    problem === null ? null : JSON.stringify(problem),
  ];
}

function fromRow(row: Row): Media {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    requestId: row.request_id,
    name: row.name,
    state: mediaStateSchema.parse(row.state),
    kind: mediaKindSchema.nullable().parse(row.kind),
    mediaType: row.media_type,
    extension: row.extension,
    bytes: Number(row.bytes),
    sha256: row.sha256,
    widthPx: row.width_px,
    heightPx: row.height_px,
    durationS: row.duration_s,
    problem: mediaProblemSchema.nullable().parse(row.problem),
    createdAt: row.created_at,
  };
}
