import type { Database } from '@stead/platform/postgres';
import { IdempotencyStore, type IdempotencyScope, type IdempotentOutcome } from './idempotency';

/** A claim older than this belongs to a request that died: it may be taken again. */
const CLAIM_S = 60;

interface Row {
  request_hash: string;
  status: number | null;
  body: string | null;
}

/** Rows in `<schema>.idempotency` (made by `platform.install_messaging`); they are swept after a week. */
export class PostgresIdempotencyStore extends IdempotencyStore {
  constructor(
    private readonly database: Database,
    private readonly schema: string,
  ) {
    super();
  }

  async claim({ workspaceId, route, key }: IdempotencyScope, requestHash: string): Promise<IdempotentOutcome> {
    return this.database.tenantTx(workspaceId, async (tx) => {
      const claimed = await tx.execute(
        `INSERT INTO ${this.schema}.idempotency AS i (workspace_id, route, key, request_hash, locked_until)
         VALUES ($1::uuid, $2, $3, $4, now() + interval '${CLAIM_S} seconds')
         ON CONFLICT (workspace_id, route, key) DO UPDATE SET locked_until = excluded.locked_until
         WHERE i.status IS NULL AND i.locked_until < now() AND i.request_hash = excluded.request_hash`,
        [workspaceId, route, key, requestHash],
      );
      if (claimed > 0) return { kind: 'first' };
      const row = await tx.maybeOne<Row>(
        `SELECT request_hash, status, body FROM ${this.schema}.idempotency WHERE workspace_id = $1::uuid AND route = $2 AND key = $3`,
        [workspaceId, route, key],
      );
      if (row === null) return { kind: 'in-flight' };
      if (row.request_hash !== requestHash) return { kind: 'other-request' };
      if (row.status === null) return { kind: 'in-flight' };
      return { kind: 'replay', status: row.status, body: row.body ?? '' };
    });
  }

  async finish({ workspaceId, route, key }: IdempotencyScope, status: number, body: string): Promise<void> {
    await this.database.tenantTx(workspaceId, (tx) =>
      tx.execute(
        `UPDATE ${this.schema}.idempotency SET status = $4, body = $5 WHERE workspace_id = $1::uuid AND route = $2 AND key = $3`,
        [workspaceId, route, key, status, body],
      ),
    );
  }

  async release({ workspaceId, route, key }: IdempotencyScope): Promise<void> {
    await this.database.tenantTx(workspaceId, (tx) =>
      tx.execute(
        `DELETE FROM ${this.schema}.idempotency WHERE workspace_id = $1::uuid AND route = $2 AND key = $3 AND status IS NULL`,
        [workspaceId, route, key],
      ),
    );
  }
}
