import type { Database } from '@stead/platform/postgres';
import { Gathered } from './gathered';
import { IdempotencyStore, type IdempotencyScope, type IdempotentOutcome } from './idempotency';

/** A claim older than this belongs to a request that died: it may be taken again. */
const CLAIM_S = 60;

interface Claim {
  scope: IdempotencyScope;
  requestHash: string;
}

interface Answer {
  scope: IdempotencyScope;
  status: number;
  body: string;
}

interface Row {
  route: string;
  key: string;
  request_hash: string;
  status: number | null;
  body: string | null;
  claimed: boolean;
}

/**
 * Rows in `<schema>.idempotency` (made by `platform.install_messaging`); they are swept after a week. Requests of one
 * workspace that arrive together are claimed in one transaction and their answers are remembered in one.
 */
export class PostgresIdempotencyStore extends IdempotencyStore {
  private readonly claims = new PerWorkspace<Claim, IdempotentOutcome>((id, claims) => this.claimAll(id, claims));
  private readonly answers = new PerWorkspace<Answer, null>((id, answers) => this.rememberAll(id, answers));

  constructor(
    private readonly database: Database,
    private readonly schema: string,
  ) {
    super();
  }

  claim(scope: IdempotencyScope, requestHash: string): Promise<IdempotentOutcome> {
    return this.claims.run(scope.workspaceId, { scope, requestHash });
  }

  async finish(scope: IdempotencyScope, status: number, body: string): Promise<void> {
    await this.answers.run(scope.workspaceId, { scope, status, body });
  }

  async release({ workspaceId, route, key }: IdempotencyScope): Promise<void> {
    await this.database.tenantTx(workspaceId, (tx) =>
      tx.execute(
        `DELETE FROM ${this.schema}.idempotency WHERE workspace_id = $1::uuid AND route = $2 AND key = $3 AND status IS NULL`,
        [workspaceId, route, key],
      ),
    );
  }

  private async claimAll(workspaceId: string, claims: readonly Claim[]): Promise<IdempotentOutcome[]> {
    // A key that stands twice in a batch is claimed by the first; the others find it taken.
    const first = new Map(claims.map((claim) => [nameOf(claim.scope), claim]).reverse() as [string, Claim][]);
    const wanted = [...first.values()];
    const rows = await this.database.tenantTx(workspaceId, (tx) =>
      tx.query<Row>(
        `WITH wanted AS (
           SELECT * FROM unnest($2::text[], $3::text[], $4::text[]) AS w(route, key, request_hash) ORDER BY route, key
         ), claimed AS (
           INSERT INTO ${this.schema}.idempotency AS i (workspace_id, route, key, request_hash, locked_until)
           SELECT $1::uuid, route, key, request_hash, now() + interval '${CLAIM_S} seconds' FROM wanted
           ON CONFLICT (workspace_id, route, key) DO UPDATE SET locked_until = excluded.locked_until
           WHERE i.status IS NULL AND i.locked_until < now() AND i.request_hash = excluded.request_hash
           RETURNING route, key, request_hash
         )
         SELECT route, key, request_hash, NULL::int AS status, NULL AS body, true AS claimed FROM claimed
         UNION ALL
         SELECT i.route, i.key, i.request_hash, i.status, i.body, false
         FROM ${this.schema}.idempotency i JOIN wanted w USING (route, key)
         WHERE i.workspace_id = $1::uuid AND NOT EXISTS (SELECT FROM claimed c WHERE c.route = i.route AND c.key = i.key)`,
        [
          workspaceId,
          wanted.map(({ scope }) => scope.route),
          wanted.map(({ scope }) => scope.key),
          wanted.map(({ requestHash }) => requestHash),
        ],
      ),
    );
    const byName = new Map(rows.map((row) => [nameOf(row), row]));
    return claims.map((claim) => {
      const row = byName.get(nameOf(claim.scope));
      // One that another transaction has just written is not in this statement's snapshot.
      if (row === undefined) return { kind: 'in-flight' };
      if (row.request_hash !== claim.requestHash) return { kind: 'other-request' };
      if (row.claimed && first.get(nameOf(claim.scope)) === claim) return { kind: 'first' };
      return row.status === null ? { kind: 'in-flight' } : { kind: 'replay', status: row.status, body: row.body ?? '' };
    });
  }

  private async rememberAll(workspaceId: string, answers: readonly Answer[]): Promise<null[]> {
    await this.database.tenantTx(workspaceId, (tx) =>
      tx.execute(
        `UPDATE ${this.schema}.idempotency i SET status = a.status, body = a.body
         FROM unnest($2::text[], $3::text[], $4::int[], $5::text[]) AS a(route, key, status, body)
         WHERE i.workspace_id = $1::uuid AND i.route = a.route AND i.key = a.key`,
        [
          workspaceId,
          answers.map(({ scope }) => scope.route),
          answers.map(({ scope }) => scope.key),
          answers.map(({ status }) => status),
          answers.map(({ body }) => body),
        ],
      ),
    );
    return answers.map(() => null);
  }
}

/** One queue per workspace, as a transaction sees one. */
class PerWorkspace<Item, Result> {
  private readonly queues = new Map<string, { gathered: Gathered<Item, Result>; users: number }>();

  constructor(private readonly work: (workspaceId: string, items: readonly Item[]) => Promise<readonly Result[]>) {}

  async run(workspaceId: string, item: Item): Promise<Result> {
    const queue = this.queues.get(workspaceId) ?? {
      gathered: new Gathered<Item, Result>((items) => this.work(workspaceId, items)),
      users: 0,
    };
    this.queues.set(workspaceId, queue);
    queue.users += 1;
    try {
      return await queue.gathered.run(item);
    } finally {
      queue.users -= 1;
      if (queue.users === 0) this.queues.delete(workspaceId);
    }
  }
}

function nameOf({ route, key }: { route: string; key: string }): string {
  return `${route}\n${key}`;
}
