import { olderThan, type SqlExecutor, type Tx } from '@stead/platform/postgres';
import { SpaceMapStore, type MapPage, type VersionChange } from '../../application/ports';
import type { MapVersion, SpaceMap } from '../../domain/map-version';
import { fromMapRow, fromVersionRow, toVersionValues, type MapRow, type VersionRow } from './space-map.mapping';

const MAP = 'm.id, m.workspace_id, m.name, m.live_version_id, m.revision, m.created_at';
const VERSION = `v.id, v.workspace_id, v.space_map_id, v.number, v.redaction_of, v.capture_id, v.run_id, v.preset, v.options, v.state, v.revision,
  v.run_revision, v.cluster, v.why, v.result, v.failure, v.created_at, v.finished_at`;
const VERSIONS_MAX = 1000;

export class PostgresSpaceMapStore extends SpaceMapStore {
  async insertMap(tx: SqlExecutor, map: SpaceMap): Promise<boolean> {
    const inserted = await tx.execute(
      `INSERT INTO space_maps.space_map (workspace_id, id, name, revision, created_at) VALUES ($1::uuid, $2::uuid, $3, $4, $5)
       ON CONFLICT (workspace_id, id) DO NOTHING`,
      [map.workspaceId, map.id, map.name, map.revision, map.createdAt],
    );
    return inserted > 0;
  }

  async findMap(tx: Tx, workspaceId: string, id: string, options?: { lock: boolean }): Promise<SpaceMap | null> {
    const row = await tx.maybeOne<MapRow>(
      `SELECT ${MAP} FROM space_maps.space_map m WHERE m.workspace_id = $1::uuid AND m.id = $2::uuid AND m.deleted_at IS NULL
       ${options?.lock === true ? 'FOR UPDATE' : ''}`,
      [workspaceId, id],
    );
    return row === null ? null : fromMapRow(row);
  }

  async listMaps(
    tx: Tx,
    workspaceId: string,
    { before, limit, name, state, runId }: MapPage,
  ): Promise<{ map: SpaceMap; latest: MapVersion }[]> {
    // A condition is only there when it is asked for: so its own index can lead to the page.
    const values: unknown[] = [workspaceId, before, limit];
    const where = (condition: (parameter: string) => string, value: string | undefined): string =>
      value === undefined ? '' : `AND ${condition(`$${values.push(value)}`)}`;
    const maps = await tx.query<MapRow>(
      `SELECT ${MAP} FROM space_maps.space_map m
       WHERE m.workspace_id = $1::uuid AND m.deleted_at IS NULL AND ${olderThan('space_maps.space_map', 'm', '$2')}
         ${where((text) => `strpos(lower(m.name), lower(${text})) > 0`, name)}
         ${where((wanted) => `m.latest_state = ${wanted}`, state)}
         ${where((run) => `m.id = (SELECT b.space_map_id FROM space_maps.map_version b WHERE b.workspace_id = $1::uuid AND b.run_id = ${run}::uuid)`, runId)}
       ORDER BY m.created_at DESC, m.id DESC LIMIT $3`,
      values,
    );
    const versions = await tx.query<VersionRow>(
      `SELECT DISTINCT ON (v.space_map_id) ${VERSION} FROM space_maps.map_version v
       WHERE v.workspace_id = $1::uuid AND v.space_map_id = ANY($2::uuid[]) ORDER BY v.space_map_id, v.number DESC`,
      [workspaceId, maps.map((map) => map.id)],
    );
    const latest = new Map(versions.map((row) => [row.space_map_id, fromVersionRow(row)]));
    return maps.flatMap((row) => {
      const version = latest.get(row.id);
      return version === undefined ? [] : [{ map: fromMapRow(row), latest: version }];
    });
  }

  async rename(tx: SqlExecutor, workspaceId: string, id: string, name: string): Promise<void> {
    await tx.execute(
      `UPDATE space_maps.space_map SET name = $3, revision = revision + 1 WHERE workspace_id = $1::uuid AND id = $2::uuid`,
      [workspaceId, id, name],
    );
  }

  async setLive(tx: SqlExecutor, workspaceId: string, id: string, versionId: string | null): Promise<void> {
    await tx.execute(
      `UPDATE space_maps.space_map SET live_version_id = $3::uuid, revision = revision + 1 WHERE workspace_id = $1::uuid AND id = $2::uuid`,
      [workspaceId, id, versionId],
    );
  }

  async markDeleted(tx: SqlExecutor, workspaceId: string, id: string): Promise<void> {
    await tx.execute(
      `UPDATE space_maps.space_map SET deleted_at = now(), revision = revision + 1 WHERE workspace_id = $1::uuid AND id = $2::uuid`,
      [workspaceId, id],
    );
  }

  async insertVersion(tx: SqlExecutor, version: MapVersion): Promise<void> {
    await tx.execute(
      `INSERT INTO space_maps.map_version (workspace_id, id, space_map_id, number, redaction_of, capture_id, run_id, preset, options,
         state, revision, run_revision, why, failure, created_at, finished_at)
       VALUES ($1::uuid, $2::uuid, $3::uuid, $4, $5::uuid, $6::uuid, $7::uuid, $8, $9::jsonb, $10, $11, $12, $13, $14::jsonb, $15, $16)`,
      toVersionValues(version),
    );
    await this.showState(tx, version, version.state);
  }

  async findVersion(tx: Tx, workspaceId: string, id: string): Promise<MapVersion | null> {
    return this.oneVersion(tx, 'v.id', workspaceId, id);
  }

  async findVersionByRun(tx: Tx, workspaceId: string, runId: string): Promise<MapVersion | null> {
    return this.oneVersion(tx, 'v.run_id', workspaceId, runId);
  }

  async listVersions(tx: Tx, workspaceId: string, spaceMapId: string): Promise<MapVersion[]> {
    const rows = await tx.query<VersionRow>(
      `SELECT ${VERSION} FROM space_maps.map_version v WHERE v.workspace_id = $1::uuid AND v.space_map_id = $2::uuid
       ORDER BY v.number DESC LIMIT ${VERSIONS_MAX}`,
      [workspaceId, spaceMapId],
    );
    return rows.map(fromVersionRow);
  }

  async findRedactionOf(tx: Tx, workspaceId: string, versionId: string): Promise<MapVersion | null> {
    const row = await tx.maybeOne<VersionRow>(
      `SELECT ${VERSION} FROM space_maps.map_version v
       WHERE v.workspace_id = $1::uuid AND v.redaction_of = $2::uuid AND v.state = 'succeeded' ORDER BY v.number DESC LIMIT 1`,
      [workspaceId, versionId],
    );
    return row === null ? null : fromVersionRow(row);
  }

  async listVersionsOfCapture(tx: Tx, workspaceId: string, captureId: string): Promise<MapVersion[]> {
    const rows = await tx.query<VersionRow>(
      `SELECT ${VERSION} FROM space_maps.map_version v WHERE v.workspace_id = $1::uuid AND v.capture_id = $2::uuid
       ORDER BY v.created_at, v.id`,
      [workspaceId, captureId],
    );
    return rows.map(fromVersionRow);
  }

  async changeVersion(tx: SqlExecutor, version: MapVersion, change: VersionChange): Promise<boolean> {
    const { state, runRevision, cluster, why, result, failure, finishedAt } = change;
    const changed = await tx.execute(
      `UPDATE space_maps.map_version SET state = $4, run_revision = $5, cluster = $6, why = $7, result = $8::jsonb, failure = $9::jsonb,
         finished_at = $10, revision = revision + 1
       WHERE workspace_id = $1::uuid AND id = $2::uuid AND revision = $3`,
      [
        ...[version.workspaceId, version.id, version.revision, state, runRevision, cluster, why],
        ...[result === null ? null : JSON.stringify(result), failure === null ? null : JSON.stringify(failure), finishedAt],
      ],
    );
    if (changed > 0) await this.showState(tx, version, state);
    return changed > 0;
  }

  /** Lists are filtered by what the newest version of a map is. */
  private async showState(
    tx: SqlExecutor,
    { workspaceId, spaceMapId, number }: MapVersion,
    state: MapVersion['state'],
  ): Promise<void> {
    await tx.execute(
      `UPDATE space_maps.space_map m SET latest_state = $3 WHERE m.workspace_id = $1::uuid AND m.id = $2::uuid
         AND m.latest_state <> $3 AND NOT EXISTS (SELECT 1 FROM space_maps.map_version v
           WHERE v.workspace_id = m.workspace_id AND v.space_map_id = m.id AND v.number > $4)`,
      [workspaceId, spaceMapId, state, number],
    );
  }

  private async oneVersion(tx: Tx, column: 'v.id' | 'v.run_id', workspaceId: string, id: string): Promise<MapVersion | null> {
    const row = await tx.maybeOne<VersionRow>(
      `SELECT ${VERSION} FROM space_maps.map_version v JOIN space_maps.space_map m ON m.workspace_id = v.workspace_id AND m.id = v.space_map_id
       WHERE v.workspace_id = $1::uuid AND ${column} = $2::uuid AND m.deleted_at IS NULL`,
      [workspaceId, id],
    );
    return row === null ? null : fromVersionRow(row);
  }
}
