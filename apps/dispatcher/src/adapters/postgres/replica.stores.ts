import type { SqlExecutor, Tx } from '@stead/platform/postgres';
import { CaptureRemovalStore, ReplicaStore, TransferRateStore, type Replica } from '../../application/replicate/ports';
import type { TransferRate } from '../../domain/transfer-rate';

const COLUMNS = `workspace_id AS "workspaceId", store, key, bytes::float8 AS bytes, source_etag AS "sourceEtag", upload_id AS "uploadId", etag`;

export class PostgresReplicaStore extends ReplicaStore {
  find(tx: Tx, store: string, key: string): Promise<Replica | null> {
    return tx.maybeOne<Replica>(`SELECT ${COLUMNS} FROM dispatcher.replica WHERE store = $1 AND key COLLATE "C" = $2`, [
      store,
      key,
    ]);
  }

  async save(tx: SqlExecutor, replica: Replica): Promise<void> {
    const { workspaceId, store, key, bytes, sourceEtag, uploadId, etag } = replica;
    await tx.execute(
      `INSERT INTO dispatcher.replica (workspace_id, store, key, bytes, source_etag, upload_id, etag, updated_at)
       VALUES ($1::uuid, $2, $3, $4, $5, $6, $7, now())
       ON CONFLICT (workspace_id, store, key) DO UPDATE SET bytes = excluded.bytes, source_etag = excluded.source_etag,
         upload_id = excluded.upload_id, etag = excluded.etag, updated_at = now()`,
      [workspaceId, store, key, bytes, sourceEtag, uploadId, etag],
    );
  }

  async delete(tx: SqlExecutor, store: string, key: string): Promise<void> {
    await tx.execute(`DELETE FROM dispatcher.replica WHERE store = $1 AND key COLLATE "C" = $2`, [store, key]);
  }

  below(tx: Tx, store: string, prefix: string, limit: number): Promise<Replica[]> {
    // In the order of bytes `0` follows `/`, with which every prefix ends: what begins with the prefix lies between the two.
    const end = `${prefix.slice(0, -1)}0`;
    return tx.query<Replica>(
      `SELECT ${COLUMNS} FROM dispatcher.replica WHERE store = $1 AND key COLLATE "C" >= $2 AND key COLLATE "C" < $3
       ORDER BY key COLLATE "C" LIMIT $4`,
      [store, prefix, end, limit],
    );
  }

  orphans(tx: Tx, olderThanMs: number, limit: number): Promise<Replica[]> {
    return tx.query<Replica>(
      `SELECT ${COLUMNS} FROM dispatcher.replica u WHERE u.upload_id IS NOT NULL
         AND u.updated_at < now() - $1 * interval '1 millisecond'
         AND NOT EXISTS (SELECT 1 FROM dispatcher.replication p WHERE p.workspace_id = u.workspace_id AND p.to_store = u.store
           AND p.state IN ('planned', 'copying'))
       ORDER BY u.updated_at LIMIT $2`,
      [olderThanMs, limit],
    );
  }
}

export class PostgresTransferRateStore extends TransferRateStore {
  async list(tx: Tx): Promise<{ from: string; to: string; rate: TransferRate }[]> {
    const rows = await tx.query<TransferRate & { from: string; to: string }>(`SELECT ${RATE} FROM dispatcher.transfer_rate`, []);
    return rows.map(({ from, to, ...rate }) => ({ from, to, rate }));
  }

  async find(tx: Tx, from: string, to: string): Promise<TransferRate | null> {
    const row = await tx.maybeOne<TransferRate & { from: string; to: string }>(
      `SELECT ${RATE} FROM dispatcher.transfer_rate WHERE from_store = $1 AND to_store = $2`,
      [from, to],
    );
    if (row === null) return null;
    const { samples, meanBytesPerS, slowBytesPerS } = row;
    return { samples, meanBytesPerS, slowBytesPerS };
  }

  async save(tx: SqlExecutor, from: string, to: string, rate: TransferRate): Promise<void> {
    await tx.execute(
      `INSERT INTO dispatcher.transfer_rate (from_store, to_store, samples, mean_bytes_per_s, slow_bytes_per_s) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (from_store, to_store) DO UPDATE SET samples = excluded.samples, mean_bytes_per_s = excluded.mean_bytes_per_s,
         slow_bytes_per_s = excluded.slow_bytes_per_s`,
      [from, to, rate.samples, rate.meanBytesPerS, rate.slowBytesPerS],
    );
  }
}

const RATE = `from_store AS "from", to_store AS "to", samples, mean_bytes_per_s AS "meanBytesPerS", slow_bytes_per_s AS "slowBytesPerS"`;

export class PostgresCaptureRemovalStore extends CaptureRemovalStore {
  async ask(tx: SqlExecutor, workspaceId: string, captureId: string, options?: { atOnce: boolean }): Promise<void> {
    await tx.execute(
      `INSERT INTO dispatcher.capture_removal (workspace_id, capture_id, asked_at)
       SELECT $1::uuid, $2::uuid, CASE WHEN $3::boolean THEN to_timestamp(0) ELSE now() END WHERE EXISTS (
         SELECT 1 FROM dispatcher.replication WHERE workspace_id = $1::uuid AND capture_id = $2::uuid
       ) ON CONFLICT (workspace_id, capture_id) DO UPDATE SET asked_at = least(capture_removal.asked_at, excluded.asked_at)`,
      [workspaceId, captureId, options?.atOnce === true],
    );
  }

  due(tx: Tx, afterMs: number, limit: number): Promise<{ workspaceId: string; captureId: string }[]> {
    return tx.query(
      `SELECT workspace_id AS "workspaceId", capture_id AS "captureId" FROM dispatcher.capture_removal
       WHERE asked_at < now() - $1 * interval '1 millisecond' ORDER BY asked_at LIMIT $2`,
      [afterMs, limit],
    );
  }

  async done(tx: SqlExecutor, workspaceId: string, captureId: string): Promise<void> {
    await tx.execute(`DELETE FROM dispatcher.capture_removal WHERE workspace_id = $1::uuid AND capture_id = $2::uuid`, [
      workspaceId,
      captureId,
    ]);
  }
}
