import type { Database, Tx } from '@stead/platform/postgres';
import { WorkspaceStore, type Workspace } from '../../application/member-ports';

const WORKSPACE = `SELECT workspace_id AS id, name, revision, quota_bytes AS "quotaBytes", created_at AS "createdAt"
  FROM workspaces.workspace WHERE workspace_id = $1::uuid`;

type Row = Omit<Workspace, 'quotaBytes'> & { quotaBytes: string };

export class PostgresWorkspaceStore extends WorkspaceStore {
  /** `worker` sees every workspace: a new one is in none. */
  constructor(private readonly worker: Database) {
    super();
  }

  async find(tx: Tx, workspaceId: string): Promise<Workspace | null> {
    return fromRow(await tx.maybeOne<Row>(WORKSPACE, [workspaceId]));
  }

  async lock(tx: Tx, workspaceId: string): Promise<Workspace | null> {
    return fromRow(await tx.maybeOne<Row>(`${WORKSPACE} FOR NO KEY UPDATE`, [workspaceId]));
  }

  async rename(tx: Tx, workspaceId: string, name: string): Promise<void> {
    await tx.execute(`UPDATE workspaces.workspace SET name = $2, revision = revision + 1 WHERE workspace_id = $1::uuid`, [
      workspaceId,
      name,
    ]);
  }

  async create(
    { id, name, quotaBytes }: { id: string; name: string; quotaBytes: number },
    ownerId: string,
    workspacesMax: number,
  ): Promise<'created' | 'taken' | 'too-many'> {
    return this.worker.tx(async (tx) => {
      // One at a time for each account: otherwise two requests at once would both find room.
      await tx.query(`SELECT 1 FROM workspaces.account WHERE id = $1::uuid FOR NO KEY UPDATE`, [ownerId]);
      const { count } = await tx.one<{ count: string }>(
        `SELECT count(*) FROM workspaces.member WHERE account_id = $1::uuid AND workspace_id <> $2::uuid`,
        [ownerId, id],
      );
      if (Number(count) >= workspacesMax) return 'too-many';
      const inserted = await tx.execute(
        `INSERT INTO workspaces.workspace (workspace_id, name, quota_bytes) VALUES ($1::uuid, $2, $3) ON CONFLICT DO NOTHING`,
        [id, name, quotaBytes],
      );
      if (inserted === 0) return 'taken';
      await tx.execute(`INSERT INTO workspaces.member (workspace_id, account_id, role) VALUES ($1::uuid, $2::uuid, 'owner')`, [
        id,
        ownerId,
      ]);
      return 'created';
    });
  }

  page(before: string | null, limit: number, name: string | null): Promise<Pick<Workspace, 'id' | 'name' | 'createdAt'>[]> {
    return this.worker.query(
      `SELECT workspace_id AS id, name, created_at AS "createdAt" FROM workspaces.workspace
       WHERE ($1::uuid IS NULL OR workspace_id < $1::uuid) AND ($3::text IS NULL OR strpos(lower(name), lower($3)) > 0)
       ORDER BY workspace_id DESC LIMIT $2`,
      [before, limit, name],
    );
  }
}

function fromRow(row: Row | null): Workspace | null {
  return row === null ? null : { ...row, quotaBytes: Number(row.quotaBytes) };
}
