import { roleSchema } from '@stead/contracts/workspaces';
import type { Database, Tx } from '@stead/platform/postgres';
import {
  AccountStore,
  ApiKeyStore,
  type Account,
  type ApiKeyRow,
  type KeyInForce,
  type Membership,
  type StoredRefresh,
} from '../../application/account-ports';

export class PostgresAccountStore extends AccountStore {
  constructor(private readonly worker: Database) {
    super();
  }

  async create(account: Account, workspace: { id: string; name: string; quotaBytes: number }): Promise<boolean> {
    return this.worker.tx(async (tx) => {
      const made = await tx.execute(
        `INSERT INTO workspaces.account (id, email, name, password_hash) VALUES ($1::uuid, $2, $3, $4) ON CONFLICT DO NOTHING`,
        [account.id, account.email, account.name, account.passwordHash],
      );
      if (made === 0) return false;
      await tx.execute(`INSERT INTO workspaces.workspace (workspace_id, name, quota_bytes) VALUES ($1::uuid, $2, $3)`, [
        workspace.id,
        workspace.name,
        workspace.quotaBytes,
      ]);
      await tx.execute(`INSERT INTO workspaces.member (workspace_id, account_id, role) VALUES ($1::uuid, $2::uuid, 'owner')`, [
        workspace.id,
        account.id,
      ]);
      return true;
    });
  }

  async find(id: string): Promise<Account | null> {
    const [row] = await this.worker.query<Account>(`SELECT ${ACCOUNT} FROM workspaces.account WHERE id = $1::uuid`, [id]);
    return row ?? null;
  }

  async findByEmail(email: string): Promise<Account | null> {
    const [row] = await this.worker.query<Account>(`SELECT ${ACCOUNT} FROM workspaces.account WHERE lower(email) = lower($1)`, [
      email,
    ]);
    return row ?? null;
  }

  async memberships(accountId: string): Promise<Membership[]> {
    const rows = await this.worker.query<{ workspace_id: string; name: string; role: string }>(
      `SELECT m.workspace_id, w.name, m.role FROM workspaces.member m JOIN workspaces.workspace w USING (workspace_id)
       WHERE m.account_id = $1::uuid ORDER BY m.created_at, m.workspace_id`,
      [accountId],
    );
    return rows.map((row) => ({ workspaceId: row.workspace_id, name: row.name, role: roleSchema.parse(row.role) }));
  }

  async isOperator(accountId: string): Promise<boolean> {
    const rows = await this.worker.query(`SELECT 1 FROM workspaces.account WHERE id = $1::uuid AND operator_since IS NOT NULL`, [
      accountId,
    ]);
    return rows.length > 0;
  }

  async insertRefresh(
    digest: Buffer,
    token: { familyId: string; generation: number; accountId: string; selectedWorkspace: string | null; absoluteExpiry: Date },
  ): Promise<void> {
    const { familyId, generation, accountId, selectedWorkspace, absoluteExpiry } = token;
    await this.worker.query(
      `INSERT INTO workspaces.refresh_token (digest, family_id, generation, account_id, selected_workspace, absolute_expiry)
       VALUES ($1, $2::uuid, $3, $4::uuid, $5::uuid, $6)`,
      [digest, familyId, generation, accountId, selectedWorkspace, absoluteExpiry],
    );
  }

  async findRefresh(digest: Buffer): Promise<StoredRefresh | null> {
    const [row] = await this.worker.query<StoredRefresh>(
      `SELECT family_id AS "familyId", generation, account_id AS "accountId", selected_workspace AS "selectedWorkspace", used_at AS "usedAt",
         successor, absolute_expiry AS "absoluteExpiry", revoked_at AS "revokedAt", now() AS now,
         (SELECT max(generation) FROM workspaces.refresh_token n WHERE n.family_id = t.family_id) AS "newestGeneration"
       FROM workspaces.refresh_token t WHERE digest = $1`,
      [digest],
    );
    return row ?? null;
  }

  async rotateRefresh(
    digest: Buffer,
    successor: { sealed: Buffer; digest: Buffer; selectedWorkspace: string | null },
  ): Promise<boolean> {
    return this.worker.tx(async (tx) => {
      await tx.query(LOCK_FAMILY, [(await familyOf(tx, digest)) ?? null]);
      const used = await tx.execute(
        `UPDATE workspaces.refresh_token SET used_at = now(), successor = $2 WHERE digest = $1 AND used_at IS NULL AND revoked_at IS NULL`,
        [digest, successor.sealed],
      );
      if (used === 0) return false;
      await tx.execute(
        `INSERT INTO workspaces.refresh_token (digest, family_id, generation, account_id, selected_workspace, absolute_expiry)
         SELECT $2, family_id, generation + 1, account_id, $3::uuid, absolute_expiry FROM workspaces.refresh_token WHERE digest = $1`,
        [digest, successor.digest, successor.selectedWorkspace],
      );
      return true;
    });
  }

  async revokeFamily(familyId: string): Promise<void> {
    await this.worker.tx(async (tx) => {
      await tx.query(LOCK_FAMILY, [familyId]);
      await tx.execute(
        `UPDATE workspaces.refresh_token SET revoked_at = now() WHERE family_id = $1::uuid AND revoked_at IS NULL`,
        [familyId],
      );
    });
  }

  async revokeAll(accountId: string, passwordHash?: string): Promise<void> {
    await this.worker.tx(async (tx) => {
      await tx.query(LOCK_FAMILIES, [accountId]);
      if (passwordHash !== undefined)
        await tx.execute(`UPDATE workspaces.account SET password_hash = $2 WHERE id = $1::uuid`, [accountId, passwordHash]);
      await tx.execute(
        `UPDATE workspaces.refresh_token SET revoked_at = now() WHERE account_id = $1::uuid AND revoked_at IS NULL`,
        [accountId],
      );
    });
  }
}

const ACCOUNT = 'id, email, name, password_hash AS "passwordHash"';

/**
 * Whoever rotates or revokes holds the first token of the family meanwhile. Otherwise a revocation could miss the successor that
 * a rotation beside it is about to commit, and the thief would keep it.
 */
const LOCK_FAMILY = `SELECT 1 FROM workspaces.refresh_token WHERE family_id = $1::uuid ORDER BY generation LIMIT 1 FOR NO KEY UPDATE`;
/** The first token of each family: whoever ends them all waits for every rotation under way, in one order. */
const LOCK_FAMILIES = `SELECT 1 FROM workspaces.refresh_token WHERE account_id = $1::uuid AND generation = 1 AND revoked_at IS NULL
  ORDER BY family_id FOR NO KEY UPDATE`;

async function familyOf(tx: Tx, digest: Buffer): Promise<string | undefined> {
  const row = await tx.maybeOne<{ family_id: string }>(`SELECT family_id FROM workspaces.refresh_token WHERE digest = $1`, [
    digest,
  ]);
  return row?.family_id;
}

const KEY = `id, workspace_id AS "workspaceId", name, start, scopes, created_at AS "createdAt", expires_at AS "expiresAt",
  revoked_at AS "revokedAt", replaced_by AS "replacedBy", last_used_at AS "lastUsedAt"`;

/** Makers of keys are accounts, or other keys, or in very old rows services. */
const UUID = '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$';

export class PostgresApiKeyStore extends ApiKeyStore {
  constructor(private readonly worker: Database) {
    super();
  }

  async insert(tx: Tx, key: ApiKeyRow & { digest: Buffer; createdBy: string }): Promise<void> {
    await tx.execute(
      `INSERT INTO workspaces.api_key (workspace_id, id, name, digest, start, scopes, created_by, created_at, expires_at)
       VALUES ($1::uuid, $2::uuid, $3, $4, $5, $6, $7, $8, $9)`,
      [key.workspaceId, key.id, key.name, key.digest, key.start, key.scopes, key.createdBy, key.createdAt, key.expiresAt],
    );
  }

  list(tx: Tx, workspaceId: string): Promise<ApiKeyRow[]> {
    return tx.query<ApiKeyRow>(`SELECT ${KEY} FROM workspaces.api_key WHERE workspace_id = $1::uuid ORDER BY id DESC LIMIT 500`, [
      workspaceId,
    ]);
  }

  async revoke(tx: Tx, workspaceId: string, id: string): Promise<boolean> {
    return (
      (await tx.execute(
        `UPDATE workspaces.api_key SET revoked_at = coalesce(revoked_at, now()) WHERE workspace_id = $1::uuid AND id = $2::uuid`,
        [workspaceId, id],
      )) > 0
    );
  }

  async replace(tx: Tx, workspaceId: string, id: string, by: string, expiresAt: Date): Promise<boolean> {
    return (
      (await tx.execute(
        `UPDATE workspaces.api_key SET replaced_by = $3::uuid, expires_at = $4 WHERE workspace_id = $1::uuid AND id = $2::uuid`,
        [workspaceId, id, by, expiresAt],
      )) > 0
    );
  }

  async findInForce(digest: Buffer): Promise<KeyInForce | null> {
    const [row] = await this.worker.query<KeyInForce>(
      `SELECT k.id, k.workspace_id AS "workspaceId", k.scopes, coalesce(a.operator_since IS NOT NULL, false) AS "byOperator"
       FROM workspaces.api_key k LEFT JOIN workspaces.account a ON a.id = CASE WHEN k.created_by ~ $2 THEN k.created_by::uuid END
       WHERE k.digest = $1 AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now())`,
      [digest, UUID],
    );
    return row ?? null;
  }

  async touch(id: string): Promise<void> {
    await this.worker.query(`UPDATE workspaces.api_key SET last_used_at = now() WHERE id = $1::uuid`, [id]);
  }
}
