import { roleSchema, type Role } from '@stead/contracts/workspaces';
import type { Tx } from '@stead/platform/postgres';
import { MemberStore } from '../../application/member-ports';
import type { Member } from '../../domain/membership';

const MEMBER = `SELECT m.account_id, a.email, a.name, m.role, m.created_at
  FROM workspaces.member m JOIN workspaces.account a ON a.id = m.account_id WHERE m.workspace_id = $1::uuid`;

interface MemberRow {
  account_id: string;
  email: string;
  name: string;
  role: string;
  created_at: Date;
}

export class PostgresMemberStore extends MemberStore {
  async list(tx: Tx, workspaceId: string, after: string | null, limit: number): Promise<Member[]> {
    const rows = await tx.query<MemberRow>(
      `${MEMBER} AND ($2::uuid IS NULL OR m.account_id > $2::uuid) ORDER BY m.account_id LIMIT $3`,
      [workspaceId, after, limit],
    );
    return rows.map(fromRow);
  }

  async find(tx: Tx, workspaceId: string, accountId: string): Promise<Member | null> {
    const row = await tx.maybeOne<MemberRow>(`${MEMBER} AND m.account_id = $2::uuid`, [workspaceId, accountId]);
    return row === null ? null : fromRow(row);
  }

  async findByEmail(tx: Tx, workspaceId: string, email: string): Promise<Member | null> {
    const row = await tx.maybeOne<MemberRow>(`${MEMBER} AND lower(a.email) = lower($2)`, [workspaceId, email]);
    return row === null ? null : fromRow(row);
  }

  async count(tx: Tx, workspaceId: string, role?: Role): Promise<number> {
    const { count } = await tx.one<{ count: string }>(
      `SELECT count(*) FROM workspaces.member WHERE workspace_id = $1::uuid AND ($2::text IS NULL OR role = $2)`,
      [workspaceId, role ?? null],
    );
    return Number(count);
  }

  async insert(tx: Tx, workspaceId: string, accountId: string, role: Role): Promise<boolean> {
    const inserted = await tx.execute(
      `INSERT INTO workspaces.member (workspace_id, account_id, role) VALUES ($1::uuid, $2::uuid, $3) ON CONFLICT DO NOTHING`,
      [workspaceId, accountId, role],
    );
    return inserted > 0;
  }

  async setRole(tx: Tx, workspaceId: string, accountId: string, role: Role): Promise<void> {
    await tx.execute(`UPDATE workspaces.member SET role = $3 WHERE workspace_id = $1::uuid AND account_id = $2::uuid`, [
      workspaceId,
      accountId,
      role,
    ]);
  }

  async remove(tx: Tx, workspaceId: string, accountId: string): Promise<void> {
    await tx.execute(`DELETE FROM workspaces.member WHERE workspace_id = $1::uuid AND account_id = $2::uuid`, [
      workspaceId,
      accountId,
    ]);
  }
}

function fromRow({ account_id: accountId, email, name, role, created_at: joinedAt }: MemberRow): Member {
  return { accountId, email, name, role: roleSchema.parse(role), joinedAt };
}
