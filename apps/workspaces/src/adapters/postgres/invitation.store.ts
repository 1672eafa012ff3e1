import { roleSchema } from '@stead/contracts/workspaces';
import type { Database, Tx } from '@stead/platform/postgres';
import { InvitationStore } from '../../application/member-ports';
import type { Invitation } from '../../domain/membership';

const INVITATION = `SELECT id, workspace_id AS "workspaceId", email, role, invited_by AS "invitedBy", created_at AS "createdAt",
  expires_at AS "expiresAt", accepted_at AS "acceptedAt", revoked_at AS "revokedAt" FROM workspaces.invitation`;
const OPEN = 'accepted_at IS NULL AND revoked_at IS NULL';

type Row = Omit<Invitation, 'role'> & { role: string };

export class PostgresInvitationStore extends InvitationStore {
  /** `worker` sees every workspace: who shows a token does not name one. */
  constructor(private readonly worker: Database) {
    super();
  }

  async insert(tx: Tx, invitation: Invitation & { digest: Buffer }): Promise<void> {
    const { workspaceId, id, email, role, digest, invitedBy, createdAt, expiresAt } = invitation;
    await tx.execute(
      `INSERT INTO workspaces.invitation (workspace_id, id, email, role, digest, invited_by, created_at, expires_at)
       VALUES ($1::uuid, $2::uuid, $3, $4, $5, $6, $7, $8)`,
      [workspaceId, id, email, role, digest, invitedBy, createdAt, expiresAt],
    );
  }

  async list(tx: Tx, workspaceId: string, limit: number): Promise<Invitation[]> {
    const rows = await tx.query<Row>(`${INVITATION} WHERE workspace_id = $1::uuid ORDER BY id DESC LIMIT $2`, [
      workspaceId,
      limit,
    ]);
    return rows.map(fromRow);
  }

  async countOpen(tx: Tx, workspaceId: string): Promise<number> {
    const { count } = await tx.one<{ count: string }>(
      `SELECT count(*) FROM workspaces.invitation WHERE workspace_id = $1::uuid AND ${OPEN} AND expires_at > now()`,
      [workspaceId],
    );
    return Number(count);
  }

  async find(tx: Tx, workspaceId: string, id: string): Promise<Invitation | null> {
    const row = await tx.maybeOne<Row>(`${INVITATION} WHERE workspace_id = $1::uuid AND id = $2::uuid`, [workspaceId, id]);
    return row === null ? null : fromRow(row);
  }

  async revoke(tx: Tx, workspaceId: string, id: string): Promise<void> {
    await tx.execute(
      `UPDATE workspaces.invitation SET revoked_at = now() WHERE workspace_id = $1::uuid AND id = $2::uuid AND ${OPEN}`,
      [workspaceId, id],
    );
  }

  async revokeFor(tx: Tx, workspaceId: string, email: string): Promise<void> {
    await tx.execute(
      `UPDATE workspaces.invitation SET revoked_at = now() WHERE workspace_id = $1::uuid AND lower(email) = lower($2) AND ${OPEN}`,
      [workspaceId, email],
    );
  }

  async revokeOf(tx: Tx, workspaceId: string, invitedBy: string): Promise<void> {
    await tx.execute(
      `UPDATE workspaces.invitation SET revoked_at = now() WHERE workspace_id = $1::uuid AND invited_by = $2 AND ${OPEN}`,
      [workspaceId, invitedBy],
    );
  }

  async findByDigest(digest: Buffer): Promise<Invitation | null> {
    const [row] = await this.worker.query<Row>(`${INVITATION} WHERE digest = $1`, [digest]);
    return row === undefined ? null : fromRow(row);
  }

  async accept(tx: Tx, { workspaceId, id }: Invitation): Promise<boolean> {
    const accepted = await tx.execute(
      `UPDATE workspaces.invitation SET accepted_at = now()
       WHERE workspace_id = $1::uuid AND id = $2::uuid AND ${OPEN} AND expires_at > now()`,
      [workspaceId, id],
    );
    return accepted > 0;
  }
}

function fromRow(row: Row): Invitation {
  return { ...row, role: roleSchema.parse(row.role) };
}
