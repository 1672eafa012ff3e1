import type { Database } from '@stead/platform/postgres';
import { OperatorStore, type Operator } from '../../application/account-ports';

const OPERATOR = `id AS "accountId", email, name, operator_since AS since`;

export class PostgresOperatorStore extends OperatorStore {
  constructor(private readonly worker: Database) {
    super();
  }

  list(): Promise<Operator[]> {
    return this.worker.query<Operator>(
      `SELECT ${OPERATOR} FROM workspaces.account WHERE operator_since IS NOT NULL ORDER BY operator_since, id LIMIT 1000`,
      [],
    );
  }

  async grant(email: string, at: Date): Promise<Operator | null> {
    const [row] = await this.worker.query<Operator>(
      `UPDATE workspaces.account SET operator_since = coalesce(operator_since, $2) WHERE lower(email) = lower($1) RETURNING ${OPERATOR}`,
      [email, at],
    );
    return row ?? null;
  }

  async revoke(email: string): Promise<boolean> {
    const rows = await this.worker.query(
      `UPDATE workspaces.account SET operator_since = NULL WHERE lower(email) = lower($1) AND operator_since IS NOT NULL RETURNING 1`,
      [email],
    );
    return rows.length > 0;
  }
}
