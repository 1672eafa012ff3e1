import type { SqlExecutor } from '@stead/platform/postgres';

/** What every generated client has, whatever its models. */
export interface PrismaLike<Tx> {
  $transaction<R>(work: (tx: Tx) => Promise<R>): Promise<R>;
}
interface RawTx {
  $executeRawUnsafe(sql: string, ...params: unknown[]): Promise<number>;
}

/**
 * A Prisma transaction that sees one workspace. The setting is made inside the transaction and ends with it, so a pooled
 * connection never carries it on to somebody else. `sql` writes to the same transaction: the outbox takes it.
 */
export function tenantTransaction<Tx extends RawTx, R>(
  client: PrismaLike<Tx>,
  workspaceId: string,
  work: (tx: Tx, sql: SqlExecutor) => Promise<R>,
): Promise<R> {
  return client.$transaction(async (tx) => {
    await tx.$executeRawUnsafe(`SELECT set_config('app.workspace', $1, true)`, workspaceId);
    return work(tx, { execute: (sql, params) => tx.$executeRawUnsafe(sql, ...params) });
  });
}
