import { PrismaPg } from '@prisma/adapter-pg';
import type { SqlExecutor } from '@stead/platform/postgres';

/** The part of a transaction that every generated client has, whatever its models. */
interface RawTx {
  $executeRawUnsafe(sql: string, ...params: unknown[]): Promise<number>;
}

export interface TransactionalClient<Tx extends RawTx> {
  $executeRawUnsafe(sql: string, ...params: unknown[]): PromiseLike<number>;
  $transaction<R>(work: (tx: Tx) => Promise<R>): Promise<R>;
}

/** What `new PrismaClient({ adapter })` of a generated client takes. */
export function prismaAdapter(options: { url: string; applicationName: string; poolMax: number }): PrismaPg {
  const { url, applicationName, poolMax } = options;
  // Without a listener the death of an idle connection would be printed or worse; the pool has already dropped it.
  return new PrismaPg(
    { connectionString: url, application_name: applicationName, max: poolMax, connectionTimeoutMillis: 5_000 },
    { onPoolError: () => undefined },
  );
}

/**
 * A Prisma transaction that sees one workspace. The setting is made inside the transaction and ends with it, so a pooled
 * connection never carries it on to somebody else. `sql` writes to the same transaction: the outbox takes it.
 */
export async function tenantTransaction<Tx extends RawTx, R>(
  client: TransactionalClient<Tx>,
  workspaceId: string,
  work: (tx: Tx, sql: SqlExecutor) => Promise<R>,
): Promise<R> {
  const notifications: { channel: string; payload: string }[] = [];
  const result = await client.$transaction(async (tx) => {
    await tx.$executeRawUnsafe(SET_WORKSPACE, workspaceId);
    return work(tx, {
      execute: (sql, params) => tx.$executeRawUnsafe(sql, ...params),
      notify: (channel, payload) => void notifications.push({ channel, payload }),
    });
  });
  for (const { channel, payload } of notifications) {
    // A lost wake-up costs its listener one poll.
    client.$executeRawUnsafe(`SELECT pg_notify($1, $2)`, channel, payload).then(undefined, () => undefined);
  }
  return result;
}

const SET_WORKSPACE = `SELECT set_config('app.workspace', $1, true)`;

/** The part of a generated client that single operations are wrapped with. */
interface ExtensibleClient {
  $extends(extension: object): unknown;
  $executeRawUnsafe(sql: string, ...params: unknown[]): PromiseLike<number>;
  $transaction(operations: PromiseLike<unknown>[]): Promise<unknown[]>;
}

/**
 * The same client, each of whose operations runs in a transaction of its own that sees one workspace. Several operations that
 * belong together go through `tenantTransaction`: a transaction of this client would not hold them, so it has none.
 */
export function tenantClient<Client>(
  client: Client & ExtensibleClient,
  workspaceId: string,
): Omit<Client, '$transaction' | '$extends'> {
  const extended = client.$extends({
    name: 'tenant',
    query: {
      $allOperations: async ({ args, query }: { args: unknown; query: (args: unknown) => PromiseLike<unknown> }) => {
        const [, result] = await client.$transaction([client.$executeRawUnsafe(SET_WORKSPACE, workspaceId), query(args)]);
        return result;
      },
    },
  });
  return extended as Omit<Client, '$transaction' | '$extends'>; // extending queries leaves the client's shape as it is
}
